using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

internal sealed class Close(TradeDesk desk) : IApiMethod
{
    public string Name => "alipay.trade.close";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        var trade = TradeFinder.Get(call, ledger);
        desk.Close(trade);
        TradeFinder.AddNumbers(trade, node);
    }
}

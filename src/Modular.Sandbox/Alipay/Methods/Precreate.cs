using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>Answers with a code for the buyer's phone. The trade exists once the phone has opened it.</summary>
internal sealed class Precreate(TradePlacement placement, CashierLinks links) : IApiMethod
{
    public string Name => "alipay.trade.precreate";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        var trade = placement.Place(call, ledger, Product.Qr);
        node["out_trade_no"] = trade.OutTradeNo;
        node["qr_code"] = links.QrCode(trade);
    }
}

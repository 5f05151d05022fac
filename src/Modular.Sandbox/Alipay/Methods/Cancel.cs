using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>Undoes a trade whatever came of it: unpaid it is closed, paid it is given back, unknown it stays so.</summary>
internal sealed class Cancel(IOptions<SandboxOptions> options, TradeDesk desk, TimeProvider time) : IApiMethod
{
    private readonly TimeSpan window = Durations.Parse(options.Value.Alipay.CancelWindow);

    public string Name => "alipay.trade.cancel";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        node["retry_flag"] = "N";
        if (TradeFinder.Find(call, ledger) is not { } trade)
        {
            node["out_trade_no"] = call.Biz("out_trade_no");
            return;
        }

        TradeFinder.AddNumbers(trade, node);
        switch (trade.Status)
        {
            case TradeStatus.Finished:
                throw Refusal.Business("ACQ.TRADE_HAS_FINISHED", "交易已经完结");
            case TradeStatus.Success when time.GetUtcNow() > trade.PaidAt + window:
                throw Refusal.Business("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围");
            case TradeStatus.Success:
                var refund = desk.GiveBack(trade, trade.OutTradeNo, trade.PaidFen - trade.ClaimedFen, "");
                (node["action"], node["gmt_refund_pay"]) = ("refund", Beijing.Text(refund.At));
                break;
            case TradeStatus.Waiting:
                desk.Close(trade);
                node["action"] = "close";
                break;
            default:
                node["action"] = trade.WasPaid ? "refund" : "close";
                break;
        }
    }
}

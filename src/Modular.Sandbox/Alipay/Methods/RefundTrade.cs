using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>
/// A refund is done once per request number; asking again changes nothing and says so with fund_change N, as does a refund
/// whose money moves later.
/// </summary>
internal sealed class RefundTrade(IOptions<SandboxOptions> options, TradeDesk desk) : IApiMethod
{
    public string Name => "alipay.trade.refund";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        var trade = TradeFinder.Get(call, ledger);
        var fen = Yuan.Parse(call.Biz("refund_amount")) ?? throw Refusal.Parameter("参数无效：refund_amount");
        var requestNo = call.Biz("out_request_no") is { Length: > 0 } given ? given : FullRefundNumber(trade, fen);
        var earlier = trade.Refunds.Find(refund => refund.RequestNo == requestNo);
        if (earlier is null)
        {
            CheckState(trade);
            CheckAmount(trade, fen);
            desk.GiveBack(trade, requestNo, fen, call.Biz("refund_reason"));
        }
        else if (earlier.Fen != fen)
        {
            throw Refusal.Business("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求");
        }

        var refund = earlier ?? trade.Refunds[^1];
        TradeFinder.AddNumbers(trade, node);
        TradeFinder.AddBuyer(node);
        node["fund_change"] = earlier is null && !refund.IsPending ? "Y" : "N";
        node["refund_fee"] = Yuan.Text(trade.RefundedFen);
        if (!refund.IsPending)
        {
            node["gmt_refund_pay"] = Beijing.Text(refund.At);
        }

        if (call.BizLists("query_options", "refund_detail_item_list"))
        {
            node["send_back_fee"] = Yuan.Text(refund.Fen);
            node["refund_detail_item_list"] = new JsonArray(new JsonObject
            {
                ["fund_channel"] = "ALIPAYACCOUNT",
                ["amount"] = Yuan.Text(refund.Fen),
            });
        }
    }

    public void Explain(GatewayCall call, Refusal refusal, JsonObject node)
    {
        node["refund_fee"] = "0.00";
        node["send_back_fee"] = "0.00";
    }

    /// <summary>Only a refund of everything may go without a number, and then the trade's number is its number.</summary>
    private static string FullRefundNumber(Trade trade, long fen) =>
        fen == trade.PaidFen || !trade.WasPaid
            ? trade.OutTradeNo
            : throw Refusal.Business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额不等于订单总金额，部分退款必须传入out_request_no");

    private static void CheckState(Trade trade)
    {
        switch (trade.Status)
        {
            case TradeStatus.Waiting:
                throw Refusal.Business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
            case TradeStatus.Closed:
                throw Refusal.Business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭");
            case TradeStatus.Finished:
                throw Refusal.Business("ACQ.TRADE_HAS_FINISHED", "交易已完结");
        }
    }

    private void CheckAmount(Trade trade, long fen)
    {
        if (trade.ClaimedFen + fen > trade.PaidFen)
        {
            throw Refusal.Business(options.Value.Alipay.RefundTooMuchCode, "退款金额超限");
        }
    }
}

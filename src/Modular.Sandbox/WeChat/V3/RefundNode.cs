using System.Text.Json.Nodes;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>A refund as API v3 tells it: in answers with many members, in notifications with few and the state under another name.</summary>
internal static class RefundNode
{
    public static JsonObject OfAnswer(WeChatTrade trade, WeChatRefund refund)
    {
        var node = Common(trade, refund);
        node["channel"] = "ORIGINAL";
        node["create_time"] = Rfc3339.Text(refund.CreatedAt);
        node["status"] = refund.Status;
        node["funds_account"] = "UNSETTLED";
        node["amount"] = new JsonObject
        {
            ["total"] = trade.ReportedFen,
            ["refund"] = refund.Fen,
            ["from"] = new JsonArray(),
            ["payer_total"] = trade.PaidFen,
            ["payer_refund"] = refund.Fen,
            ["settlement_refund"] = refund.Fen,
            ["settlement_total"] = trade.PaidFen,
            ["discount_refund"] = 0,
            ["currency"] = "CNY",
        };
        return node;
    }

    public static JsonObject OfNotification(WeChatTrade trade, WeChatRefund refund)
    {
        var node = Common(trade, refund);
        node["mchid"] = trade.MchId;
        node["refund_status"] = refund.Status;
        node["amount"] = new JsonObject
        {
            ["total"] = trade.ReportedFen,
            ["refund"] = refund.Fen,
            ["payer_total"] = trade.PaidFen,
            ["payer_refund"] = refund.Fen,
        };
        return node;
    }

    private static JsonObject Common(WeChatTrade trade, WeChatRefund refund)
    {
        var node = new JsonObject
        {
            ["refund_id"] = refund.RefundId,
            ["out_refund_no"] = refund.OutRefundNo,
            ["transaction_id"] = trade.TransactionId,
            ["out_trade_no"] = trade.OutTradeNo,
            ["user_received_account"] = "支付用户零钱",
        };
        if (refund.SucceededAt is { } at)
        {
            node["success_time"] = Rfc3339.Text(at);
        }

        return node;
    }
}

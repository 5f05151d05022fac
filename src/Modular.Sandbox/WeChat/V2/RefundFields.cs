using System.Globalization;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>How API v2 tells of a refund: accepted, one among others of a query, and in a notification.</summary>
internal static class RefundFields
{
    /// <summary>What is told when it is accepted, which names no state.</summary>
    public static void AddAccepted(Dictionary<string, string> fields, WeChatTrade trade, WeChatRefund refund)
    {
        AddTrade(fields, trade);
        fields["out_refund_no"] = refund.OutRefundNo;
        fields["refund_id"] = refund.RefundId;
        fields["refund_channel"] = "";
        fields["refund_fee"] = fields["settlement_refund_fee"] = fields["cash_refund_fee"] = Fen(refund.Fen);
        fields["coupon_refund_fee"] = fields["coupon_refund_count"] = "0";
    }

    /// <summary>The trade of a query's answer.</summary>
    public static void AddTrade(Dictionary<string, string> fields, WeChatTrade trade)
    {
        fields["transaction_id"] = trade.TransactionId;
        fields["out_trade_no"] = trade.OutTradeNo;
        fields["total_fee"] = fields["settlement_total_fee"] = Fen(trade.ReportedFen);
        fields["cash_fee"] = Fen(trade.PaidFen);
        fields["fee_type"] = fields["cash_fee_type"] = "CNY";
    }

    /// <summary>One refund of a query's answer; <c>refund_recv_accout</c> is written so on the real wire.</summary>
    public static void AddNumbered(Dictionary<string, string> fields, WeChatRefund refund, int n)
    {
        var suffix = "_" + n.ToString(CultureInfo.InvariantCulture);
        fields["out_refund_no" + suffix] = refund.OutRefundNo;
        fields["refund_id" + suffix] = refund.RefundId;
        fields["refund_channel" + suffix] = "ORIGINAL";
        fields["refund_fee" + suffix] = fields["settlement_refund_fee" + suffix] = Fen(refund.Fen);
        fields["refund_status" + suffix] = Status(refund);
        fields["refund_account" + suffix] = "REFUND_SOURCE_UNSETTLED_FUNDS";
        fields["refund_recv_accout" + suffix] = "支付用户零钱";
        if (refund.SucceededAt is { } at)
        {
            fields["refund_success_time" + suffix] = Beijing.Text(at);
        }
    }

    /// <summary>What is sealed in a notification.</summary>
    public static Dictionary<string, string> OfNotification(WeChatTrade trade, WeChatRefund refund)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["transaction_id"] = trade.TransactionId,
            ["out_trade_no"] = trade.OutTradeNo,
            ["refund_id"] = refund.RefundId,
            ["out_refund_no"] = refund.OutRefundNo,
            ["total_fee"] = Fen(trade.ReportedFen),
            ["settlement_total_fee"] = Fen(trade.ReportedFen),
            ["refund_fee"] = Fen(refund.Fen),
            ["settlement_refund_fee"] = Fen(refund.Fen),
            ["cash_refund_fee"] = Fen(refund.Fen),
            ["refund_status"] = Status(refund),
            ["refund_recv_accout"] = "支付用户零钱",
            ["refund_account"] = "REFUND_SOURCE_RECHARGE_FUNDS",
            ["refund_request_source"] = "API",
        };
        if (refund.SucceededAt is { } at)
        {
            fields["success_time"] = Beijing.Text(at);
        }

        return fields;
    }

    private static string Status(WeChatRefund refund) => refund.Status switch
    {
        RefundStatus.Closed => "REFUNDCLOSE",
        RefundStatus.Abnormal => "CHANGE",
        var same => same,
    };

    private static string Fen(long fen) => fen.ToString(CultureInfo.InvariantCulture);
}

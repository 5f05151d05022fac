using System.Globalization;
using Modular.Sandbox.Alipay;

namespace Modular.Sandbox.AlipayDirect.Notifications;

/// <summary>The fields of the notification <c>trade_status_sync</c>; empty ones are left out.</summary>
internal static class DirectFields
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(DirectTrade trade, string status, DirectMerchant merchant, string notifyId)
    {
        var paid = trade.WasPaid && status != TradeStatus.Waiting;
        var total = Yuan.Text(paid ? trade.PaidFen : trade.TotalFen);
        KeyValuePair<string, string>[] all =
        [
            new("notify_type", "trade_status_sync"),
            new("notify_id", notifyId),
            new("out_trade_no", trade.OutTradeNo),
            new("subject", trade.Subject),
            new("payment_type", "1"),
            new("trade_no", trade.TradeNo),
            new("trade_status", status),
            new("gmt_create", Beijing.Text(trade.OpenedAt ?? trade.CreatedAt)),
            new("gmt_payment", paid ? Beijing.Text(trade.PaidAt!.Value) : ""),
            new("refund_status", paid && trade.RefundedAt is not null ? "REFUND_SUCCESS" : ""),
            new("gmt_refund", paid && trade.RefundedAt is { } refunded ? Beijing.Text(refunded) : ""),
            new("gmt_close", trade.ClosedAt is { } closed ? Beijing.Text(closed) : ""),
            new("seller_email", merchant.SellerEmail),
            new("buyer_email", Buyer.LogonId),
            new("seller_id", merchant.Partner),
            new("buyer_id", Buyer.Id),
            new("price", trade.Quantity == 1 ? total : Yuan.Text(trade.PriceFen)),
            new("total_fee", total),
            new("quantity", trade.Quantity.ToString(CultureInfo.InvariantCulture)),
            new("body", trade.Body[..Math.Min(trade.Body.Length, 400)]),
            new("discount", "0.00"),
            new("is_total_fee_adjust", "N"),
            new("use_coupon", "N"),
            new("extra_common_param", trade.ExtraCommonParam),
        ];
        return [.. all.Where(field => field.Value.Length > 0)];
    }

    /// <summary>The fields of the notification <c>batch_refund_notify</c>.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfBatch(string batchNo, IReadOnlyList<RefundResult> results, string notifyId) =>
    [
        new("notify_type", "batch_refund_notify"),
        new("notify_id", notifyId),
        new("batch_no", batchNo),
        new("success_num", results.Count(result => result.Outcome == DirectRefund.Success).ToString(CultureInfo.InvariantCulture)),
        new("result_details", string.Join('#', results.Select(result => $"{result.TradeNo}^{Yuan.Text(result.Fen)}^{result.Outcome}"))),
    ];
}

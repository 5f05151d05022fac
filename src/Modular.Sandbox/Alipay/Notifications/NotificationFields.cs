namespace Modular.Sandbox.Alipay.Notifications;

/// <summary>The fields of a payment notification; which of them appear depends on what happened.</summary>
internal static class NotificationFields
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(
        Trade trade, string status, Refund? refund, Merchant merchant, string notifyId, bool keepEmpty)
    {
        var fields = new List<KeyValuePair<string, string>>();
        void Add(string name, string? value)
        {
            if (keepEmpty || !string.IsNullOrEmpty(value))
            {
                fields.Add(new(name, value ?? ""));
            }
        }

        Add("gmt_create", Beijing.Text(trade.OpenedAt ?? trade.CreatedAt));
        Add("charset", trade.Charset);
        Add("seller_email", merchant.SellerEmail);
        Add("subject", trade.Subject);
        Add("body", trade.Body);
        Add("buyer_id", Buyer.Id);
        Add("buyer_logon_id", Buyer.LogonId);
        Add("notify_id", notifyId);
        Add("notify_type", "trade_status_sync");
        Add("trade_status", status);
        Add("app_id", trade.AppId);
        Add("auth_app_id", trade.AppId);
        Add("seller_id", merchant.SellerId);
        Add("version", "1.0");
        Add("out_trade_no", trade.OutTradeNo);
        Add("trade_no", trade.TradeNo);
        Add("total_amount", Yuan.Text(status == TradeStatus.Waiting ? trade.TotalFen : trade.ReportedFen));
        Add("passback_params", trade.PassbackParams);
        if (trade.WasPaid && status != TradeStatus.Waiting)
        {
            Add("gmt_payment", Beijing.Text(trade.PaidAt!.Value));
        }

        if (status is TradeStatus.Success or TradeStatus.Finished)
        {
            AddPayment(trade, Add);
        }

        if (status is TradeStatus.Closed or TradeStatus.Finished)
        {
            Add("gmt_close", trade.ClosedAt is { } closed ? Beijing.Text(closed) : null);
        }

        if (refund is not null)
        {
            Add("gmt_refund", Beijing.TextWithMilliseconds(refund.At));
            Add("refund_fee", Yuan.Text(trade.RefundedFen));
            Add("out_biz_no", refund.RequestNo);
        }

        return fields;
    }

    private static void AddPayment(Trade trade, Action<string, string?> add)
    {
        var paid = Yuan.Text(trade.PaidFen);
        add("invoice_amount", paid);
        add("receipt_amount", paid);
        add("buyer_pay_amount", paid);
        add("point_amount", "0.00");
        add("fund_bill_list", $$"""[{"amount":"{{paid}}","fundChannel":"ALIPAYACCOUNT"}]""");
    }
}

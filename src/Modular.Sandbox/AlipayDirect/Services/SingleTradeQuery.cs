using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Everything about one trade, signed. The field names are those of the published answers of this service.</summary>
internal sealed class SingleTradeQuery(FaultBoard faults, TimeProvider time) : IDirectService
{
    public string Name => "single_trade_query";

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        var trade = DirectFinder.Get(call, merchant, ledger, "out_trade_no");
        return AnswerXml.Signed(call, merchant, "trade", Fields(trade, merchant, Lags(trade)), fault);
    }

    private static List<KeyValuePair<string, string>> Fields(DirectTrade trade, DirectMerchant merchant, bool lags)
    {
        var fields = new List<KeyValuePair<string, string>>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                fields.Add(new(name, value));
            }
        }

        var paid = trade.WasPaid && !lags;
        var total = Yuan.Text(paid ? trade.PaidFen : trade.TotalFen);
        Add("body", trade.Body);
        Add("buyer_email", Buyer.LogonId);
        Add("buyer_id", Buyer.Id);
        Add("coupon_used_fee", "0.00");
        Add("discount", "0.00");
        Add("flag_trade_locked", "0");
        Add("gmt_create", Beijing.Text(trade.OpenedAt ?? trade.CreatedAt));
        Add("gmt_last_modified_time", Beijing.Text(trade.ClosedAt ?? trade.RefundedAt ?? (paid ? trade.PaidAt : null) ?? trade.OpenedAt ?? trade.CreatedAt));
        Add("gmt_payment", paid ? Beijing.Text(trade.PaidAt!.Value) : null);
        Add("gmt_close", trade.ClosedAt is { } closed ? Beijing.Text(closed) : null);
        Add("is_total_fee_adjust", "F");
        Add("operator_role", "B");
        Add("out_trade_no", trade.OutTradeNo);
        Add("payment_type", "1");
        Add("price", trade.Quantity == 1 ? total : Yuan.Text(trade.PriceFen));
        Add("quantity", trade.Quantity.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("refund_status", trade.RefundedAt is null || lags ? null : "REFUND_SUCCESS");
        Add("gmt_refund", trade.RefundedAt is { } refunded && !lags ? Beijing.Text(refunded) : null);
        Add("seller_email", merchant.SellerEmail);
        Add("seller_id", merchant.Partner);
        Add("subject", trade.Subject);
        Add("to_buyer_fee", Yuan.Text(trade.RefundedFen));
        Add("to_seller_fee", paid ? Yuan.Text(trade.PaidFen - trade.RefundedFen) : "0.00");
        Add("total_fee", total);
        Add("trade_no", trade.TradeNo);
        Add("trade_status", lags ? TradeStatus.Waiting : trade.Status);
        Add("use_coupon", "F");
        return fields;
    }

    private bool Lags(DirectTrade trade) =>
        faults.Trade(trade.OutTradeNo).QueryLagSeconds is { } seconds
        && trade.PaidAt is { } paidAt
        && time.GetUtcNow() < paidAt + TimeSpan.FromSeconds(seconds);
}

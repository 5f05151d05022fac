using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.AlipayDirect.Services;
using Modular.Sandbox.AlipayDirect.Wire;

namespace Modular.Sandbox.AlipayDirect.Cashier;

/// <summary>The addresses a buyer is sent to.</summary>
internal sealed class DirectLinks(PublicAddress address, DirectMerchants merchants, NotifyIds ids, TimeProvider time)
{
    public string Cashier(DirectTrade trade) => $"{address.Base}/alipaydirect/cashier/{trade.Token}";

    public string RefundSheet(string token) => $"{address.Base}/alipaydirect/refund/{token}";

    /// <summary>
    /// Back to the merchant after a payment, signed, with a notify_id of its own that can be verified for a minute. Null when the merchant
    /// gave no address or nothing was paid.
    /// </summary>
    public string? Return(DirectTrade trade)
    {
        if (trade.ReturnUrl.Length == 0 || !trade.IsPaid)
        {
            return null;
        }

        var (merchant, charset) = (merchants.Of(trade), Charsets.Of(trade.Charset));
        KeyValuePair<string, string>[] all =
        [
            new("is_success", "T"),
            new("out_trade_no", trade.OutTradeNo),
            new("subject", trade.Subject),
            new("payment_type", "1"),
            new("exterface", CreateDirectPay.Service),
            new("trade_no", trade.TradeNo),
            new("trade_status", trade.Status),
            new("notify_id", ids.NewForReturn(trade)),
            new("notify_time", Beijing.Text(time.GetUtcNow())),
            new("notify_type", "trade_status_sync"),
            new("seller_email", merchant.SellerEmail),
            new("buyer_email", Buyer.LogonId),
            new("seller_id", merchant.Partner),
            new("buyer_id", Buyer.Id),
            new("total_fee", Yuan.Text(trade.ReportedFen)),
            new("body", trade.Body),
            new("extra_common_param", trade.ExtraCommonParam),
        ];
        var fields = all.Where(field => field.Value.Length > 0).ToList();
        fields.Add(new("sign", DirectSignature.Sign(merchant, trade.SignType, DirectSignature.Text(fields), charset)));
        fields.Add(new("sign_type", trade.SignType));
        return $"{trade.ReturnUrl}{(trade.ReturnUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{FormText.Write(fields, charset)}";
    }
}

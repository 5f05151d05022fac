using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.Alipay.Cashier;

/// <summary>The addresses a buyer is sent to.</summary>
internal sealed class CashierLinks(PublicAddress address, Merchants merchants, TimeProvider time)
{
    public string Cashier(Trade trade) => trade.Product == Product.Qr ? QrCode(trade) : $"{address.Base}/alipay/cashier/{trade.Token}";

    public string QrCode(Trade trade) => $"{address.Base}/alipay/qr/{trade.Token}";

    /// <summary>
    /// Back to the merchant after a payment, signed, without a status: it tells that the buyer comes back, not that money
    /// moved. Null when the merchant gave no address.
    /// </summary>
    public string? Return(Trade trade)
    {
        if (trade.ReturnUrl.Length == 0 || trade.Product is not (Product.Page or Product.Wap))
        {
            return null;
        }

        var (merchant, charset) = (merchants.Of(trade), Charsets.Of(trade.Charset));
        var fields = new List<KeyValuePair<string, string>>
        {
            new("charset", trade.Charset),
            new("out_trade_no", trade.OutTradeNo),
            new("method", $"alipay.trade.{trade.Product}.pay.return"),
            new("total_amount", Yuan.Text(trade.ReportedFen)),
            new("trade_no", trade.TradeNo),
            new("auth_app_id", trade.AppId),
            new("version", "1.0"),
            new("app_id", trade.AppId),
            new("seller_id", merchant.SellerId),
            new("timestamp", Beijing.Text(time.GetUtcNow())),
        };
        fields.Add(new("sign", WireSignature.Sign(merchant.AlipayKey, WireSignature.OfNotification(fields), charset)));
        fields.Add(new("sign_type", "RSA2"));
        return $"{trade.ReturnUrl}{(trade.ReturnUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{FormText.Write(fields, charset)}";
    }
}

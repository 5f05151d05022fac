using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.Alipay.Cashier;

/// <summary>What the Alipay app hands back to the shop's app; the inner result is signed like an answer of the gateway.</summary>
internal sealed class AppResult(Merchants merchants, TimeProvider time)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public JsonObject Of(Trade trade)
    {
        var merchant = merchants.Of(trade);
        var node = new JsonObject
        {
            ["code"] = "10000",
            ["msg"] = "Success",
            ["app_id"] = trade.AppId,
            ["auth_app_id"] = trade.AppId,
            ["charset"] = trade.Charset,
            ["timestamp"] = Beijing.Text(time.GetUtcNow()),
            ["out_trade_no"] = trade.OutTradeNo,
            ["trade_no"] = trade.TradeNo,
            ["total_amount"] = Yuan.Text(trade.ReportedFen),
            ["seller_id"] = merchant.SellerId,
        }.ToJsonString(Readable);
        var sign = WireSignature.Sign(merchant.AlipayKey, node, Charsets.Of(trade.Charset));
        return new JsonObject
        {
            ["memo"] = "",
            ["result"] = $$"""{"alipay_trade_app_pay_response":{{node}},"sign":"{{sign}}","sign_type":"RSA2"}""",
            ["resultStatus"] = "9000",
        };
    }
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>The business part of a request: one JSON object of strings.</summary>
internal static class BizContent
{
    // The text goes into a form value, which is escaped there; escaping Chinese here would only make logs unreadable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The terms of a payment. Amounts are yuan with two decimals; the expiry is wall time at +08:00.</summary>
    public static string OfStart(StartRequest request, AlipayProduct product, string sellerId) => Write(json =>
    {
        json.WriteString("out_trade_no", request.PaymentNo);
        json.WriteString("total_amount", request.Amount.ToDecimalString());
        json.WriteString("subject", SubjectText.Clean(request.Subject, request.PaymentNo));
        json.WriteString("product_code", product.Code);
        json.WriteString("time_expire", BeijingTime.Write(request.ExpiresAt));
        if (product.TakesSeller)
        {
            json.WriteString("seller_id", sellerId);
        }

        if (product.TakesQuitUrl)
        {
            json.WriteString("quit_url", request.QuitUrl.AbsoluteUri);
        }
    });

    /// <summary>Names a payment by our number alone: of two numbers Alipay would believe its own and ignore ours.</summary>
    public static string OfReference(PaymentReference payment) => Write(json => json.WriteString("out_trade_no", payment.PaymentNo));

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>The business part of a request: one JSON object.</summary>
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

    /// <summary>The terms of a refund. The number always goes along: without it Alipay takes only a refund of everything, and once.</summary>
    public static string OfRefund(RefundRequest request) => Write(json =>
    {
        json.WriteString("out_trade_no", request.Payment.PaymentNo);
        json.WriteString("refund_amount", request.Amount.ToDecimalString());
        json.WriteString("out_request_no", request.RefundNo);
        json.WriteString("refund_reason", SubjectText.Clean(request.Reason, request.RefundNo));
    });

    /// <summary>Names a refund, and asks for the time, which Alipay leaves out by itself.</summary>
    public static string OfRefundReference(RefundReference refund) => Write(json =>
    {
        json.WriteString("out_trade_no", refund.Payment.PaymentNo);
        json.WriteString("out_request_no", refund.RefundNo);
        json.WriteStartArray("query_options");
        json.WriteStringValue("gmt_refund_pay");
        json.WriteEndArray();
    });

    /// <summary>Names the bill of the transactions of a day at +08:00.</summary>
    public static string OfBill(DateOnly day) => Write(json =>
    {
        json.WriteString("bill_type", "trade");
        json.WriteString("bill_date", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    });

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

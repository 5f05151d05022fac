using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// The bodies of requests. Everything in them comes from the frozen terms, in a fixed order and without nulls, because
/// WeChat Pay takes a number a second time only with identical terms and refuses explicit nulls.
/// </summary>
internal static class Order
{
    // The body is signed as bytes; escaping Chinese would only make it longer and harder to read.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // WeChat Pay raises anything shorter itself, and then its terms would no longer be ours.
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1);

    /// <summary>The terms of a payment; amounts are fen, the expiry is at +08:00.</summary>
    public static byte[] Write(StartRequest request, WeChatProduct product, WeChatPaySettings settings) => Write(json =>
    {
        json.WriteString("appid", settings.AppId);
        json.WriteString("mchid", settings.MchId);
        json.WriteString("description", DescriptionText.Description(request.Subject, request.PaymentNo));
        json.WriteString("out_trade_no", request.PaymentNo);
        json.WriteString("time_expire", BeijingTime.Write(Expiry(request)));
        json.WriteString("notify_url", request.NotifyUrl.AbsoluteUri);
        json.WriteStartObject("amount");
        json.WriteNumber("total", request.Amount.Minor);
        json.WriteString("currency", request.Amount.Currency);
        json.WriteEndObject();
        if (product == WeChatProduct.Jsapi)
        {
            json.WriteStartObject("payer");
            json.WriteString("openid", request.PayerId);
            json.WriteEndObject();
        }

        if (ClientAddress.Of(request.ClientIp) is { } address)
        {
            WriteScene(json, address, product == WeChatProduct.H5 ? request.ReturnUrl : null);
        }
    });

    /// <summary>The body of a request to close.</summary>
    public static byte[] WriteClose(string mchId) => Write(json => json.WriteString("mchid", mchId));

    /// <summary>
    /// The terms of a refund. It names the payment by our own number even when WeChat Pay's is known by now, because a number
    /// is taken a second time only with identical terms; and always an address, because without one WeChat Pay
    /// notifies nobody, or in the form of API v2.
    /// </summary>
    public static byte[] WriteRefund(RefundRequest request) => Write(json =>
    {
        json.WriteString("out_trade_no", request.Payment.PaymentNo);
        json.WriteString("out_refund_no", request.RefundNo);
        if (DescriptionText.Reason(request.Reason) is { Length: > 0 } reason)
        {
            json.WriteString("reason", reason);
        }

        json.WriteString("notify_url", request.NotifyUrl.AbsoluteUri);
        json.WriteStartObject("amount");
        json.WriteNumber("refund", request.Amount.Minor);
        json.WriteNumber("total", request.PaymentAmount.Minor);
        json.WriteString("currency", request.Amount.Currency);
        json.WriteEndObject();
    });

    private static DateTimeOffset Expiry(StartRequest request)
    {
        var earliest = request.CreatedAt + ShortestLife;
        return request.ExpiresAt > earliest ? request.ExpiresAt : earliest;
    }

    private static void WriteScene(Utf8JsonWriter json, string address, Uri? page)
    {
        json.WriteStartObject("scene_info");
        json.WriteString("payer_client_ip", address);
        if (page is not null)
        {
            json.WriteStartObject("h5_info");
            json.WriteString("type", "Wap");

            // At most 128 characters by WeChat Pay's rule; the shop's own origin is enough.
            if (page.GetLeftPart(UriPartial.Authority) is { Length: <= 128 } origin)
            {
                json.WriteString("app_url", origin);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// From raw bytes to a verdict: read, verify, and only then look at what the message says. <c>sign_type</c> and <c>charset</c>
/// are read before, because the check itself needs them.
/// </summary>
internal sealed class MessageReader(AlipayTrust trust)
{
    /// <summary>Turns a verified message into a verdict; runs only after the signature has been found right.</summary>
    private delegate Verification Translator(VerifiedFields fields);

    public Verification ReadNotification(RawRequest request)
    {
        if (!string.Equals(request.Method, "POST", StringComparison.OrdinalIgnoreCase))
        {
            return Malformed("A notification is a POST.");
        }

        // The charset that stands in the content type is known to be wrong at times; the parameter decides.
        var contentType = request.Header("Content-Type") ?? "";
        var mediaType = contentType.AsSpan(0, contentType.IndexOf(';', StringComparison.Ordinal) is var end and >= 0 ? end : contentType.Length).Trim();
        return mediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            ? Read(request.Body.Span, Reports.OfNotification)
            : Malformed("A notification has the content type application/x-www-form-urlencoded.");
    }

    public Verification ReadReturn(RawRequest request) =>
        Read(Encoding.UTF8.GetBytes(request.Query), Reports.OfReturn);

    private Verification Read(ReadOnlySpan<byte> raw, Translator translate)
    {
        using var message = FormMessage.Read(raw, out var problem);
        if (problem is not null)
        {
            return Malformed(problem);
        }

        if (Charsets.Of(message) is not { } charset)
        {
            return Malformed("The message names a charset other than utf-8, gbk, gb2312 and gb18030.");
        }

        return SignatureCheck.Refusal(message, trust) is var (reason, detail)
            ? new Verification.Refused(reason, detail)
            {
                PaymentNoHint = Evidence.PaymentNoHint(message),
                ProviderTradeNoHint = Evidence.TradeNoHint(message),
                Evidence = Evidence.Of(message, charset, trust),
            }
            : translate(new VerifiedFields(message, charset));
    }

    private static Verification.Refused Malformed(string detail) => new(RefusalReason.Malformed, detail);
}

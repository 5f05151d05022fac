using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>What a message came to, before Alipay has been asked about it.</summary>
/// <param name="Verdict">Anything but <see cref="Verification.Verified"/> and <see cref="Verification.VerifiedRefund"/> is final.</param>
/// <param name="NotifyId">What Alipay must confirm before a verified message counts; never null beside one.</param>
/// <param name="PaymentNoHint">The payment number that the message names, if it is shaped like ours.</param>
/// <param name="TradeNoHint">Alipay's number that the message names, if it is shaped like one.</param>
internal readonly record struct ReadMessage(Verification Verdict, string? NotifyId = null, string? PaymentNoHint = null, string? TradeNoHint = null)
{
    /// <summary>Whether the message counts once Alipay has confirmed it.</summary>
    public bool AwaitsConfirmation => Verdict is Verification.Verified or Verification.VerifiedRefund;
}

/// <summary>
/// From raw bytes to a verdict: read, verify, and only then look at what the message says. No network is used, and nothing but a right
/// signature leads to a question to Alipay, so that strangers cannot make the shop ask.
/// </summary>
internal sealed class MessageReader(AlipayDirectSettings settings)
{
    private const int MaxBytes = 64 * 1024;

    // Alipay's have 34 characters or, in older ones, up to a hundred with slashes and equals signs.
    private const int MaxNotifyIdLength = 128;

    /// <summary>Turns a verified message into a verdict; runs only after the signature has been found right.</summary>
    private delegate Verification Translator(ref VerifiedFields fields);

    public ReadMessage ReadNotification(RawRequest request)
    {
        if (!string.Equals(request.Method, "POST", StringComparison.OrdinalIgnoreCase))
        {
            return Malformed("A notification is a POST.");
        }

        // Alipay's content type is irregular at times, and no part of what is signed; only what announces another format is refused.
        var contentType = (request.Header("Content-Type") ?? "").AsSpan();
        var mediaType = contentType.IndexOf(';') is var end and >= 0 ? contentType[..end].Trim() : contentType.Trim();
        return mediaType.IsEmpty || mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
                ? Read(request.Body.Span, Reports.OfNotification)
                : Malformed("A notification has the content type application/x-www-form-urlencoded.");
    }

    public ReadMessage ReadReturn(RawRequest request) => Read(Encoding.UTF8.GetBytes(request.Query), Reports.OfReturn);

    private ReadMessage Read(ReadOnlySpan<byte> raw, Translator translate)
    {
        if (raw.Length > MaxBytes)
        {
            return Malformed($"The message is larger than {MaxBytes / 1024} KiB.");
        }

        using var message = FormMessage.Read(raw, out var problem);
        if (problem is not null)
        {
            return Malformed(problem);
        }

        if (CharsetOf(message) is not { } charset)
        {
            return Malformed("The message names a charset other than utf-8, gbk, gb2312 and gb18030.");
        }

        var (hint, tradeNo) = (Evidence.PaymentNoHint(message), Evidence.TradeNoHint(message));
        if (SignatureCheck.Refusal(message, settings.Signer) is var (reason, detail))
        {
            return new ReadMessage(new Verification.Refused(reason, detail)
            {
                PaymentNoHint = hint,
                ProviderTradeNoHint = tradeNo,
                Evidence = Evidence.Of(message, charset, settings.Signer),
            });
        }

        if (CanonicalText.Ambiguous(message) is { IsEmpty: false } ambiguous)
        {
            return Malformed($"The value of {Encoding.ASCII.GetString(ambiguous)} holds an ampersand and an equals sign, with which the signed text can be read in two ways.");
        }

        var fields = new VerifiedFields(message, charset);
        var verdict = translate(ref fields);
        return new ReadMessage(verdict).AwaitsConfirmation ? WithNotifyId(verdict, fields.Text("notify_id"u8), hint, tradeNo) : new ReadMessage(verdict);
    }

    private static ReadMessage WithNotifyId(Verification verdict, string? notifyId, string? hint, string? tradeNo) =>
        notifyId is { Length: <= MaxNotifyIdLength } && notifyId.All(c => c is > ' ' and < '\x7f')
            ? new ReadMessage(verdict, notifyId, hint, tradeNo)
            : Malformed("The message has no notify_id that Alipay could be asked about.");

    // Messages come in the charset in which the payment was started, and say so at most.
    private Charset? CharsetOf(in FormMessage message) =>
        message.TryGet("_input_charset"u8, out var name) && !name.IsEmpty ? Charset.Named(Encoding.ASCII.GetString(name)) : settings.Charset;

    private static ReadMessage Malformed(string detail) => new(new Verification.Refused(RefusalReason.Malformed, detail));
}

using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>From the raw bytes of a notification to a verdict: read, verify, and only then look at what it says.</summary>
internal sealed class NotificationReader(MessageSigner signer, RefundNews refunds)
{
    public Verification Read(RawRequest request)
    {
        if (!string.Equals(request.Method, "POST", StringComparison.OrdinalIgnoreCase))
        {
            return Refused(RefusalReason.Malformed, "A notification is a POST.");
        }

        // The content type is not looked at: WeChat Pay sends text/xml, proxies are known to change it, and the bytes speak for themselves.
        var body = request.Body.Span;
        if (LooksLikeJson(body))
        {
            return Refused(RefusalReason.Malformed, "The message is JSON, as API v3 sends it, and this address takes API v2 (XML): the payment was ordered through v3, whose notify address must be that of an instance of the v3 plugin.");
        }

        if (XmlMessage.Read(body, out var problem) is not { } message)
        {
            return Refused(RefusalReason.Malformed, $"The message {problem}.");
        }

        // Sealed with the key instead of signed.
        if (message.Text("sign") is null && message.Text("req_info") is not null)
        {
            return refunds.Read(message);
        }

        return signer.Refusal(message) is var (reason, detail)
            ? new Verification.Refused(reason, detail) { PaymentNoHint = Hint(message, "out_trade_no"), ProviderTradeNoHint = Hint(message, "transaction_id"), Evidence = signer.Evidence(message) }
            : Translate(message);
    }

    private static Verification Translate(MessageFields message)
    {
        if (!message.Is("return_code", "SUCCESS") || !message.Is("result_code", "SUCCESS"))
        {
            return Refused(RefusalReason.NotForHere, "The message does not say SUCCESS twice, and WeChat Pay signs no notification of anything but successful payments.");
        }

        // One key signs everything in v2. The answer to a query of an unpaid payment is signed too, says SUCCESS twice and names our number.
        if (message.Text("trade_state") is not null || message.Text("req_info") is not null || message.Text("out_refund_no") is not null)
        {
            return Refused(RefusalReason.NotForHere, "The message is signed, but it is the answer to a query or about a refund, and no notification of a payment; of refunds, WeChat Pay notifies without a signature.");
        }

        return message.Text("out_trade_no") is { } paymentNo && message.Text("transaction_id") is not null && message.Text("time_end") is not null
            ? new Verification.Verified(Reports.Of(message, paymentNo, ReportedState.Paid, "SUCCESS"))
            : Refused(RefusalReason.NotForHere, "The message is signed, but lacks out_trade_no, transaction_id or time_end, which every notification of a payment has.");
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> body)
    {
        var text = body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    /// <summary>The number that an unverified message names, when it is shaped like one.</summary>
    private static string? Hint(MessageFields message, string name) =>
        message.Text(name) is { Length: >= 1 and <= 32 } number && number.All(char.IsAsciiLetterOrDigit) ? number : null;

    private static Verification.Refused Refused(RefusalReason reason, string detail) => new(reason, detail);
}

using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// What a notification says whose signature was right. The event, the type that the envelope names and the decrypted content
/// must agree, so that a content sealed for one event cannot be shown as another.
/// </summary>
internal static class Notification
{
    /// <summary>Reads the envelope and sends each family of events to its own reader.</summary>
    public static Verification Read(ReadOnlyMemory<byte> body, ResourceCipher cipher)
    {
        using var envelope = StrictJson.Parse(body);
        if (envelope is null)
        {
            return Malformed("The notification is not a JSON object with each member once and only text that can be stored.");
        }

        return envelope.RootElement.Text("event_type"u8) switch
        {
            "TRANSACTION.SUCCESS" => ReadContent(envelope.RootElement, "transaction", cipher, Transaction.OfNotification),
            ("REFUND.SUCCESS" or "REFUND.ABNORMAL" or "REFUND.CLOSED") and var refunded => ReadContent(envelope.RootElement, "refund", cipher, content => Refund.OfNotification(content, refunded)),
            var other => NotForHere($"The notification is about another event ({ForeignText.OneLine(other ?? "none", 64)}) than a payment or a refund."),
        };
    }

    private static Verification ReadContent(JsonElement envelope, string type, ResourceCipher cipher, Func<JsonElement, Verification> read)
    {
        if (envelope.Member("resource"u8) is not { ValueKind: JsonValueKind.Object } resource)
        {
            return Malformed("The notification has no resource.");
        }

        if (resource.Text("original_type"u8) != type)
        {
            return NotForHere($"The notification's event is about a {type}, and its content is of another type ({ForeignText.OneLine(resource.Text("original_type"u8) ?? "none", 64)}).");
        }

        if (!ResourceCipher.CanOpen(resource))
        {
            return new Verification.Refused(RefusalReason.WrongAlgorithm, $"The notification is encrypted with another algorithm than {ResourceCipher.Algorithm}.");
        }

        if (cipher.Decrypt(resource, out var doubt) is not { } bytes)
        {
            return new Verification.Refused(doubt!.Reason, doubt.Detail);
        }

        using var content = StrictJson.Parse(bytes);
        return content is null
            ? Malformed("The decrypted content is not a JSON object with each member once and only text that can be stored.")
            : read(content.RootElement);
    }

    public static Verification.Refused NotForHere(string detail) => new(RefusalReason.NotForHere, detail);

    private static Verification.Refused Malformed(string detail) => new(RefusalReason.Malformed, detail);
}

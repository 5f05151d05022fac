using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Why a message is not believed.</summary>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Detail">One sentence about "the message".</param>
internal sealed record Doubt(RefusalReason Reason, string Detail);

/// <summary>The headers that WeChat Pay signs a message with; read, and not yet believed.</summary>
/// <param name="Timestamp">Unix seconds, digits only.</param>
/// <param name="Nonce">Visible ASCII: a line feed in it could shift where the body begins.</param>
/// <param name="Signature">Base64, not yet decoded.</param>
/// <param name="Serial">Which key signed.</param>
internal sealed record SignatureHeaders(string Timestamp, string Nonce, string Signature, string Serial)
{
    // The last one may be absent.
    private const int Type = 4;
    private const int MaxNonce = 128;

    // Eleven digits reach the year 5138.
    private const int MaxTimestamp = 11;

    // A key of 4096 bits makes 684 characters; whatever is much longer is not worth decoding.
    private const int MaxSignature = 1024;
    private static readonly string[] Names = ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Signature-Type"];

    /// <summary>Whether a message carries any of them, so that it claims to be signed.</summary>
    public static bool AreIn(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        headers.Any(header => Names.Contains(header.Key, StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads them, or says what is wrong with them.</summary>
    public static SignatureHeaders? Read(IReadOnlyList<KeyValuePair<string, string>> headers, out Doubt? doubt)
    {
        var values = new string?[Names.Length];
        foreach (var (name, value) in headers)
        {
            // Most headers of a request are other ones.
            if (!name.StartsWith("Wechatpay-", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            for (var i = 0; i < Names.Length; i++)
            {
                if (!Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                if (values[i] is not null)
                {
                    doubt = new Doubt(RefusalReason.Malformed, $"The message has the header {Names[i]} twice.");
                    return null;
                }

                values[i] = value;
            }
        }

        doubt = Missing(values) ?? (values[Type] is null or SignatureCheck.Algorithm ? null : new Doubt(
            RefusalReason.WrongAlgorithm, $"The message names another signature type than {SignatureCheck.Algorithm}, the only one that is accepted."));
        var read = new SignatureHeaders(values[0] ?? "", values[1] ?? "", values[2] ?? "", values[3] ?? "");
        doubt ??= read.Unreadable();
        return doubt is null ? read : null;
    }

    /// <summary>The names of those that a message must have and lacks.</summary>
    public static IEnumerable<string> Missing(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        Names[..Type].Where(name => !headers.Any(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase) && header.Value.Length > 0));

    private static Doubt? Missing(string?[] values)
    {
        var missing = "";
        for (var i = 0; i < Type; i++)
        {
            if (string.IsNullOrEmpty(values[i]))
            {
                missing += missing.Length == 0 ? Names[i] : $", {Names[i]}";
            }
        }

        return missing.Length == 0 ? null : new Doubt(
            RefusalReason.MissingSignature, $"The message lacks {missing}: if WeChat Pay sent it, something in between, such as a CDN, strips headers.");
    }

    private Doubt? Unreadable() =>
        Timestamp.Length > MaxTimestamp || Timestamp.AsSpan().ContainsAnyExceptInRange('0', '9') ? Malformed("Wechatpay-Timestamp is not a number of seconds")
        : Nonce.Length > MaxNonce || Nonce.AsSpan().ContainsAnyExceptInRange('!', '~') ? Malformed("Wechatpay-Nonce is too long or holds other characters than visible ASCII")
        : Signature.Length > MaxSignature ? new Doubt(RefusalReason.WrongSignature, $"The signature of the message is longer than {MaxSignature} characters.")
        : null;

    private static Doubt Malformed(string what) => new(RefusalReason.Malformed, $"The message's {what}.");
}

using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What a refusal tells the signature doctor. It is made only when a message is refused.</summary>
internal static class Evidence
{
    private const int MaxCanonical = 4096;

    /// <summary>What was checked. The body's content is encrypted, so nothing in it needs hiding.</summary>
    public static SignatureEvidence Of(SignatureHeaders headers, ReadOnlySpan<byte> body)
    {
        using var canonical = CanonicalText.OfMessage(headers.Timestamp, headers.Nonce, body);
        return new SignatureEvidence(Shorten(Encoding.UTF8.GetString(canonical.Bytes), MaxCanonical), ForeignText.OneLine(headers.Serial, 64), SignatureCheck.Algorithm);
    }

    /// <summary>
    /// The payment number and WeChat Pay's own that an unverified message names. They are inside the encrypted content, so only
    /// someone who knows the APIv3 key could have put them there; still, no more than hints.
    /// </summary>
    public static (string? PaymentNo, string? TransactionId) Hints(ReadOnlyMemory<byte> body, ResourceCipher cipher)
    {
        using var envelope = StrictJson.Parse(body);
        if (envelope?.RootElement.Member("resource"u8) is not { } resource || cipher.Decrypt(resource, out _) is not { } bytes)
        {
            return default;
        }

        using var content = StrictJson.Parse(bytes);
        return (Number(content?.RootElement.Text("out_trade_no"u8)), Number(content?.RootElement.Text("transaction_id"u8)));
    }

    private static string? Number(string? text) => text is { Length: >= 1 and <= 32 } && text.All(char.IsAsciiLetterOrDigit) ? text : null;

    private static string Shorten(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}

using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>What a refusal tells the signature doctor. It is made only when a message is refused.</summary>
internal static class Evidence
{
    private const int MaxCanonical = 4096;

    public static SignatureEvidence Of(in FormMessage message, Encoding charset, AlipayTrust trust)
    {
        using var canonical = CanonicalText.Of(message, default);
        var lenient = (Encoding)charset.Clone();
        lenient.DecoderFallback = DecoderFallback.ReplacementFallback;
        return new SignatureEvidence(Shorten(lenient.GetString(canonical.Bytes), MaxCanonical), trust.Name, SignatureCheck.Algorithm);
    }

    /// <summary>The payment number that an unverified message names, when it is shaped like one of ours.</summary>
    public static string? PaymentNoHint(in FormMessage message) => Number(message, "out_trade_no"u8);

    /// <summary>Alipay's number that an unverified message names, when it is shaped like one.</summary>
    public static string? TradeNoHint(in FormMessage message) => Number(message, "trade_no"u8);

    // An ellipsis where something was cut, and never half a surrogate pair.
    private static string Shorten(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static string? Number(in FormMessage message, ReadOnlySpan<byte> name)
    {
        if (!message.TryGet(name, out var value) || value.Length is < 1 or > 64)
        {
            return null;
        }

        foreach (var b in value)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != (byte)'_')
            {
                return null;
            }
        }

        return Encoding.ASCII.GetString(value);
    }
}

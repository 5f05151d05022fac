using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>What a refusal tells the signature doctor. It is made only when a message is refused.</summary>
internal static class Evidence
{
    private const int MaxCanonical = 4096;

    public static SignatureEvidence Of(in FormMessage message, Charset charset, Signer signer)
    {
        using var canonical = CanonicalText.Of(message);
        return new SignatureEvidence(Shorten(charset.Show(canonical.Bytes), MaxCanonical), signer.KeyName, signer.Name);
    }

    /// <summary>The payment number that a message names, when it is shaped like one of ours.</summary>
    public static string? PaymentNoHint(in FormMessage message) => Number(message, "out_trade_no"u8);

    /// <summary>Alipay's number that a message names, when it is shaped like one.</summary>
    public static string? TradeNoHint(in FormMessage message) => Number(message, "trade_no"u8);

    /// <summary>What somebody else wrote, fit for a sentence: no control characters, at most <paramref name="length"/> characters.</summary>
    public static string Quote(string text, int length) => Shorten(string.Concat(text.Where(c => !char.IsControl(c))), length);

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
}

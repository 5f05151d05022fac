using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Amounts in API v2: whole fen, at least one, as plain digits.</summary>
internal static class Fen
{
    private static readonly int MaxDigits = Write(Money.MaxMinor).Length;

    public static string Write(long fen) => fen.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The amount with its currency (<c>fee_type</c>, CNY when it is absent), or null when it cannot be read, which makes the
    /// host hold a paid payment. Signs, points, exponents, blanks, leading zeros and other digits than 0–9 are refused.
    /// </summary>
    public static Money? Read(string? text, string? currency)
    {
        if (text is null || text.Length == 0 || text.Length > MaxDigits || text[0] == '0' || !text.All(char.IsAsciiDigit))
        {
            return null;
        }

        var fen = long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return fen <= Money.MaxMinor ? new Money(fen, currency ?? "CNY") : null;
    }
}

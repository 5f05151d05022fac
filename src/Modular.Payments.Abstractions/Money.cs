using System.Globalization;

namespace Modular.Payments.Abstractions;

/// <summary>An exact sum of money in the minor unit of its currency (fen for CNY).</summary>
/// <param name="Minor">The amount in minor units; 368.00 yuan is 36800.</param>
/// <param name="Currency">The ISO 4217 code in capitals, for example <c>CNY</c>.</param>
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>The largest amount that is read or written: one hundred million yuan, Alipay's upper bound.</summary>
    public const long MaxMinor = 100_000_000_00L;

    /// <summary>An amount of <paramref name="fen"/> fen.</summary>
    public static Money Cny(long fen) => new(fen, "CNY");

    /// <summary>
    /// The amount as the gateways write it: digits, a point, two digits (<c>368.00</c>); never a sign of grouping. Less than nothing,
    /// which no gateway takes but a bill's fees may come to, begins with a minus.
    /// </summary>
    public string ToDecimalString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Minor < 0 ? "-" : "")}{Math.Abs(Minor / 100)}.{Math.Abs(Minor % 100):00}");

    /// <summary>
    /// Reads an amount as the gateways write it: one to eleven digits and, optionally, a point with one or two digits.
    /// Signs, grouping, exponents, spaces and other digits than 0–9 are refused, because a lax parser reads
    /// <c>0,01</c> as 1.
    /// </summary>
    public static bool TryParseDecimal(ReadOnlySpan<char> text, string currency, out Money money)
    {
        money = default;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (whole.Length is < 1 or > 11 || (point >= 0 && fraction.Length is < 1 or > 2))
        {
            return false;
        }

        long minor = 0;
        foreach (var digit in whole)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            minor = (minor * 10) + (digit - '0');
        }

        for (var place = 0; place < 2; place++)
        {
            var digit = place < fraction.Length ? fraction[place] : '0';
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            minor = (minor * 10) + (digit - '0');
        }

        money = new Money(minor, currency);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ToDecimalString()} {Currency}";
}

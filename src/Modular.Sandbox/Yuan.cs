using System.Globalization;

namespace Modular.Sandbox;

/// <summary>Amounts are whole fen inside and text with two decimals on the wire.</summary>
internal static class Yuan
{
    private const long Largest = 10_000_000_000;

    /// <summary>Null unless the text is an amount from 0.01 to 100000000.00 with at most two decimals.</summary>
    public static long? Parse(string? text)
    {
        if (text is null || text.Length > 12 || text.Split('.') is not { Length: 1 or 2 } parts)
        {
            return null;
        }

        var fraction = parts.Length == 2 ? parts[1] : "00";
        var fits = parts[0].Length > 0 && fraction.Length is 1 or 2 && parts.All(part => part.All(char.IsAsciiDigit));
        if (!fits)
        {
            return null;
        }

        var fen = long.Parse(parts[0] + fraction.PadRight(2, '0'), CultureInfo.InvariantCulture);
        return fen is > 0 and <= Largest ? fen : null;
    }

    public static string Text(long fen) => string.Create(CultureInfo.InvariantCulture, $"{fen / 100}.{fen % 100:00}");
}

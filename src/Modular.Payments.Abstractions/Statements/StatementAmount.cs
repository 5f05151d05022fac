namespace Modular.Payments.Abstractions.Statements;

/// <summary>Reads the amounts of bills, which are written in yuan.</summary>
public static class StatementAmount
{
    /// <summary>
    /// Reads yuan as fen by the rule of <see cref="Money.TryParseDecimal"/>, with what only bills have: a minus sign before a
    /// refund or a fee, and fees with more than two decimals (<c>0.00600</c>). Further decimals must be zeros,
    /// because half a fen can be rounded in more than one way and then the totals differ.
    /// </summary>
    /// <param name="text">The text without spaces.</param>
    /// <param name="fen">The amount in fen, with its sign.</param>
    public static bool TryReadYuan(ReadOnlySpan<char> text, out long fen)
    {
        fen = 0;
        var isNegative = text.StartsWith('-');
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf('.');
        if (point >= 0 && digits.Length > point + 3)
        {
            if (digits.Length > point + 9 || digits[(point + 3)..].ContainsAnyExcept('0'))
            {
                return false;
            }

            digits = digits[..(point + 3)];
        }

        if (!Money.TryParseDecimal(digits, "CNY", out var money))
        {
            return false;
        }

        fen = isNegative ? -money.Minor : money.Minor;
        return true;
    }
}

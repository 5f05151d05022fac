using System.Globalization;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The number of a refund as this gateway wants it, <c>batch_no</c>: the day at +08:00 as <c>yyyyMMdd</c>, then a serial of 3 to 24 letters and
/// digits. One batch holds one refund, so its number must be ours in another coat and lead back to it.
/// </summary>
/// <remarks>
/// Our number has 26 characters of Crockford's alphabet, two more than fit. It is read as one number to the base of 32 and written to the base of
/// 36 with capital letters, which takes at most 24 places for everything below 36^24. The first ten of our characters are milliseconds
/// since 1970, so that every number of ours lies below until the year 2527. The map is one to one and does not depend on the day, and the
/// day is the refund's own and never the present one: a refund that is sent again has the number that it had.
/// </remarks>
internal static class BatchNo
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int DayLength = 8;
    private const int SerialLength = 24;
    private const int NumberLength = 26;

    /// <summary>The batch number of a refund, 32 characters; null when the refund's number is none of the shape that can be turned back.</summary>
    public static string? Write(string refundNo, DateTimeOffset createdAt)
    {
        if (refundNo.Length != NumberLength || !TryRead(refundNo, Crockford, out var value))
        {
            return null;
        }

        var serial = Digits(value, Base36, SerialLength);
        return serial is null ? null : string.Concat(BeijingTime.Day(createdAt).ToString("yyyyMMdd", CultureInfo.InvariantCulture), serial);
    }

    /// <summary>Which of our refunds a batch number may be; null when it cannot be one of ours.</summary>
    public static string? RefundNo(string batchNo) =>
        batchNo.Length == DayLength + SerialLength
        && DateOnly.TryParseExact(batchNo.AsSpan(0, DayLength), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && TryRead(batchNo.AsSpan(DayLength), Base36, out var value)
            ? Digits(value, Crockford, NumberLength)
            : null;

    private static bool TryRead(ReadOnlySpan<char> text, string alphabet, out UInt128 value)
    {
        value = 0;
        foreach (var character in text)
        {
            var digit = alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0 || value > (UInt128.MaxValue - (UInt128)digit) / (UInt128)alphabet.Length)
            {
                return false;
            }

            value = (value * (UInt128)alphabet.Length) + (UInt128)digit;
        }

        return true;
    }

    /// <summary>The number with leading zeros; null when it has more places.</summary>
    private static string? Digits(UInt128 value, string alphabet, int length)
    {
        var text = new char[length];
        for (var place = length - 1; place >= 0; place--)
        {
            (value, var digit) = UInt128.DivRem(value, (UInt128)alphabet.Length);
            text[place] = alphabet[(int)digit];
        }

        return value == 0 ? new string(text) : null;
    }
}

using System.Globalization;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// <c>it_b_pay</c>: how long an unpaid payment lives, counted by Alipay from when the shopper reaches the cashier. The present moment has
/// no part in it, because the same payment must ask for the same life whenever it is started again; the host's closing ends
/// what lives longer for that.
/// </summary>
internal static class RelativeExpiry
{
    private const int LongestDays = 15;

    /// <summary>Whole minutes, rounded down, within Alipay's limits of one minute and fifteen days.</summary>
    public static string Write(TimeSpan life)
    {
        var minutes = Math.Clamp((long)life.TotalMinutes, 1, LongestDays * 24 * 60);
        return minutes == LongestDays * 24 * 60
            ? string.Create(CultureInfo.InvariantCulture, $"{LongestDays}d")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}m");
    }
}

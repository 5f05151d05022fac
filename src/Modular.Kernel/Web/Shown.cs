using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Kernel.Web;

/// <summary>How the pages write sums and times; the same in every language.</summary>
public static class Shown
{
    // The shop and its providers keep Chinese wall clocks, wherever the server stands. China has had no summer time since 1991.
    private static readonly TimeSpan ShopOffset = TimeSpan.FromHours(8);

    /// <summary>A sum with its sign and two decimals: <c>¥368.00</c>.</summary>
    public static string Price(Money money) => money.Currency == "CNY" ? $"¥{money.ToDecimalString()}" : $"{money.Currency} {money.ToDecimalString()}";

    /// <summary>A moment by the shop's wall clock: <c>2026-11-25 20:07</c>.</summary>
    public static string Time(DateTimeOffset moment) => moment.ToOffset(ShopOffset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The same to the second, where things follow each other closely: <c>2026-11-25 20:07:31</c>.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToOffset(ShopOffset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A moment of these days by the shop's wall clock, where the date goes without saying: <c>20:07</c>.</summary>
    public static string TimeOfDay(DateTimeOffset moment) => moment.ToOffset(ShopOffset).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A moment for the <c>datetime</c> attribute and for scripts.</summary>
    public static string Iso(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

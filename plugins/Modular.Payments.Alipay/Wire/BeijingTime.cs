using System.Globalization;

namespace Modular.Payments.Alipay.Wire;

/// <summary>Alipay's clock: wall time at the fixed offset +08:00, <c>yyyy-MM-dd HH:mm:ss</c>, never daylight saving.</summary>
internal static class BeijingTime
{
    private const string Format = "yyyy-MM-dd HH:mm:ss";
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);
    private static readonly string[] Formats = [Format, "yyyy-MM-dd HH:mm:ss.FFF"];

    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The moment in UTC when the clock there shows this.</summary>
    public static DateTimeOffset At(DateOnly day, TimeOnly time) => new DateTimeOffset(day.ToDateTime(time), Offset).ToUniversalTime();

    /// <summary>The moment in UTC, or null when the text is no such time. Milliseconds are optional, as in <c>gmt_refund</c>.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) && wall.Year > 1970
            ? new DateTimeOffset(wall, Offset).ToUniversalTime()
            : null;
}

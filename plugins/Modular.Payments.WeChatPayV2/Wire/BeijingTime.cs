using System.Globalization;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// WeChat Pay's clock: wall time at the fixed offset +08:00, never daylight saving; <c>yyyyMMddHHmmss</c> of payments, and
/// <c>yyyy-MM-dd HH:mm:ss</c> of refunds and bills.
/// </summary>
internal static class BeijingTime
{
    private const string Format = "yyyyMMddHHmmss";
    private const string ClockFormat = "yyyy-MM-dd HH:mm:ss";
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The moment, cut to whole seconds.</summary>
    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The moment in UTC when the clock there shows this.</summary>
    public static DateTimeOffset At(DateOnly day, TimeOnly time) => new DateTimeOffset(day.ToDateTime(time), Offset).ToUniversalTime();

    /// <summary>The moment of a payment in UTC, or null when the text is no such time.</summary>
    public static DateTimeOffset? Read(string? text) => Read(text, Format);

    /// <summary>The moment of a refund or of a bill's line in UTC, or null when the text is no such time.</summary>
    public static DateTimeOffset? ReadClock(ReadOnlySpan<char> text) => Read(text, ClockFormat);

    private static DateTimeOffset? Read(ReadOnlySpan<char> text, string format) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) && wall.Year > 1970
            ? new DateTimeOffset(wall, Offset).ToUniversalTime()
            : null;
}

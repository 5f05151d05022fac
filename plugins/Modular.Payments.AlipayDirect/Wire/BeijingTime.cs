using System.Globalization;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Alipay's clock: wall time at the fixed offset +08:00, <c>yyyy-MM-dd HH:mm:ss</c>, never daylight saving.</summary>
internal static class BeijingTime
{
    private const string Format = "yyyy-MM-dd HH:mm:ss";

    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The moment in UTC, or null when the text is no such time.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) && wall.Year > 1970
            ? new DateTimeOffset(wall, Offset).ToUniversalTime()
            : null;

    /// <summary>The moment as Alipay writes it.</summary>
    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The calendar day of a moment.</summary>
    public static DateOnly Day(DateTimeOffset moment) => DateOnly.FromDateTime(moment.ToOffset(Offset).DateTime);

    /// <summary>When a calendar day begins.</summary>
    public static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Offset);
}

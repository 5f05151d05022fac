using System.Globalization;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>WeChat Pay's clock: wall time at the fixed offset +08:00, <c>yyyyMMddHHmmss</c>, never daylight saving.</summary>
internal static class BeijingTime
{
    private const string Format = "yyyyMMddHHmmss";
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The moment, cut to whole seconds.</summary>
    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The moment in UTC, or null when the text is no such time.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) && wall.Year > 1970
            ? new DateTimeOffset(wall, Offset).ToUniversalTime()
            : null;
}

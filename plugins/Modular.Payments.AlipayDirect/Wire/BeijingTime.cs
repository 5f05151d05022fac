using System.Globalization;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Alipay's clock: wall time at the fixed offset +08:00, <c>yyyy-MM-dd HH:mm:ss</c>, never daylight saving.</summary>
internal static class BeijingTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The moment in UTC, or null when the text is no such time.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) && wall.Year > 1970
            ? new DateTimeOffset(wall, Offset).ToUniversalTime()
            : null;
}

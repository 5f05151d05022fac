using System.Globalization;

namespace Modular.Sandbox;

/// <summary>The gateways tell and expect the time of Beijing, which has known no daylight saving since 1991.</summary>
internal static class Beijing
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    private const string Seconds = "yyyy-MM-dd HH:mm:ss";

    public static DateTimeOffset At(DateTimeOffset time) => time.ToOffset(Offset);

    public static string Text(DateTimeOffset time) => At(time).ToString(Seconds, CultureInfo.InvariantCulture);

    public static string TextWithMilliseconds(DateTimeOffset time) =>
        At(time).ToString(Seconds + ".fff", CultureInfo.InvariantCulture);

    public static string Compact(DateTimeOffset time, string format) => At(time).ToString(format, CultureInfo.InvariantCulture);

    public static DateTimeOffset? Read(string text, string format = Seconds) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, Offset)
            : null;

    /// <summary>The next 0:00, which is when <c>1c</c> ("this calendar day") ends.</summary>
    public static DateTimeOffset NextMidnight(DateTimeOffset time) => new(At(time).Date.AddDays(1), Offset);
}

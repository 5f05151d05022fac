using System.Globalization;

namespace Modular.Sandbox.WeChat;

/// <summary>Times of API v3, written with the offset of Beijing.</summary>
internal static class Rfc3339
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:sszzz";

    public static string Text(DateTimeOffset time) => Beijing.Compact(time, Seconds);

    /// <summary>With any offset; null when it is not such a time.</summary>
    public static DateTimeOffset? Read(string text) =>
        DateTimeOffset.TryParseExact(text, [Seconds, "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}

namespace Modular.Sandbox.Alipay;

/// <summary>The two ways a merchant limits the time to pay.</summary>
internal static class Expiry
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(15);

    /// <summary>Whether a timeout_express is one: 1m to 15d, or 1c for "today".</summary>
    public static bool IsTimeout(string text, TimeSpan shortest) =>
        text == "1c" || (text[^1] != 's' && Durations.TryParse(text) is { } span && span >= shortest && span <= Longest);

    public static DateTimeOffset After(string timeout, string otherwise, DateTimeOffset start) =>
        timeout == "1c" ? Beijing.NextMidnight(start) : start + Durations.Parse(timeout.Length > 0 ? timeout : otherwise);
}

using System.Globalization;

namespace Modular.Sandbox;

/// <summary>Spans written the way the protocol writes them: a whole number and a unit.</summary>
internal static class Durations
{
    public static TimeSpan Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"'{text}' is not a span of time like 30s, 4m, 2h or 15d.");

    public static TimeSpan? TryParse(string text)
    {
        text = text.Trim();
        return text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            }
            : null;
    }

    public static IReadOnlyList<TimeSpan> ParseList(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
}

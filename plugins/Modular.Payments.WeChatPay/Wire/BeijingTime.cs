using System.Globalization;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Times as WeChat Pay writes them: RFC 3339 at the fixed offset +08:00, <c>2026-11-22T12:30:00+08:00</c>.</summary>
internal static class BeijingTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);
    private static readonly string[] WithOffset = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];
    private static readonly string[] Universal = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString(WithOffset[0], CultureInfo.InvariantCulture);

    /// <summary>The moment in UTC, or null when the text is no such time. Another offset than +08:00 is taken at its word.</summary>
    public static DateTimeOffset? Read(string? text) =>
        (DateTimeOffset.TryParseExact(text, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            || DateTimeOffset.TryParseExact(text, Universal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment))
        && moment.Year > 1970
            ? moment.ToUniversalTime()
            : null;
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Times as WeChat Pay writes them: RFC 3339 at the fixed offset +08:00, <c>2026-11-22T12:30:00+08:00</c>.</summary>
internal static class BeijingTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static string Write(DateTimeOffset moment) => moment.ToOffset(Offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>The moment in UTC when the clock there shows this.</summary>
    public static DateTimeOffset At(DateOnly day, TimeOnly time) => new DateTimeOffset(day.ToDateTime(time), Offset).ToUniversalTime();

    /// <summary>The moment in UTC of a bill's <c>2026-11-22 12:30:00</c>, or null when the text is no such time.</summary>
    public static DateTimeOffset? ReadClock(ReadOnlySpan<char> text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) && clock.Year > 1970
            ? new DateTimeOffset(clock, Offset).ToUniversalTime()
            : null;

    /// <summary>The moment in UTC, or null when the value is no such time. Another offset than +08:00 is taken at its word.</summary>
    public static DateTimeOffset? Read(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text && NamesOffset(JsonMarshal.GetRawUtf8Value(text))
        && text.TryGetDateTimeOffset(out var moment) && moment.Year > 1970
            ? moment.ToUniversalTime()
            : null;

    // Without an offset the runtime would take this machine's own, which may be anywhere. The quotation mark is part of the raw value.
    private static bool NamesOffset(ReadOnlySpan<byte> raw) =>
        raw.EndsWith("Z\""u8) || (raw.Length > 20 && raw[^4] == (byte)':' && raw[^7] is (byte)'+' or (byte)'-');
}

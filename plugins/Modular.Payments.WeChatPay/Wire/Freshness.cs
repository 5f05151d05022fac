using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>A message counts for less than five minutes to either side of our clock, as in WeChat Pay's own Go and Java SDKs.</summary>
internal static class Freshness
{
    private const long LimitSeconds = 5 * 60;

    /// <summary>The doubt, or null when the message is fresh.</summary>
    public static Doubt? Doubt(SignatureHeaders headers, DateTimeOffset now)
    {
        var ahead = SecondsAhead(headers, now);
        return Math.Abs(ahead) < LimitSeconds ? null : new Doubt(
            RefusalReason.Stale,
            string.Create(CultureInfo.InvariantCulture, $"The message was signed {Math.Abs(ahead)} seconds {(ahead > 0 ? "ahead of" : "behind")} this machine's clock, {LimitSeconds} are too many: one of the two clocks is off, or the message was kept back."));
    }

    /// <summary>By how many seconds the message is ahead of our clock; negative when it is behind.</summary>
    public static long SecondsAhead(SignatureHeaders headers, DateTimeOffset now) =>
        long.Parse(headers.Timestamp, NumberStyles.None, CultureInfo.InvariantCulture) - now.ToUnixTimeSeconds();
}

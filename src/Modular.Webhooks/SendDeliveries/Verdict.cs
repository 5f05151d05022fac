namespace Modular.Webhooks;

/// <summary>What an answer means for its delivery. Pure.</summary>
/// <param name="Status">The delivery's status from now on.</param>
/// <param name="NextAttemptAt">When it is tried again; null when it is not.</param>
/// <param name="Pauses">The endpoint is paused until an operator resumes it.</param>
internal sealed record Verdict(DeliveryStatus Status, DateTimeOffset? NextAttemptAt, bool Pauses)
{
    // The waits that the Standard Webhooks specification suggests: three days and a bit in all.
    internal static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>A receiver may ask for a longer wait than the next one, but not for more than a day.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    /// <param name="answer">What the receiver said.</param>
    /// <param name="tries">The tries made, the answered one included.</param>
    /// <param name="now">The present moment.</param>
    public static Verdict Of(Answer answer, int tries, DateTimeOffset now)
    {
        if (answer.IsSuccess)
        {
            return new Verdict(DeliveryStatus.Delivered, null, Pauses: false);
        }

        var isGone = answer.Status == 410;
        if (tries > Waits.Length)
        {
            return new Verdict(DeliveryStatus.GivenUp, null, isGone);
        }

        var wait = Waits[Math.Max(tries, 1) - 1];
        var asked = answer.RetryAfter is { } retryAfter && retryAfter < LongestWait ? retryAfter : answer.RetryAfter is null ? TimeSpan.Zero : LongestWait;
        return new Verdict(DeliveryStatus.Pending, now + (asked > wait ? asked : wait), isGone);
    }
}

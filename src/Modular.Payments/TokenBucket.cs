namespace Modular.Payments;

/// <summary>
/// A budget that begins full and fills again by one per <paramref name="refill"/>. Not thread-safe: whoever has it guards it.
/// </summary>
internal sealed class TokenBucket(TimeProvider time, int capacity, TimeSpan refill)
{
    private double left = capacity;
    private long filledAt = time.GetTimestamp();

    /// <summary>Whether there is something to take at the timestamp <paramref name="now"/>.</summary>
    public bool Has(long now)
    {
        left = Math.Min(capacity, left + (time.GetElapsedTime(filledAt, now) / refill));
        filledAt = now;
        return left >= 1;
    }

    public bool IsFull(long now) => Has(now) && left >= capacity;

    /// <summary>Takes one; only after <see cref="Has"/> said that there is one.</summary>
    public void Take() => left--;
}

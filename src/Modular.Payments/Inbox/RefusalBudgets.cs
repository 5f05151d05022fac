namespace Modular.Payments;

/// <summary>
/// How many refused messages are kept: a bucket per sender inside a bucket per instance, so that a flood cannot fill the disk and
/// one sender's flood cannot push another's messages out. Thread-safe.
/// </summary>
internal sealed class RefusalBudgets(TimeProvider time)
{
    private const int PerInstance = 5000;
    private const int PerSender = 1000;

    // More senders than this at a time share one bucket.
    private const int MaxSenders = 4096;

    private static readonly TimeSpan InstanceRefill = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SenderRefill = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Bucket> instances = [];
    private readonly Dictionary<(string Instance, string Sender), Bucket> senders = [];

    /// <summary>Whether one more refused message of this sender may be kept; takes its place when it may.</summary>
    public bool TryTake(string instance, string? sender)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            var ofInstance = Of(instances, instance, PerInstance, InstanceRefill);
            var ofSender = OfSender(instance, sender ?? "", now);
            // Asked first, because a sender who has used up its own must not use up everybody's.
            return ofSender.Has(now) && ofInstance.Has(now) && ofSender.Take() && ofInstance.Take();
        }
    }

    private Bucket OfSender(string instance, string sender, long now)
    {
        if (senders.Count >= MaxSenders && !senders.ContainsKey((instance, sender)))
        {
            foreach (var (key, _) in senders.Where(pair => pair.Value.IsFull(now)).ToList())
            {
                senders.Remove(key);
            }

            if (senders.Count >= MaxSenders)
            {
                sender = "";
            }
        }

        return Of(senders, (instance, sender), PerSender, SenderRefill);
    }

    private Bucket Of<TKey>(Dictionary<TKey, Bucket> buckets, TKey key, int capacity, TimeSpan refill)
        where TKey : notnull
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            buckets.Add(key, bucket = new Bucket(time, capacity, refill));
        }

        return bucket;
    }

    /// <summary>Fills again by one per <paramref name="refill"/>.</summary>
    private sealed class Bucket(TimeProvider time, int capacity, TimeSpan refill)
    {
        private double left = capacity;
        private long filledAt = time.GetTimestamp();

        public bool Has(long now)
        {
            left = Math.Min(capacity, left + (time.GetElapsedTime(filledAt, now) / refill));
            filledAt = now;
            return left >= 1;
        }

        public bool IsFull(long now) => Has(now) && left >= capacity;

        public bool Take()
        {
            left--;
            return true;
        }
    }
}

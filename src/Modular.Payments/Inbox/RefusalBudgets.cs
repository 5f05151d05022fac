namespace Modular.Payments;

/// <summary>
/// How many messages are kept that anybody can make, refused ones and returns: a bucket per sender inside a bucket per instance, so that a flood cannot fill the disk and
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
    private readonly Dictionary<string, TokenBucket> instances = [];
    private readonly Dictionary<(string Instance, string Sender), TokenBucket> senders = [];

    /// <summary>Whether one more message of this sender may be kept; takes its place when it may.</summary>
    public bool TryTake(string instance, string? sender)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            var ofInstance = Of(instances, instance, PerInstance, InstanceRefill);
            var ofSender = OfSender(instance, sender ?? "", now);
            // Asked first, because a sender who has used up its own must not use up everybody's.
            if (!ofSender.Has(now) || !ofInstance.Has(now))
            {
                return false;
            }

            ofSender.Take();
            ofInstance.Take();
            return true;
        }
    }

    private TokenBucket OfSender(string instance, string sender, long now)
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

    private TokenBucket Of<TKey>(Dictionary<TKey, TokenBucket> buckets, TKey key, int capacity, TimeSpan refill)
        where TKey : notnull
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            buckets.Add(key, bucket = new TokenBucket(time, capacity, refill));
        }

        return bucket;
    }
}

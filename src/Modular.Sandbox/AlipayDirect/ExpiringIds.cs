namespace Modular.Sandbox.AlipayDirect;

/// <summary>Things that the gateway gives out for a short time. Safe for several threads.</summary>
/// <typeparam name="T">What it remembers about each.</typeparam>
internal sealed class ExpiringIds<T>(TimeSpan lifetime, TimeProvider time)
    where T : class
{
    // What has died is kept a while, to tell it from what never lived.
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (T Value, DateTimeOffset Until)> alive = new(StringComparer.Ordinal);

    public void Add(string id, T value)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            foreach (var (old, _) in alive.Where(entry => entry.Value.Until + Memory < now).ToList())
            {
                alive.Remove(old);
            }

            alive[id] = (value, now + lifetime);
        }
    }

    /// <summary>Null for what was never given out, or so long ago that nobody remembers.</summary>
    public (T Value, bool IsAlive)? Find(string id)
    {
        lock (gate)
        {
            return alive.TryGetValue(id, out var found) ? (found.Value, time.GetUtcNow() <= found.Until) : null;
        }
    }
}

namespace Modular.Payments;

/// <summary>
/// How often returns have a provider asked: once in a while for each payment on each node, because whoever knows a payment's number
/// can come back as often as they like. Thread-safe.
/// </summary>
internal sealed class ReturnPace(TimeProvider time)
{
    /// <summary>Shorter than anybody waits before they look again, and long enough that a flood asks for next to nothing.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // More payments than this at a time are left to the sweep, which asks about all of them.
    private const int MaxPayments = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> asked = [];

    /// <summary>Whether a return may have the payment asked about now; counts as asked when it may.</summary>
    public bool TryTake(string paymentNo)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (asked.TryGetValue(paymentNo, out var last) && !IsOver(last, now))
            {
                return false;
            }

            if (asked.Count >= MaxPayments)
            {
                foreach (var (other, _) in asked.Where(pair => IsOver(pair.Value, now)).ToList())
                {
                    asked.Remove(other);
                }
            }

            if (asked.Count >= MaxPayments)
            {
                return false;
            }

            asked[paymentNo] = now;
            return true;
        }
    }

    private bool IsOver(long last, long now) => time.GetElapsedTime(last, now) >= Pause;
}

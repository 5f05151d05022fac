namespace Modular.Sandbox.WeChat;

/// <summary>
/// Which application an openid was given out for. An openid that nobody was given is nobody's: a test may invent one.
/// Thread-safe.
/// </summary>
internal sealed class OpenIds
{
    private const int Most = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, string> appIds = new(StringComparer.Ordinal);
    private readonly Queue<string> order = [];

    public void Remember(string openId, string appId)
    {
        lock (gate)
        {
            if (!appIds.TryAdd(openId, appId))
            {
                return;
            }

            order.Enqueue(openId);
            if (order.Count > Most)
            {
                appIds.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>Whether it was given out to somebody, by the web authorisation.</summary>
    public bool IsKnown(string openId)
    {
        lock (gate)
        {
            return appIds.ContainsKey(openId);
        }
    }

    /// <summary>Whether the openid is known and belongs to another application.</summary>
    public bool IsForeign(string openId, string appId)
    {
        lock (gate)
        {
            return appIds.TryGetValue(openId, out var owner) && owner != appId;
        }
    }
}

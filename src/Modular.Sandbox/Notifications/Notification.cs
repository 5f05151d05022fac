namespace Modular.Sandbox.Notifications;

/// <summary>One piece of news for a merchant, with every attempt to deliver it. Guarded by its own lock.</summary>
internal sealed class Notification
{
    public required string Id { get; init; }

    /// <summary>Whose news it is: <c>alipay</c>, <c>alipaydirect</c> or <c>wechat</c>.</summary>
    public required string Gateway { get; init; }

    public required string AppId { get; init; }

    public required string OutTradeNo { get; init; }

    /// <summary>The state of the trade that it tells, by the gateway's own name.</summary>
    public required string News { get; init; }

    public required string Url { get; init; }

    public required IEnvelope Envelope { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Older news that a fault holds back until this one has been delivered.</summary>
    public Notification? Follower { get; init; }

    public Lock Gate { get; } = new();

    public DeliveryState State { get; set; } = DeliveryState.Pending;

    /// <summary>Why it is not delivered, where that is decided here.</summary>
    public string? Reason { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>How many waits of the schedule are used up.</summary>
    public int Retries { get; set; }

    public List<Attempt> Attempts { get; } = [];
}

internal enum DeliveryState
{
    Pending,
    Acknowledged,

    /// <summary>The schedule is over.</summary>
    Exhausted,

    /// <summary>A fault lost it.</summary>
    Dropped,

    /// <summary>The address may not be notified.</summary>
    Refused,
}

/// <param name="Status">The HTTP status, null when there was no answer.</param>
/// <param name="Body">The first 200 characters of the answer, or what went wrong.</param>
internal sealed record Attempt(DateTimeOffset At, int? Status, string Body, double DurationMs, bool Acknowledged);

using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Notifications;

/// <summary>One piece of news as its gateway puts it on the wire. Used by several attempts at once.</summary>
internal interface IEnvelope
{
    DeliveryRules Rules { get; }

    /// <summary>What the control plane shows of the content: without that which belongs to the single attempt.</summary>
    IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>Fills the POST of one attempt, spoilt where a fault says so.</summary>
    void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now);

    /// <param name="status">The HTTP status.</param>
    /// <param name="answer">The first bytes of the answer as text.</param>
    bool IsAcknowledged(int status, string answer);
}

/// <param name="Schedule">The waits before each repeated attempt.</param>
/// <param name="Patience">How long a merchant may take to acknowledge.</param>
internal sealed record DeliveryRules(IReadOnlyList<TimeSpan> Schedule, TimeSpan Patience)
{
    /// <summary>From settings; what is not a span of time is a <see cref="FormatException"/>.</summary>
    public static DeliveryRules Read(string schedule, string patience) => new(Durations.ParseList(schedule), Durations.Parse(patience));
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Modular.Kernel.Telemetry;

/// <summary>
/// The shop's own measurements, as the meter <c>Modular</c>. Tags are names of instances, endpoints, states and reasons, of which there
/// are few; numbers of orders and payments never are. Thread-safe.
/// </summary>
public sealed class ShopMeter
{
    public const string Name = "Modular";

    // Many pauses of the frequent sweeps, so that the next run with work has spoken; short, because a database that is back is well.
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<string, DateTimeOffset> sweeps = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, DateTimeOffset Last)> failing = new();
    private readonly TimeProvider time;
    private readonly Counter<long> started;
    private readonly Counter<long> settled;
    private readonly Histogram<int> batches;
    private readonly Counter<long> notifications;
    private readonly Histogram<double> calls;
    private readonly Counter<long> refunds;
    private readonly Counter<long> webhooks;
    private readonly ConcurrentDictionary<string, int> broken = new();
    private readonly ConcurrentDictionary<string, int> waiting = new();
    private double outboxLagSeconds;

    public ShopMeter(IMeterFactory factory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(time);
        this.time = time;
        StartedAt = time.GetUtcNow();
        var meter = factory.Create(Name);
        started = meter.CreateCounter<long>("modular.payments.started", "{payment}", "Calls that start a payment, by what the provider answered.");
        settled = meter.CreateCounter<long>("modular.payments.settled", "{payment}", "Payments whose state a report changed.");
        batches = meter.CreateHistogram<int>("modular.settlement.batch.size", "{report}", "Reports and messages that share one commit.");
        notifications = meter.CreateCounter<long>("modular.notifications", "{message}", "Notifications received, by what became of them.");
        calls = meter.CreateHistogram<double>("modular.provider.call.duration", "s", "Calls into a provider's plugin, by their answer.");
        refunds = meter.CreateCounter<long>("modular.refunds", "{refund}", "Reports about refunds, by their effect.");
        webhooks = meter.CreateCounter<long>("modular.webhooks", "{try}", "Tries to deliver a webhook, by what came of them.");
        meter.CreateObservableGauge("modular.outbox.lag", () => Volatile.Read(ref outboxLagSeconds), "s", "How long the oldest event that is due has waited, at the last sweep of this node.");
        meter.CreateObservableGauge("modular.audit.broken", () => Each(broken, "rule"), "{row}", "Rows that break a promise, at this node's last audit; twenty stands for twenty or more.");
        meter.CreateObservableGauge("modular.exceptions", () => Each(waiting, "kind"), "{case}", "What waits for a person, at this node's last audit.");
        meter.CreateObservableGauge("modular.sweep.age", SweepAges, "s", "The time since a sweep last ended well on this node.");
    }

    /// <summary>When measuring began, UTC.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When a sweep last ended well on this node, UTC; null when none has since the start.</summary>
    public DateTimeOffset? LastSweepAt => sweeps.IsEmpty ? null : sweeps.Values.Max();

    /// <summary>The sweeps that do nothing but fail on this node, and since when, UTC.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> FailingSweeps => failing.ToDictionary(sweep => sweep.Key, sweep => sweep.Value.Since);

    public void PaymentStarted(string provider, string scene, string answer) => started.Add(1, new TagList { { "provider", provider }, { "scene", scene }, { "answer", answer } });

    public void PaymentSettled(string provider, string source, string state) => settled.Add(1, new TagList { { "provider", provider }, { "source", source }, { "state", state } });

    public void BatchCommitted(int reports) => batches.Record(reports);

    /// <param name="instance">The provider instance.</param>
    /// <param name="verdict"><c>accepted</c>, <c>refused</c> or <c>unavailable</c>.</param>
    /// <param name="reason">Why it was refused; null otherwise.</param>
    public void Notified(string instance, string verdict, string? reason = null) => notifications.Add(1, new TagList { { "provider", instance }, { "verdict", verdict }, { "reason", reason ?? "none" } });

    public void ProviderCalled(string provider, string call, string answer, TimeSpan duration) =>
        calls.Record(duration.TotalSeconds, new TagList { { "provider", provider }, { "call", call }, { "answer", answer } });

    public void RefundReported(string provider, string effect) => refunds.Add(1, new TagList { { "provider", provider }, { "effect", effect } });

    public void WebhookTried(string endpoint, string status) => webhooks.Add(1, new TagList { { "endpoint", endpoint }, { "status", status } });

    public void OutboxSeen(TimeSpan lag) => Volatile.Write(ref outboxLagSeconds, Math.Max(0, lag.TotalSeconds));

    /// <summary>
    /// A sweep ended well. One that found nothing to do does not speak for one that has just failed: the rows of that one may only have
    /// been held by another run.
    /// </summary>
    public void SweepEnded(string sweep, int worked)
    {
        var now = time.GetUtcNow();
        sweeps[sweep] = now;
        if (failing.TryGetValue(sweep, out var failure) && (worked > 0 || now - failure.Last > LongestDoubt))
        {
            failing.TryRemove(KeyValuePair.Create(sweep, failure));
        }
    }

    public void SweepFailed(string sweep)
    {
        var now = time.GetUtcNow();
        failing.AddOrUpdate(sweep, (now, now), (_, failure) => (failure.Since, now));
    }

    public void AuditEnded(string rule, int rows) => broken[rule] = rows;

    public void ExceptionsCounted(string kind, int cases) => waiting[kind] = cases;

    private static IEnumerable<Measurement<int>> Each(ConcurrentDictionary<string, int> counts, string tag) =>
        counts.Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>(tag, count.Key)));

    private IEnumerable<Measurement<double>> SweepAges()
    {
        var now = time.GetUtcNow();
        return sweeps.Select(sweep => new Measurement<double>((now - sweep.Value).TotalSeconds, new KeyValuePair<string, object?>("sweep", sweep.Key)));
    }
}

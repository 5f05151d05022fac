using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Hangfire;
using Hangfire.Storage;

namespace Modular.Web.Jobs;

/// <summary>
/// Which sweep runs when. Hangfire keeps the schedule in its storage; while that cannot be had, this node runs the frequent sweeps by
/// itself and goes on trying, so that money is found and given back whatever became of Hangfire's tables.
/// </summary>
internal sealed partial class SweepSchedule(IRecurringJobManager jobs, JobStorage storage, IServiceScopeFactory scopes, TimeProvider time, ILogger<SweepSchedule> log) : BackgroundService
{
    // A due payment must be asked within five seconds: two of the schedule, one of the scheduler, one of the queue.
    private const string EveryTwoSeconds = "*/2 * * * * *";

    // A day that somebody asks for by hand begins soon; what is due by itself is told by its row.
    private const string EveryFiveSeconds = "*/5 * * * * *";

    // In the small hours of China, where the shops of these providers are.
    private const string Nightly = "30 19 * * *";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Longer than a sweep takes whose providers answer nothing.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // Hangfire writes the machine's time.
    private static readonly TimeProvider MachineTime = TimeProvider.System;

    private static readonly (string Id, Expression<Func<Sweeps, Task>> Run, string When)[] All =
    [
        ("confirm-payments", sweeps => sweeps.ConfirmPaymentsAsync(CancellationToken.None), EveryTwoSeconds),
        ("send-refunds", sweeps => sweeps.SendRefundsAsync(CancellationToken.None), EveryTwoSeconds),
        ("reconcile-statements", sweeps => sweeps.ReconcileStatementsAsync(CancellationToken.None), EveryFiveSeconds),
        ("audit", sweeps => sweeps.AuditAsync(CancellationToken.None), Cron.Hourly()),
        ("close-orders", sweeps => sweeps.CloseOrdersAsync(CancellationToken.None), EveryTwoSeconds),
        // Often, because between two of them the inbox may grow beyond what it keeps of messages that anybody can make.
        ("forget-messages", sweeps => sweeps.ForgetMessagesAsync(CancellationToken.None), Cron.Hourly()),
        ("dispatch-events", sweeps => sweeps.DispatchEventsAsync(CancellationToken.None), EveryTwoSeconds),
        ("send-webhooks", sweeps => sweeps.SendWebhooksAsync(CancellationToken.None), EveryTwoSeconds),
        ("forget-webhooks", sweeps => sweeps.ForgetWebhooksAsync(CancellationToken.None), Nightly),
    ];

    private volatile bool isEntered;

    /// <summary>Whether Hangfire has the schedule.</summary>
    public bool IsEntered => isEntered;

    /// <summary>Gives Hangfire the schedule; false when its storage does not take it.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever is wrong with Hangfire's storage, the shop takes orders and money.")]
    public bool TryEnter()
    {
        try
        {
            foreach (var (id, run, when) in All)
            {
                jobs.AddOrUpdate(id, run, when, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
            }

            isEntered = true;
        }
        catch (Exception e)
        {
            LogNotEntered(e);
        }

        return isEntered;
    }

    /// <summary>
    /// The sweeps that ought to run every few seconds and have not for minutes, on any node, with when each last did; null for one that
    /// is scheduled no more. Reads Hangfire's storage, and throws what that throws.
    /// </summary>
    public IReadOnlyDictionary<string, DateTimeOffset?> LateSweeps()
    {
        using var connection = storage.GetConnection();
        var scheduled = connection.GetRecurringJobs().ToDictionary(job => job.Id, StringComparer.Ordinal);
        var late = new Dictionary<string, DateTimeOffset?>();
        foreach (var (id, _, when) in All)
        {
            if (!scheduled.TryGetValue(id, out var job))
            {
                late[id] = null;
            }
            else if (IsFrequent(when) && (job.LastExecution ?? job.CreatedAt) is { } last && MachineTime.GetUtcNow() - last > LongestPause)
            {
                late[id] = last;
            }
        }

        return late;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!isEntered)
        {
            foreach (var sweep in All.Where(sweep => IsFrequent(sweep.When)))
            {
                await RunAsync(sweep.Id, sweep.Run.Compile(), stoppingToken);
            }

            await Task.Delay(Pause, time, stoppingToken);
            TryEnter();
        }
    }

    private static bool IsFrequent(string when) => when is EveryTwoSeconds or EveryFiveSeconds;

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A sweep that fails keeps none of the others from running, as with Hangfire.")]
    private async Task RunAsync(string id, Func<Sweeps, Task> run, CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await run(scope.ServiceProvider.GetRequiredService<Sweeps>()).WaitAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(e, id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Hangfire's storage does not take the recurring jobs; until it does, this node runs the sweeps by itself")]
    private partial void LogNotEntered(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep {Sweep} failed")]
    private partial void LogFailed(Exception exception, string sweep);
}

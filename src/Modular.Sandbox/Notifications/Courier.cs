using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Notifications;

/// <summary>Delivers notifications until they are acknowledged or the schedule is over.</summary>
internal sealed partial class Courier(
    IOptions<SandboxOptions> options, PostBox box, Doorbell doorbell, FaultBoard faults, TimeProvider time, ILogger<Courier> logger)
    : IDisposable
{
    private readonly double factor = options.Value.TimeFactor > 0 ? options.Value.TimeFactor : 1;
    private readonly ConcurrentDictionary<Notification, ITimer> timers = [];

    /// <summary>Returns at once; callers hold the lock of the trades.</summary>
    public void Send(Notification notification)
    {
        var fault = faults.Notify(notification.OutTradeNo);
        if (doorbell.WhyNot(notification.Url) is { } reason)
        {
            (notification.State, notification.Reason) = (DeliveryState.Refused, reason);
            LogRefused(notification.Id, reason);
        }
        else if (fault.Drop == true)
        {
            (notification.State, notification.Reason) = (DeliveryState.Dropped, "lost on the way by a fault");
        }

        // Whoever sees it in the box may count on its timer.
        var isLate = notification.State == DeliveryState.Pending && fault.DelaySeconds is > 0;
        if (isLate)
        {
            Schedule(notification, TimeSpan.FromSeconds(fault.DelaySeconds!.Value), () => FirstAsync(notification));
        }

        box.Add(notification);
        if (notification.State == DeliveryState.Pending && !isLate)
        {
            _ = Task.Run(() => FirstAsync(notification));
        }
    }

    /// <summary>One attempt now, whatever the schedule says and whether or not it was acknowledged before.</summary>
    public async Task<Attempt> DeliverAsync(Notification notification)
    {
        var attempt = await doorbell.RingAsync(notification);
        lock (notification.Gate)
        {
            notification.Attempts.Add(attempt);
            if (attempt.Acknowledged)
            {
                notification.State = DeliveryState.Acknowledged;
                notification.NextAttemptAt = null;
                Cancel(notification);
            }
        }

        LogAttempt(notification.Id, notification.OutTradeNo, notification.News, attempt.Status, attempt.Acknowledged);
        return attempt;
    }

    public void Forget()
    {
        foreach (var notification in timers.Keys)
        {
            Cancel(notification);
        }

        box.Clear();
    }

    public void Dispose() => Forget();

    private async Task FirstAsync(Notification notification)
    {
        var copies = faults.Notify(notification.OutTradeNo).Duplicate ?? 0;
        await Task.WhenAll(Enumerable.Range(0, 1 + Math.Clamp(copies, 0, 20)).Select(_ => DeliverAsync(notification)));
        ScheduleRetry(notification);
        if (notification.Follower is { } older)
        {
            Send(older);
        }
    }

    private async Task RetryAsync(Notification notification)
    {
        lock (notification.Gate)
        {
            // The wait is over; until the next one is known nobody is told of any.
            notification.NextAttemptAt = null;
        }

        await DeliverAsync(notification);
        ScheduleRetry(notification);
    }

    private void ScheduleRetry(Notification notification)
    {
        lock (notification.Gate)
        {
            if (notification.State != DeliveryState.Pending)
            {
                return;
            }

            if (notification.Retries >= notification.Envelope.Rules.Schedule.Count)
            {
                notification.State = DeliveryState.Exhausted;
                notification.NextAttemptAt = null;
                return;
            }

            var wait = notification.Envelope.Rules.Schedule[notification.Retries++] / factor;
            Schedule(notification, wait, () => RetryAsync(notification));
        }
    }

    private void Schedule(Notification notification, TimeSpan wait, Func<Task> work)
    {
        lock (notification.Gate)
        {
            Cancel(notification);
            var next = time.GetUtcNow() + wait;
            timers[notification] = time.CreateTimer(_ => _ = Task.Run(work), null, wait, Timeout.InfiniteTimeSpan);

            // Told only once the timer runs: whoever reads it may set the clock forward at that very moment.
            notification.NextAttemptAt = next;
        }
    }

    private void Cancel(Notification notification)
    {
        if (timers.TryRemove(notification, out var timer))
        {
            timer.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {Id} of {OutTradeNo} ({News}) answered {Status}, acknowledged: {Acknowledged}")]
    private partial void LogAttempt(string id, string outTradeNo, string news, int? status, bool acknowledged);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {Id} is not sent: {Reason}")]
    private partial void LogRefused(string id, string reason);
}

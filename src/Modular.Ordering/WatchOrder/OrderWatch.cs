using System.Collections.Concurrent;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Messages;

namespace Modular.Ordering;

/// <summary>
/// What the pages that watch orders share on this node: a reading of each order's status, at most a second old however many
/// pages watch it, and a signal when this node changes the order. Thread-safe.
/// </summary>
internal sealed class OrderWatch(IServiceScopeFactory scopes, TimeProvider time)
{
    private const int MaxReadings = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long At, Task<string?> Status)> readings = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> signals = new();

    /// <summary>Completes at the order's next change on this node.</summary>
    public Task NextChangeOf(string orderNo) =>
        signals.GetOrAdd(orderNo, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The order's status, or <c>held</c> while money that came for it waits for a decision; null when there is no such order.</summary>
    public Task<string?> StatusOfAsync(string orderNo, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (readings.Count > MaxReadings)
        {
            readings.Clear();
        }

        var reading = readings.AddOrUpdate(
            orderNo,
            _ => (now, ReadAsync(orderNo)),
            (_, held) => time.GetElapsedTime(held.At, now) < Fresh && !held.Status.IsFaulted ? held : (now, ReadAsync(orderNo)));
        return reading.Status.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets the readings of changed orders and then wakes their watchers.</summary>
    public void Changed(IEnumerable<string> orderNos)
    {
        foreach (var orderNo in orderNos)
        {
            readings.TryRemove(orderNo, out _);
            if (signals.TryRemove(orderNo, out var signal))
            {
                signal.TrySetResult();
            }
        }
    }

    private async Task<string?> ReadAsync(string orderNo)
    {
        await using var scope = scopes.CreateAsyncScope();
        var order = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ShowOrder.Query(orderNo));
        return order is { Status: "pending" } && order.Payments.Any(payment => payment.Status == "held") ? "held" : order?.Status;
    }
}

internal sealed class OrdersChangedHandler(OrderWatch watch) : INotificationHandler<OrdersChanged>
{
    public Task Handle(OrdersChanged notification, CancellationToken cancellationToken)
    {
        watch.Changed(notification.OrderNos);
        return Task.CompletedTask;
    }
}

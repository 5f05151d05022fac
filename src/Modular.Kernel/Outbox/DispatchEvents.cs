using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Data;
using Modular.Kernel.Telemetry;

namespace Modular.Kernel.Outbox;

/// <summary>
/// An event on its way to the handlers inside the program. It is delivered at least once, each time in a scope of its own
/// and outside any transaction; a handler that changes something makes sure by <see cref="Id"/> or by state that it does so once.
/// </summary>
public sealed record EventOccurred(long Id, string Type, string Data, DateTimeOffset CreatedAt) : INotification;

/// <summary>Delivers the events that are due. Several nodes may run it at once: each claims its own rows. Returns how many were delivered.</summary>
public sealed record DispatchEvents : IRequest<int>;

internal sealed partial class DispatchEventsHandler(
    ModularDbContext db, IServiceScopeFactory scopes, ShopMeter meter, TimeProvider time, ILogger<DispatchEventsHandler> log) : IRequestHandler<DispatchEvents, int>
{
    private static readonly Claim Due = new("kernel_outbox", "due_at", 100, "attempts = attempts + 1");

    // Long enough that a slow handler is not overtaken, short enough that a killed process delays nothing for long.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    // After the last wait the event is given up and stays for the operator: about three days in all.
    private static readonly TimeSpan[] Waits =
        [.. new[] { 5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 57600, 57600, 86400 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    public async Task<int> Handle(DispatchEvents request, CancellationToken cancellationToken)
    {
        meter.OutboxSeen(await db.OutboxLagAsync(time.UtcNow(), cancellationToken));
        var claimed = await ClaimAsync(cancellationToken);
        var delivered = 0;
        foreach (var message in claimed)
        {
            var error = await DeliverAsync(message, cancellationToken);
            await RecordAsync(message, error, cancellationToken);
            delivered += error is null ? 1 : 0;
        }

        return delivered;
    }

    private async Task<List<OutboxMessage>> ClaimAsync(CancellationToken cancellationToken)
    {
        var ids = await Due.TakeAsync<long>(db, time.UtcNow(), Lease, cancellationToken);
        return ids.Count == 0
            ? []
            : await db.Set<OutboxMessage>().AsNoTracking().Where(m => ids.Contains(m.Id)).OrderBy(m => m.Id).ToListAsync(cancellationToken);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A handler's failure delays its event and nothing else.")]
    private async Task<string?> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>()
                .Publish(new EventOccurred(message.Id, message.Type, message.Data, message.CreatedAt), cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e, message.Type, message.Id, message.Attempts);
            return e.GetType().Name;
        }
    }

    private async Task RecordAsync(OutboxMessage message, string? error, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        DateTimeOffset? dueAt = error is not null && message.Attempts <= Waits.Length ? now + Waits[message.Attempts - 1] : null;
        DateTimeOffset? deliveredAt = error is null ? now : null;
        await db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.DueAt, dueAt).SetProperty(m => m.DeliveredAt, deliveredAt).SetProperty(m => m.Error, error),
            cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Type} {Id} could not be handled, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, string type, long id, int attempt);
}

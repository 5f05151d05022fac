using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Outbox;

namespace Modular.Ordering;

/// <summary>
/// Closes the orders whose time is over: first their open payment attempts are asked and ended at the providers, then the
/// order closes here. An order whose provider cannot say stays open and is tried again. Returns how many closed.
/// </summary>
public static partial class CloseOrders
{
    public sealed record Command : IRequest<int>;

    internal sealed partial class Handler(ModularDbContext db, IMediator mediator, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, int>
    {
        private static readonly Claim Due = new("ordering_orders", "close_due_at", 50, Returns: "order_no");

        // Claimed orders come up again after this time: when the process died, or when a provider could not say.
        private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var closed = 0;
            foreach (var orderNo in await Due.TakeAsync<string>(db, time.UtcNow(), Lease, cancellationToken))
            {
                closed += await TryEndAsync(orderNo, cancellationToken) ? 1 : 0;
            }

            return closed;
        }

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "One order's failure must not keep the others open; it comes up again.")]
        private async Task<bool> TryEndAsync(string orderNo, CancellationToken cancellationToken)
        {
            try
            {
                if (await mediator.Send(new EndAttempts(orderNo), cancellationToken) != AttemptsEnd.Ended || !await CloseAsync(orderNo, cancellationToken))
                {
                    return false;
                }

                LogClosed(orderNo);
                return true;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(e, orderNo);
                return false;
            }
        }

        private async Task<bool> CloseAsync(string orderNo, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var changed = await db.Set<Order>().Where(o => o.OrderNo == orderNo && o.Status == OrderStatus.Pending).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.Status, OrderStatus.Closed)
                    .SetProperty(o => o.ClosedAt, now)
                    .SetProperty(o => o.CloseDueAt, (DateTimeOffset?)null),
                cancellationToken);
            if (changed == 0)
            {
                return false;
            }

            await db.EnqueueAsync([OutboxWriter.Event("order.closed", new { orderNo, closedAt = now }, now)], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await mediator.Publish(new OrdersChanged([orderNo]), cancellationToken);
            return true;
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Order {OrderNo} closed unpaid")]
        private partial void LogClosed(string orderNo);

        [LoggerMessage(Level = LogLevel.Error, Message = "Order {OrderNo} could not be closed")]
        private partial void LogFailed(Exception exception, string orderNo);
    }
}

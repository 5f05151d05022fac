using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Outbox;

namespace Modular.Ordering;

/// <summary>
/// Fulfils a paid order: here, confirms the booking. The event may arrive more than once, and late: the order is fulfilled once, and not when all
/// of its money has gone back meanwhile.
/// </summary>
internal sealed partial class FulfilOrder(ModularDbContext db, TimeProvider time, ILogger<FulfilOrder> log) : INotificationHandler<EventOccurred>
{
    public async Task Handle(EventOccurred notification, CancellationToken cancellationToken)
    {
        if (notification.Type != "order.paid")
        {
            return;
        }

        using var data = JsonDocument.Parse(notification.Data);
        var orderNo = data.RootElement.GetProperty("orderNo").GetString()!;
        var now = time.UtcNow();
        var fulfilled = await db.Set<Order>()
            .Where(order => order.OrderNo == orderNo && order.FulfilledAt == null && (order.Status == OrderStatus.Paid || order.Status == OrderStatus.PartiallyRefunded))
            .ExecuteUpdateAsync(set => set.SetProperty(order => order.FulfilledAt, now), cancellationToken);
        if (fulfilled == 1)
        {
            LogFulfilled(orderNo);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Order {OrderNo} fulfilled")]
    private partial void LogFulfilled(string orderNo);
}

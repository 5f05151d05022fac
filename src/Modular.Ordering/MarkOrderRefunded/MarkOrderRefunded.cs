using System.Text.Json.Nodes;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;

namespace Modular.Ordering;

/// <summary>Makes orders refunded, wholly or in part, in the transaction in which their refunds finish.</summary>
internal sealed class MarkOrderRefunded(ModularDbContext db) : INotificationHandler<PaymentsRefunded>
{
    public Task Handle(PaymentsRefunded notification, CancellationToken cancellationToken)
    {
        var rows = new JsonObject();
        foreach (var payment in notification.Payments)
        {
            rows.Add(payment.OrderNo, new JsonObject
            {
                ["payment_no"] = payment.PaymentNo,
                ["status"] = (payment.IsWhole ? OrderStatus.Refunded : OrderStatus.PartiallyRefunded).ToText(),
            });
        }

        notification.Writes.Add(
            $"""
            UPDATE ordering_orders SET status = e.value->>'status'
            FROM {db.Dialect.Each("@refunded_orders")} AS e
            WHERE {db.Dialect.Among("ordering_orders.order_no", "@refunded_orders")} AND ordering_orders.order_no = e.key
              AND ordering_orders.payment_no = e.value->>'payment_no' AND ordering_orders.status IN ('paid', 'partially_refunded')
            """,
            "refunded_orders",
            rows.ToJsonString(),
            notification.Payments.Count);
        return Task.CompletedTask;
    }
}

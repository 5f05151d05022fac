using System.Text.Json.Nodes;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Outbox;

namespace Modular.Ordering;

/// <summary>
/// Makes orders paid, in the transaction in which their payments settle. A closed order becomes paid too: its money arrived
/// late and the stay can still be honoured. An order that is neither cannot be: the database allows one kept payment per
/// order, and the missing row makes the whole batch fail rather than half of it succeed.
/// </summary>
internal sealed class MarkOrderPaid(ModularDbContext db, TimeProvider time) : INotificationHandler<PaymentsSettled>
{
    public Task Handle(PaymentsSettled notification, CancellationToken cancellationToken)
    {
        var dialect = db.Dialect;
        var rows = new JsonObject();
        foreach (var payment in notification.Payments)
        {
            rows.Add(payment.OrderNo, new JsonObject { ["payment_no"] = payment.PaymentNo, ["paid_at"] = dialect.Time(payment.PaidAt) });
        }

        notification.Writes.Add(
            $"""
            UPDATE ordering_orders
            SET status = 'paid', payment_no = e.value->>'payment_no', paid_at = CAST(e.value->>'paid_at' AS {dialect.TimeType}), close_due_at = NULL
            FROM {dialect.Each("@paid")} AS e
            WHERE {dialect.Among("ordering_orders.order_no", "@paid")} AND ordering_orders.order_no = e.key AND ordering_orders.status IN ('pending', 'closed')
            """,
            "paid",
            rows.ToJsonString(),
            notification.Payments.Count);

        var now = time.UtcNow();
        notification.Writes.Enqueue(
            dialect,
            [.. notification.Payments.Select(payment => OutboxWriter.Event(
                "order.paid",
                new
                {
                    payment.OrderNo,
                    payment.PaymentNo,
                    payment.Provider,
                    amount = new { value = payment.Amount.Minor, payment.Amount.Currency },
                    payment.PaidAt,
                },
                now))]);
        return Task.CompletedTask;
    }
}

using System.Text.Json.Nodes;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Outbox;

namespace Modular.Ordering;

/// <summary>
/// Makes orders paid, in the transaction in which their payments settle. A closed order becomes paid too: its money arrived
/// late and the stay can still be honoured.
/// </summary>
internal sealed class MarkOrderPaid(ModularDbContext db, TimeProvider time) : INotificationHandler<PaymentsSettled>
{
    public async Task Handle(PaymentsSettled notification, CancellationToken cancellationToken)
    {
        var dialect = db.Dialect;
        var rows = new JsonObject();
        foreach (var payment in notification.Payments)
        {
            rows.Add(payment.OrderNo, new JsonObject { ["payment_no"] = payment.PaymentNo, ["paid_at"] = dialect.Time(payment.PaidAt) });
        }

        var changed = await db.ExecuteSqlAsync(
            $"""
            UPDATE ordering_orders
            SET status = 'paid', payment_no = e.value->>'payment_no', paid_at = CAST(e.value->>'paid_at' AS {dialect.TimeType}), close_due_at = NULL
            FROM json_each(@paid{dialect.AsJson}) AS e
            WHERE ordering_orders.order_no = e.key AND ordering_orders.status IN ('pending', 'closed')
            """,
            [("paid", rows.ToJsonString())],
            cancellationToken);
        if (changed != notification.Payments.Count)
        {
            // The database allows one kept payment per order, so an order that is paid already cannot settle again; better
            // to store nothing than to store half.
            throw new InvalidOperationException($"{notification.Payments.Count} orders were to become paid and {changed} did.");
        }

        var now = time.UtcNow();
        await db.EnqueueAsync(
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
                now))],
            cancellationToken);
    }
}

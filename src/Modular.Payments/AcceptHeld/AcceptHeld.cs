using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;
using Modular.Payments.Ledger;

namespace Modular.Payments;

/// <summary>
/// An operator decides that held money is the order's after all: the payment is kept with the reason <c>accepted</c>, its order becomes
/// paid, the ledger moves the sum out of suspense, and the trail tells who decided, all in one commit. Whoever decides twice, or later
/// than a refund or another payment, changes nothing.
/// </summary>
public static class AcceptHeld
{
    /// <summary>The reason that an accepted payment carries.</summary>
    public const string Reason = "accepted";

    /// <param name="PaymentNo">The held payment.</param>
    /// <param name="By">Who decides.</param>
    public sealed record Command(string PaymentNo, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>The order is paid by it.</summary>
        Accepted,

        /// <summary>It is not held any more, so there is nothing to decide.</summary>
        NotHeld,

        /// <summary>It came without a sum, or in another currency, and cannot be booked as the order's.</summary>
        NothingReceived,

        /// <summary>The order keeps the money of another payment.</summary>
        OrderIsPaid,

        /// <summary>A refund of it is done or under way.</summary>
        GoesBack,
    }

    internal sealed class Handler(ModularDbContext db, IMediator mediator, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        private const int MaxTries = 3;

        public Task<Outcome> Handle(Command command, CancellationToken cancellationToken) =>
            // A refund, another payment of the order or another operator may be faster.
            WriteConflict.RetryAsync(db, MaxTries, () => DecideAsync(command, cancellationToken));

        private async Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await PaymentRow.LockAsync(db, command.PaymentNo, cancellationToken);
            if (await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken) is not { } payment)
            {
                return Outcome.NotFound;
            }

            if (await ProblemAsync(payment, cancellationToken) is { } problem)
            {
                return problem;
            }

            await StoreAsync(payment, command.By, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await mediator.Publish(new OrdersChanged([payment.OrderNo]), cancellationToken);
            return Outcome.Accepted;
        }

        private async Task<Outcome?> ProblemAsync(Payment payment, CancellationToken cancellationToken) => payment switch
        {
            { Status: not PaymentStatus.Held } => Outcome.NotHeld,
            { ReceivedMinor: null or <= 0 } => Outcome.NothingReceived,
            { RefundedMinor: not 0 } or { RefundReservedMinor: not 0 } => Outcome.GoesBack,
            _ when await db.Set<Payment>().AnyAsync(p => p.OrderNo == payment.OrderNo && p.IsKept, cancellationToken) => Outcome.OrderIsPaid,
            _ => null,
        };

        private async Task StoreAsync(Payment payment, Actor by, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var received = new Money(payment.ReceivedMinor!.Value, payment.Currency);
            var writes = new WriteBatch();
            writes.Add(
                $"""
                UPDATE payments_payments SET status = 'succeeded', status_reason = '{Reason}', is_kept = true, next_check_at = NULL, version = version + 1
                FROM {db.Dialect.Each("@accepted")} AS e
                WHERE {db.Dialect.Among("payments_payments.payment_no", "@accepted")} AND payments_payments.payment_no = e.key
                  AND payments_payments.version = CAST(e.value->>'version' AS bigint)
                """,
                "accepted",
                new JsonObject { [payment.PaymentNo] = new JsonObject { ["version"] = payment.Version } }.ToJsonString(),
                1);
            writes.Book(db.Dialect, [new Movement(payment.Provider, LedgerKind.Accepted, payment.PaymentNo, received, payment.PaymentNo)], now);
            await mediator.Publish(
                new PaymentsSettled([new SettledPayment(payment.OrderNo, payment.PaymentNo, payment.Provider, received, payment.PaidAt ?? now)], writes), cancellationToken);
            await writes.ExecuteAsync(db, cancellationToken);

            var detail = $"{received.ToDecimalString()} {received.Currency} received, {payment.Amount.ToDecimalString()} asked for; it was held because of {payment.StatusReason?.Replace('_', ' ')}";
            db.Add(AuditEntry.Of(by, OperatorAction.HeldAccepted, payment.PaymentNo, detail, Outcome.Accepted.ToText(), now));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}

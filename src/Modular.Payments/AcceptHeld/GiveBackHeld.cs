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
/// An operator has given held money back at the provider, because the shop can neither keep nor refund it: it came without a sum that could be
/// booked, or its refund fails for good. The payment is closed with the reason <c>given_back</c>, what the ledger held of it leaves suspense, and
/// the trail tells who did it, all in one commit. The order can be paid anew. Saying it twice does it once, and never while a refund of it is
/// under way or done.
/// </summary>
public static class GiveBackHeld
{
    /// <summary>The reason that a payment carries whose money was given back at the provider.</summary>
    public const string Reason = "given_back";

    /// <param name="PaymentNo">The held payment.</param>
    /// <param name="By">Who gave it back.</param>
    public sealed record Command(string PaymentNo, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>The payment is closed.</summary>
        GivenBack,

        /// <summary>It is not held any more, so there is nothing to say.</summary>
        NotHeld,

        /// <summary>A refund of it is done or under way.</summary>
        GoesBack,
    }

    internal sealed class Handler(ModularDbContext db, IMediator mediator, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await PaymentRow.LockAsync(db, command.PaymentNo, cancellationToken);
            if (await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken) is not { } payment)
            {
                return Outcome.NotFound;
            }

            if (payment is not { Status: PaymentStatus.Held, RefundedMinor: 0, RefundReservedMinor: 0 })
            {
                return payment.Status == PaymentStatus.Held ? Outcome.GoesBack : Outcome.NotHeld;
            }

            await StoreAsync(payment, command.By, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await mediator.Publish(new OrdersChanged([payment.OrderNo]), cancellationToken);
            return Outcome.GivenBack;
        }

        private async Task StoreAsync(Payment payment, Actor by, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            await db.Set<Payment>().Where(p => p.Id == payment.Id).ExecuteUpdateAsync(
                set => set.SetProperty(p => p.Status, PaymentStatus.Closed).SetProperty(p => p.StatusReason, Reason).SetProperty(p => p.NextCheckAt, (DateTimeOffset?)null)
                    .SetProperty(p => p.Version, p => p.Version + 1),
                cancellationToken);
            var held = await db.Set<LedgerEntry>().AsNoTracking().SingleOrDefaultAsync(
                e => e.Provider == payment.Provider && e.Kind == LedgerKind.Held && e.Reference == payment.PaymentNo, cancellationToken);
            if (held is not null)
            {
                var writes = new WriteBatch();
                writes.Book(
                    db.Dialect, [new Movement(payment.Provider, LedgerKind.HeldReturned, payment.PaymentNo, new Money(held.AmountMinor, held.Currency), payment.PaymentNo)], now);
                await writes.ExecuteAsync(db, cancellationToken);
            }

            var sum = held is null ? "no sum named" : $"{new Money(held.AmountMinor, held.Currency).ToDecimalString()} {held.Currency}";
            db.Add(AuditEntry.Of(
                by, OperatorAction.HeldGivenBack, payment.PaymentNo, $"{sum}; it was held as {payment.StatusReason}", Outcome.GivenBack.ToText(), now));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}

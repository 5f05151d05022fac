using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// An operator books a refund that was made at the provider's own page, and that only its bill knows. Payment, order, ledger and events learn of it
/// as of any other refund, the difference ends and the trail tells who did it, all in one commit; nothing is sent to the provider but a question
/// first, because a bill also lists refunds that are under way or failed. Where the provider cannot say, the operator's word counts. Saying it twice,
/// or of another day's line of the same refund, books it once. It needs no second operator, because the money has gone already.
/// </summary>
public static class BookRefund
{
    /// <param name="Provider">The instance whose day it is.</param>
    /// <param name="Date">The day, <c>yyyy-MM-dd</c>.</param>
    /// <param name="Id">The difference.</param>
    /// <param name="By">Who books it.</param>
    public sealed record Command(string Provider, string Date, long Id, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It is booked and the difference has ended.</summary>
        Booked,

        /// <summary>It has ended before.</summary>
        NotOpen,

        /// <summary>The difference is no refund that only the bill knows.</summary>
        NothingToBook,

        /// <summary>The provider says that it is under way or has failed.</summary>
        NotDone,

        /// <summary>Nothing was received here, in the refund's currency, that could have gone back.</summary>
        PaymentNotPaid,

        /// <summary>A refund of the same sum waits for an end here, which is probably the same: that one is to be ended first.</summary>
        OwnUnderWay,

        /// <summary>With the refunds that are made and under way it would be more than was paid.</summary>
        RefundExceedsPaid,

        /// <summary>The same refund was booked because of another day's bill.</summary>
        KnownAlready,
    }

    internal sealed class Handler(
        ModularDbContext db, ProviderCatalogue providers, RefundDoor door, IMediator mediator, ShopMeter meter, PaymentsOptions options, TimeProvider time)
        : IRequestHandler<Command, Outcome>
    {
        private const int MaxTries = 5;

        // Of a refund's number, as plugins are promised it.
        private const int MaxNumber = 32;

        // What the shopper may read, like the reason of every other refund.
        private const string Reason = "渠道后台退款 Made at the provider";

        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await IsUndoneAsync(command, cancellationToken))
            {
                return Outcome.NotDone;
            }

            var (outcome, orderNo) = await WriteConflict.RetryAsync(db, MaxTries, () => BookAsync(command, cancellationToken));
            if (orderNo is not null)
            {
                await mediator.Publish(new OrdersChanged([orderNo]), cancellationToken);
                meter.RefundReported(command.Provider, RefundEffect.Settled.ToText());
            }

            return outcome;
        }

        /// <summary>Whether the provider knows the refund and says that the money has not gone back.</summary>
        private async Task<bool> IsUndoneAsync(Command command, CancellationToken cancellationToken)
        {
            var difference = await OpenDifference.FindAsync(db, command.Provider, command.Date, command.Id, cancellationToken);
            if (difference is not { Remedy: DifferenceRemedy.Open, RefundNo: { Length: <= MaxNumber } number } || !number.All(char.IsAsciiLetterOrDigit) || Billed(difference) is not { } amount
                || providers.Find(command.Provider) is not { InService: true, CanRefund: true } provider
                || await ShowPayment.FindAsync(db, difference.PaymentNo!, cancellationToken) is not { ReceivedMinor: { } received } payment || payment.Provider != command.Provider)
            {
                return false;
            }

            var reference = new RefundReference(number, payment.Reference, new Money(received, payment.Currency), amount, difference.ThereAt ?? time.UtcNow());
            var answer = await provider.QueryRefundAsync(reference, options.CallBudget, cancellationToken);
            return RefundSender.Usable(answer, number, provider)?.State is RefundState.Processing or RefundState.Failed or RefundState.Abnormal;
        }

        private async Task<(Outcome Outcome, string? OrderNo)> BookAsync(Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var now = time.UtcNow();
            var refundNo = Numbers.Next(time);

            // Whoever says the same at the same time waits here, and finds it ended.
            var isFirst = await OpenDifference.EndAsync(db, command.Id, command.By.Name, $"Made at the provider, and booked as refund {refundNo}.", cancellationToken);
            if (await OpenDifference.FindAsync(db, command.Provider, command.Date, command.Id, cancellationToken) is not { } difference)
            {
                return (Outcome.NotFound, null);
            }

            if (!isFirst)
            {
                return (Outcome.NotOpen, null);
            }

            if (Billed(difference) is not { } amount)
            {
                return (Outcome.NothingToBook, null);
            }

            var paymentNo = difference.PaymentNo!;
            await PaymentRow.LockAsync(db, paymentNo, cancellationToken);
            var payment = await db.Set<Payment>().AsNoTracking().SingleOrDefaultAsync(p => p.PaymentNo == paymentNo && p.Provider == command.Provider, cancellationToken);
            var others = await db.Set<Refund>().AsNoTracking().Where(r => r.PaymentNo == paymentNo).ToListAsync(cancellationToken);
            var theirs = NumberOf(difference);
            if (Problem(payment, others, amount, theirs, difference.ThereAt) is { } problem)
            {
                return (problem, null);
            }

            var refund = new Refund
            {
                RefundNo = refundNo,
                PaymentNo = paymentNo,
                OrderNo = payment!.OrderNo,
                Provider = command.Provider,
                AmountMinor = amount.Minor,
                Currency = amount.Currency,
                Reason = Reason,
                Origin = RefundOrigin.Console,
                RequestedBy = command.By.Name,
                Status = RefundStatus.Processing,
                ProviderRefundNo = theirs,
                CreatedAt = now,
                BilledOn = command.Date,
            };
            await door.BookDoneAsync(refund, payment, difference.ThereAt ?? now, cancellationToken);
            db.Add(AuditEntry.Of(
                command.By, OperatorAction.RefundBooked, $"{command.Provider}/{command.Date}#{command.Id}",
                $"{refund.Amount.ToDecimalString()} {refund.Currency} ({paymentNo}), {refundNo}{(theirs is null ? "" : $", {theirs}")}", Outcome.Booked.ToText(), now));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return (Outcome.Booked, payment.OrderNo);
        }

        /// <summary>What went back by the bill alone; null of every other difference.</summary>
        private static Money? Billed(Difference difference) =>
            difference is { Class: DifferenceClass.Refund, HereMinor: null, ThereMinor: > 0 and var minor, PaymentNo: not null } ? new Money(minor, difference.Currency) : null;

        private static Outcome? Problem(Payment? payment, List<Refund> others, Money amount, string? theirs, DateTimeOffset? at)
        {
            // Where the bill lists no number, the moment and the sum tell.
            if (others.Any(other => other.Origin == RefundOrigin.Console && other.ProviderRefundNo == theirs && (theirs is not null || (other.RefundedAt == at && other.Amount == amount))))
            {
                return Outcome.KnownAlready;
            }

            if (payment is not { ReceivedMinor: { } received } || payment.Status == PaymentStatus.Closed || payment.Currency != amount.Currency)
            {
                return Outcome.PaymentNotPaid;
            }

            return others.Any(other => other.Status is RefundStatus.Processing or RefundStatus.AwaitingApproval && other.Amount == amount) ? Outcome.OwnUnderWay
                : payment.RefundedMinor + payment.RefundReservedMinor + amount.Minor > received ? Outcome.RefundExceedsPaid
                : null;
        }

        /// <summary>The number under which the bill lists it, as <see cref="Difference.Subject"/> tells; null when the bill has none.</summary>
        private static string? NumberOf(Difference difference) =>
            difference.Subject[(difference.PaymentNo!.Length + 1)..] is { Length: > 0 } number && number[0] != '?' ? number : null;
    }
}

using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Outbox;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>What an operator sees at a glance: how many payments wait, what was refused or held, and the last messages.</summary>
public static class PaymentsOverview
{
    /// <param name="Messages">How many of the last messages are listed.</param>
    public sealed record Query(int Messages = 20) : IRequest<View>;

    /// <param name="OpenPayments">Payments of which the last word is not spoken: pending ones and superseded ones still watched.</param>
    /// <param name="OldestOpenAt">When the oldest of them began; null when there is none.</param>
    /// <param name="RefusedLastDay">Notifications and returns refused in the last 24 hours, counting repeats once; without the providers' own probes.</param>
    /// <param name="ProbesLastDay">Messages of the last 24 hours with which a provider tested whether wrong signatures are refused.</param>
    /// <param name="HeldPayments">Payments that wait for a person.</param>
    /// <param name="OutboxDue">Events whose delivery is due.</param>
    /// <param name="RefundsNeedingAttention">Refunds that a person must look at.</param>
    /// <param name="RefundsAwaitingApproval">Refunds that wait for a second operator.</param>
    /// <param name="OpenDifferences">Differences between bills and our records that a person must decide about.</param>
    /// <param name="FailedDays">Days whose bill never came or could not be used, those that are tried again included.</param>
    /// <param name="UnknownForLong">Payments of which their provider has not been able to say anything for a week.</param>
    /// <param name="Messages">The last messages, newest first.</param>
    public sealed record View(
        int OpenPayments, DateTimeOffset? OldestOpenAt, int RefusedLastDay, int ProbesLastDay, int HeldPayments, int OutboxDue, int RefundsNeedingAttention,
        int RefundsAwaitingApproval, int OpenDifferences, int FailedDays, int UnknownForLong, IReadOnlyList<InboxView> Messages);

    internal sealed class Handler(ModularDbContext db, TimeProvider time) : IRequestHandler<Query, View>
    {
        public async Task<View> Handle(Query query, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var dayAgo = now.AddHours(-24);
            var open = db.Set<Payment>().Where(payment => payment.NextCheckAt != null
                && (payment.Status == PaymentStatus.Pending || payment.Status == PaymentStatus.Superseded));
            var refused = db.Set<InboxMessage>().Where(message => message.Verdict == "refused" && message.ReceivedAt >= dayAgo);
            var probe = RefusalReason.Probe.ToText();
            return new View(
                await open.CountAsync(cancellationToken),
                await open.OrderBy(payment => payment.Id).Select(payment => (DateTimeOffset?)payment.CreatedAt).FirstOrDefaultAsync(cancellationToken),
                await refused.CountAsync(message => message.Reason != probe, cancellationToken),
                await refused.CountAsync(message => message.Reason == probe, cancellationToken),
                await db.Set<Payment>().CountAsync(payment => payment.Status == PaymentStatus.Held, cancellationToken),
                await db.Set<OutboxMessage>().CountAsync(message => message.DueAt <= now, cancellationToken),
                await db.Set<Refund>().CountAsync(refund => refund.NeedsAttention, cancellationToken),
                await db.Set<Refund>().CountAsync(refund => refund.Status == RefundStatus.AwaitingApproval, cancellationToken),
                await db.Set<Difference>().CountAsync(difference => difference.Remedy == DifferenceRemedy.Open, cancellationToken),
                await db.Set<Reconciliation>().CountAsync(Reconciliation.LacksBill, cancellationToken),
                await ListExceptions.UnknownForLong(db, now).CountAsync(cancellationToken),
                query.Messages == 0 ? [] : await db.Set<InboxMessage>().OrderByDescending(message => message.Id).Take(query.Messages)
                    .Select(InboxView.Of)
                    .ToListAsync(cancellationToken));
        }
    }
}

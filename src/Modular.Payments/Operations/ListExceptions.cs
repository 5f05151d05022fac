using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>Everything of payments that waits for a person.</summary>
/// <param name="Held">Payments whose money nobody has decided about, oldest first.</param>
/// <param name="Refunds">Refunds that a person must look at, newest first.</param>
/// <param name="Messages">Messages that are genuine and about nothing of ours: an unknown payment or refund, another account. Newest first.</param>
/// <param name="Differences">Differences of bills that are open, oldest first.</param>
/// <param name="Days">Days whose bill never came or could not be used, newest first.</param>
public sealed record PaymentExceptions(
    IReadOnlyList<AttemptView> Held, IReadOnlyList<RefundWork> Refunds, IReadOnlyList<InboxView> Messages, IReadOnlyList<DatedDifference> Differences,
    IReadOnlyList<ReconciliationView> Days);

/// <summary>Lists what of payments waits for a person.</summary>
public static class ListExceptions
{
    public const int MaxOfEach = 100;

    public sealed record Query : IRequest<PaymentExceptions>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, PaymentExceptions>
    {
        // As settlement and the refunds' door write them.
        private static readonly string[] Strays = ["wrong_account", RefundDoor.UnknownPayment, RefundDoor.UnknownRefund];

        public async Task<PaymentExceptions> Handle(Query query, CancellationToken cancellationToken)
        {
            var held = await db.Set<Payment>().AsNoTracking().Where(p => p.Status == PaymentStatus.Held).OrderBy(p => p.Id).Take(MaxOfEach).ToListAsync(cancellationToken);
            var refunds = await db.Set<Refund>().AsNoTracking().Where(r => r.NeedsAttention).OrderByDescending(r => r.Id).Take(MaxOfEach).ToListAsync(cancellationToken);
            var messages = await db.Set<InboxMessage>().AsNoTracking().Where(m => Strays.Contains(m.Reason)).OrderByDescending(m => m.Id).Take(MaxOfEach)
                .Select(InboxView.Of).ToListAsync(cancellationToken);
            var differences = await db.Set<Difference>().AsNoTracking().Where(d => d.Remedy == DifferenceRemedy.Open).OrderBy(d => d.Id).Take(MaxOfEach)
                .Join(db.Set<Reconciliation>(), d => d.ReconciliationId, r => r.Id, (d, r) => new { Difference = d, r.Provider, r.Day })
                .ToListAsync(cancellationToken);
            var days = await db.Set<Reconciliation>().AsNoTracking().Where(r => r.Status == ReconciliationStatus.Failed).OrderByDescending(r => r.Id).Take(MaxOfEach).ToListAsync(cancellationToken);
            return new PaymentExceptions(
                held.ConvertAll(AttemptView.Of), refunds.ConvertAll(RefundWork.Of), messages,
                differences.ConvertAll(it => new DatedDifference(it.Provider, it.Day, ShowReconciliation.ViewOf(it.Difference))),
                days.ConvertAll(day => ShowReconciliation.ViewOf(day, [])));
        }
    }
}

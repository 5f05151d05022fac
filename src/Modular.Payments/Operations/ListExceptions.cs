using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>Everything of payments that waits for a person.</summary>
/// <param name="Held">Payments whose money nobody has decided about, oldest first.</param>
/// <param name="Refunds">Refunds that a person must look at, newest first.</param>
/// <param name="Messages">Messages that are genuine and about nothing of ours: an unknown payment or refund, another account. Newest first.</param>
/// <param name="Unknown">Payments of which their provider has not been able to say anything for a week, oldest first.</param>
/// <param name="Differences">Differences of bills that are open, oldest first.</param>
/// <param name="Days">Days whose bill never came or could not be used, those that are tried again included; newest first.</param>
/// <param name="All">How many there are of each, of which at most <see cref="ListExceptions.MaxOfEach"/> are listed.</param>
public sealed record PaymentExceptions(
    IReadOnlyList<AttemptView> Held, IReadOnlyList<RefundWork> Refunds, IReadOnlyList<InboxView> Messages, IReadOnlyList<DatedDifference> Differences,
    IReadOnlyList<ReconciliationView> Days, IReadOnlyList<AttemptView> Unknown, ExceptionCounts All);

/// <summary>How much of payments waits for a person.</summary>
public sealed record ExceptionCounts(int Held, int Refunds, int Messages, int Differences, int Days, int Unknown);

/// <summary>Lists what of payments waits for a person.</summary>
public static class ListExceptions
{
    public const int MaxOfEach = 100;

    public sealed record Query : IRequest<PaymentExceptions>;

    // By then every path has been tried many times: notifications, questions, and the bills of the days between.
    private static readonly TimeSpan TooLong = TimeSpan.FromDays(7);

    /// <summary>The open payments of which their provider has not been able to say anything for too long. Read by the index of what is open.</summary>
    internal static IQueryable<Payment> UnknownForLong(ModularDbContext db, DateTimeOffset now)
    {
        var since = now - TooLong;
        return db.Set<Payment>().AsNoTracking().Where(
            p => p.NextCheckAt != null && (p.Status == PaymentStatus.Pending || p.Status == PaymentStatus.Superseded) && p.UnknownSince <= since);
    }

    internal sealed class Handler(ModularDbContext db, TimeProvider time) : IRequestHandler<Query, PaymentExceptions>
    {
        // As settlement and the refunds' door write them.
        private static readonly string[] Strays = ["wrong_account", RefundDoor.UnknownPayment, RefundDoor.UnknownRefund];

        public async Task<PaymentExceptions> Handle(Query query, CancellationToken cancellationToken)
        {
            var held = db.Set<Payment>().AsNoTracking().Where(p => p.Status == PaymentStatus.Held);
            var refunds = db.Set<Refund>().AsNoTracking().Where(r => r.NeedsAttention);
            var messages = db.Set<InboxMessage>().AsNoTracking().Where(m => Strays.Contains(m.Reason));
            var differences = db.Set<Difference>().AsNoTracking().Where(d => d.Remedy == DifferenceRemedy.Open);
            var days = db.Set<Reconciliation>().AsNoTracking().Where(Reconciliation.LacksBill);
            var unknown = UnknownForLong(db, time.UtcNow());
            return new PaymentExceptions(
                (await held.OrderBy(p => p.Id).Take(MaxOfEach).ToListAsync(cancellationToken)).ConvertAll(AttemptView.Of),
                (await refunds.OrderByDescending(r => r.Id).Take(MaxOfEach).ToListAsync(cancellationToken)).ConvertAll(RefundWork.Of),
                await messages.OrderByDescending(m => m.Id).Take(MaxOfEach).Select(InboxView.Of).ToListAsync(cancellationToken),
                (await differences.OrderBy(d => d.Id).Take(MaxOfEach)
                    .Join(db.Set<Reconciliation>(), d => d.ReconciliationId, r => r.Id, (d, r) => new { Difference = d, r.Provider, r.Day }).ToListAsync(cancellationToken))
                    .ConvertAll(it => new DatedDifference(it.Provider, it.Day, ShowReconciliation.ViewOf(it.Difference))),
                (await days.OrderByDescending(r => r.Id).Take(MaxOfEach).ToListAsync(cancellationToken)).ConvertAll(day => ShowReconciliation.ViewOf(day, [])),
                (await unknown.OrderBy(p => p.Id).Take(MaxOfEach).ToListAsync(cancellationToken)).ConvertAll(AttemptView.Of),
                new ExceptionCounts(
                    await held.CountAsync(cancellationToken), await refunds.CountAsync(cancellationToken), await messages.CountAsync(cancellationToken),
                    await differences.CountAsync(cancellationToken), await days.CountAsync(cancellationToken),
                    await unknown.CountAsync(cancellationToken)));
        }
    }
}

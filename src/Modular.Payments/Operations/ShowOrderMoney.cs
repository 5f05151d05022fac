using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Calls;
using Modular.Payments.Ledger;

namespace Modular.Payments;

/// <summary>A movement of the ledger as operators see it.</summary>
public sealed record MovementView(DateTimeOffset At, string Kind, string Debit, string Credit, Money Amount, string Reference);

/// <summary>A difference of a bill, with the day on whose page it is dealt with.</summary>
public sealed record DatedDifference(string Provider, string Date, DifferenceView Difference);

/// <summary>A call to a provider as operators see it.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Call"><c>start</c>, <c>query</c>, <c>close</c>, <c>refund</c> or <c>query_refund</c>.</param>
/// <param name="Answer">What was answered, as a stable word.</param>
/// <param name="CalledBy">The use case that called, in snake case.</param>
public sealed record CallView(DateTimeOffset At, string PaymentNo, string? RefundNo, string Call, string Answer, string? Detail, string? CalledBy, int DurationMs);

/// <summary>Everything that payments know of an order, each list oldest first and bounded.</summary>
public sealed record OrderMoney(
    IReadOnlyList<AttemptView> Attempts, IReadOnlyList<InboxView> Messages, IReadOnlyList<RefundWork> Refunds, IReadOnlyList<MovementView> Movements,
    IReadOnlyList<DatedDifference> Differences, IReadOnlyList<CallView> Calls);

/// <summary>Shows operators the money of an order.</summary>
public static class ShowOrderMoney
{
    // More than any order of a shopper has; what lies beyond is found by the pages of its kind.
    private const int MaxRows = 200;

    public sealed record Query(string OrderNo) : IRequest<OrderMoney>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, OrderMoney>
    {
        public async Task<OrderMoney> Handle(Query query, CancellationToken cancellationToken)
        {
            var attempts = (await db.Set<Payment>().AsNoTracking().Where(p => p.OrderNo == query.OrderNo).OrderBy(p => p.Id).Take(MaxRows)
                .ToListAsync(cancellationToken)).ConvertAll(AttemptView.Of);
            var numbers = attempts.ConvertAll(attempt => attempt.PaymentNo);

            // The newest, because what happened last explains most; then in the order in which they came.
            var messages = await db.Set<InboxMessage>().AsNoTracking().Where(m => numbers.Contains(m.PaymentNo!)).OrderByDescending(m => m.Id).Take(MaxRows)
                .Select(InboxView.Of).ToListAsync(cancellationToken);
            messages.Reverse();
            var refunds = (await db.Set<Refund>().AsNoTracking().Where(r => numbers.Contains(r.PaymentNo)).OrderBy(r => r.Id).Take(MaxRows)
                .ToListAsync(cancellationToken)).ConvertAll(RefundWork.Of);
            var movements = (await db.Set<LedgerEntry>().AsNoTracking().Where(e => numbers.Contains(e.PaymentNo!)).OrderBy(e => e.Id).Take(MaxRows)
                .ToListAsync(cancellationToken)).ConvertAll(e => new MovementView(
                    e.BookedAt, e.Kind.ToText(), e.Debit.ToText(), e.Credit.ToText(), new Money(e.AmountMinor, e.Currency), e.Reference));
            var differences = await db.Set<Difference>().AsNoTracking().Where(d => numbers.Contains(d.PaymentNo!)).OrderBy(d => d.Id).Take(MaxRows)
                .Join(db.Set<Reconciliation>(), d => d.ReconciliationId, r => r.Id, (d, r) => new { Difference = d, r.Provider, r.Day })
                .ToListAsync(cancellationToken);
            var calls = await db.Set<ProviderCall>().AsNoTracking().Where(c => numbers.Contains(c.PaymentNo)).OrderByDescending(c => c.Id).Take(MaxRows)
                .Select(c => new CallView(c.At, c.PaymentNo, c.RefundNo, c.Call, c.Answer, c.Detail, c.CalledBy, c.DurationMs)).ToListAsync(cancellationToken);
            calls.Reverse();
            return new OrderMoney(
                attempts, messages, refunds, movements,
                differences.ConvertAll(it => new DatedDifference(it.Provider, it.Day, ShowReconciliation.ViewOf(it.Difference))),
                calls);
        }
    }
}

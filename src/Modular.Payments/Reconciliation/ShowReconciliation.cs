using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>One side of a difference.</summary>
/// <param name="Status">The word for its state on that side.</param>
/// <param name="Fee">The fee that the bill names; only of that side.</param>
public sealed record DifferenceSide(Money Amount, string? Status, DateTimeOffset? At, Money? Fee);

/// <summary>A difference as people see it.</summary>
public sealed record DifferenceView(
    long Id, string Class, string? PaymentNo, string? RefundNo, string? ProviderTradeNo, DifferenceSide? Here, DifferenceSide? There, string Remedy, string? Note)
{
    /// <summary>Who dealt with it.</summary>
    public string? ResolvedBy { get; init; }

    public required DateTimeOffset FoundAt { get; init; }
}

/// <summary>The comparison of a day as people see it.</summary>
/// <param name="Differences">At most as many as were asked for; <paramref name="Counts"/> is whole.</param>
public sealed record ReconciliationView(
    long Id, string Provider, string Date, string Status, string? Error, long Lines, long Matched, Money Fees, string Counts, DateTimeOffset? FinishedAt,
    DateTimeOffset? NextTryAt, IReadOnlyList<DifferenceView> Differences)
{
    /// <summary>Which page of the differences this is, from 1 on.</summary>
    public int Page { get; init; } = 1;

    /// <summary>The page after it; null when this is the last one.</summary>
    public int? NextPage { get; init; }
}

/// <summary>Shows the comparison of a day, its open differences before the others; null when it was never asked for.</summary>
public static class ShowReconciliation
{
    /// <param name="MaxDifferences">How many differences a page lists.</param>
    /// <param name="Page">Which page of them, from 1 on.</param>
    /// <param name="Difference">Instead: the page on which this difference stands.</param>
    public sealed record Query(string Provider, string Date, int MaxDifferences = 1000, int Page = 1, long? Difference = null) : IRequest<ReconciliationView?>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, ReconciliationView?>
    {
        public async Task<ReconciliationView?> Handle(Query query, CancellationToken cancellationToken)
        {
            if (await db.Set<Reconciliation>().AsNoTracking().SingleOrDefaultAsync(r => r.Provider == query.Provider && r.Day == query.Date, cancellationToken) is not { } reconciliation)
            {
                return null;
            }

            var all = db.Set<Difference>().AsNoTracking().Where(d => d.ReconciliationId == reconciliation.Id);
            var page = query.Difference is { } id ? await PageOfAsync(all, id, query.MaxDifferences, cancellationToken) : Math.Max(1, query.Page);

            // What needs a person comes first, or a thousand repaired ones would hide it.
            var found = await all.OrderBy(d => d.Remedy == DifferenceRemedy.Open ? 0 : 1).ThenBy(d => d.Id)
                .Skip((page - 1) * query.MaxDifferences).Take(query.MaxDifferences + 1).ToListAsync(cancellationToken);
            return ViewOf(reconciliation, found.Take(query.MaxDifferences)) with { Page = page, NextPage = found.Count > query.MaxDifferences ? page + 1 : null };
        }

        private static async Task<int> PageOfAsync(IQueryable<Difference> all, long id, int size, CancellationToken cancellationToken)
        {
            if (await all.SingleOrDefaultAsync(d => d.Id == id, cancellationToken) is not { } difference)
            {
                return 1;
            }

            var before = difference.Remedy == DifferenceRemedy.Open
                ? await all.CountAsync(d => d.Remedy == DifferenceRemedy.Open && d.Id < id, cancellationToken)
                : await all.CountAsync(d => d.Remedy == DifferenceRemedy.Open || d.Id < id, cancellationToken);
            return (before / size) + 1;
        }
    }

    internal static ReconciliationView ViewOf(Reconciliation reconciliation, IEnumerable<Difference> differences) => new(
        reconciliation.Id, reconciliation.Provider, reconciliation.Day, reconciliation.Status.ToText(), reconciliation.Error, reconciliation.Lines,
        reconciliation.Matched, new Money(reconciliation.FeesMinor, reconciliation.Currency), reconciliation.Counts, reconciliation.FinishedAt,
        reconciliation.NextTryAt, [.. differences.Select(ViewOf)]);

    internal static DifferenceView ViewOf(Difference difference) => new(
        difference.Id, difference.Class.ToText(), difference.PaymentNo, difference.RefundNo, difference.ProviderTradeNo,
        difference.HereMinor is { } here ? new DifferenceSide(new Money(here, difference.Currency), difference.HereStatus, difference.HereAt, null) : null,
        difference.ThereMinor is { } there
            ? new DifferenceSide(
                new Money(there, difference.Currency), difference.ThereState, difference.ThereAt,
                difference.ThereFeeMinor is { } fee ? new Money(fee, difference.Currency) : null)
            : null,
        difference.Remedy.ToText(), difference.Note)
    {
        ResolvedBy = difference.ResolvedBy,
        FoundAt = difference.FoundAt,
    };
}

/// <summary>Lists the days that were compared or wait, newest first.</summary>
public static class ListReconciliations
{
    public sealed record Query(string? Provider = null, int Limit = 60) : IRequest<IReadOnlyList<ReconciliationView>>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, IReadOnlyList<ReconciliationView>>
    {
        public async Task<IReadOnlyList<ReconciliationView>> Handle(Query query, CancellationToken cancellationToken)
        {
            var rows = await db.Set<Reconciliation>().AsNoTracking().Where(r => query.Provider == null || r.Provider == query.Provider)
                .OrderByDescending(r => r.Day).ThenBy(r => r.Provider).Take(query.Limit).ToListAsync(cancellationToken);
            return [.. rows.Select(row => ShowReconciliation.ViewOf(row, []))];
        }
    }
}

/// <summary>A person has dealt with a difference; the note says how.</summary>
public static class ResolveDifference
{
    public sealed record Command(long Id, string Operator, string? Note) : IRequest<bool>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Command, bool>
    {
        public async Task<bool> Handle(Command command, CancellationToken cancellationToken)
        {
            var note = command.Note?.Trim() is { Length: > 0 } text ? StoredText.Cut(text, 256) : "Dealt with.";
            return await OpenDifference.EndAsync(db, command.Id, command.Operator, note, cancellationToken);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>Wants a day compared, or compared again. Asking twice while it waits or runs changes nothing.</summary>
public static class RequestReconciliation
{
    public sealed record Command(string? Provider, string? Date) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record Queued(string Provider, string Date) : Outcome;

        /// <summary>It cannot be compared.</summary>
        public sealed record Refused(int Status, string Code, string Detail) : Outcome;
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (providers.Find(command.Provider) is not { } provider)
            {
                return new Outcome.Refused(400, "unknown_provider", "provider names no configured instance.");
            }

            if (!ProviderDay.TryParse(command.Date, out var day) || day > ProviderDay.Of(time.UtcNow()) || day.Year < 2004)
            {
                return new Outcome.Refused(400, "invalid_date", "date is a calendar day at +08:00 that has begun, written as yyyy-MM-dd.");
            }

            if (provider is { InService: true, HasStatements: false })
            {
                return new Outcome.Refused(409, "statement_not_supported", "This provider's plugin cannot fetch statements.");
            }

            await QueueAsync(db, provider.Name, day, time.UtcNow(), cancellationToken);
            return new Outcome.Queued(provider.Name, ProviderDay.ToText(day));
        }
    }

    /// <summary>A day that failed keeps its error and the moment of it until it is done: meanwhile it goes on wanting a person.</summary>
    internal static Task QueueAsync(ModularDbContext db, string provider, DateOnly day, DateTimeOffset now, CancellationToken cancellationToken) => db.ExecuteSqlAsync(
        """
        INSERT INTO payments_reconciliations (provider, day, status, lines, matched, fees_minor, currency, counts, requested_at, next_try_at, tries, run)
        VALUES (@provider, @day, 'queued', 0, 0, 0, 'CNY', '{}', @now, @now, 0, 0)
        ON CONFLICT (provider, day) DO UPDATE SET status = 'queued', requested_at = excluded.requested_at, next_try_at = excluded.next_try_at, tries = 0,
            finished_at = CASE WHEN payments_reconciliations.status = 'done' THEN NULL ELSE payments_reconciliations.finished_at END
        WHERE payments_reconciliations.status IN ('done', 'failed') OR payments_reconciliations.tries > 0 AND payments_reconciliations.status = 'queued'
        """,
        [("provider", provider), ("day", ProviderDay.ToText(day)), ("now", db.Dialect.TimeParameter(now))],
        cancellationToken);
}

/// <summary>
/// Queues the days that are over and were not compared yet, and compares what is due: fetches the bill, stages it, compares both
/// ways, repairs what is safe to repair through the one door, and hands the rest to a person. Any number of nodes may run it.
/// Returns how many days were worked on.
/// </summary>
public static partial class ReconcileStatements
{
    public sealed record Command : IRequest<int>;

    internal sealed partial class Handler(
        ModularDbContext db, IBulkInsert bulk, ProviderCatalogue providers, FirstPayments first, StatementRepair repair, ReconciliationOptions options, TimeProvider time,
        ILogger<Handler> log)
        : IRequestHandler<Command, int>
    {
        private static readonly Claim Due = new(
            "payments_reconciliations", "next_try_at", 1, "status = 'running', tries = tries + 1, run = run + 1", Order: "day, id");

        // Longer than any bill takes to be read; a killed node's day is taken up after this time.
        private static readonly TimeSpan Lease = TimeSpan.FromMinutes(45);

        // A bill that cannot be used, or never came, is asked for again while it may still be mended: it is often made anew.
        private static readonly TimeSpan AfterFailure = TimeSpan.FromHours(2);

        private static readonly TimeSpan OutOfService = TimeSpan.FromMinutes(30);

        private static readonly TimeSpan[] Waits = [.. new[] { 1, 5, 10, 30, 30, 60, 60, 120, 120, 240, 240, 480 }.Select(minutes => TimeSpan.FromMinutes(minutes))];

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            await QueueDaysAsync(cancellationToken);
            var worked = 0;
            while (await ClaimAsync(cancellationToken) is { } reconciliation)
            {
                await WorkAsync(reconciliation, cancellationToken);
                worked++;
            }

            return worked;
        }

        /// <summary>
        /// From the first day on which an instance had a payment, every day that is over; after an outage all of them at once. Nobody need have heard
        /// of its money: a bill may be the only one that tells.
        /// </summary>
        private async Task QueueDaysAsync(CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var last = ProviderDay.Of(now - options.ReadyAfter).AddDays(-1);
            string[] window = [.. Enumerable.Range(0, options.CatchUpDays + 1).Select(back => ProviderDay.ToText(last.AddDays(back - options.CatchUpDays)))];
            foreach (var provider in providers.Instances.Where(instance => instance is { InService: true, HasStatements: true }))
            {
                // Looked at every few seconds: while the whole window is known, the payments are not asked.
                var again = now - AfterFailure;
                var known = await db.Set<Reconciliation>().AsNoTracking().Where(r => r.Provider == provider.Name && window.Contains(r.Day))
                    .Where(r => r.Status != ReconciliationStatus.Failed || r.FinishedAt > again)
                    .Select(r => r.Day).ToListAsync(cancellationToken);
                var unknown = window.Except(known, StringComparer.Ordinal).Select(text => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture)).ToArray();
                if (unknown.Length == 0 || await first.OfAsync(db, provider.Name, cancellationToken) is not { } began)
                {
                    continue;
                }

                foreach (var date in unknown.Where(date => date >= ProviderDay.Of(began)))
                {
                    await RequestReconciliation.QueueAsync(db, provider.Name, date, now, cancellationToken);
                }
            }
        }

        private async Task<Reconciliation?> ClaimAsync(CancellationToken cancellationToken)
        {
            var ids = await Due.TakeAsync<long>(db, time.UtcNow(), Lease, cancellationToken);
            return ids.Count == 0 ? null : await db.Set<Reconciliation>().AsNoTracking().SingleAsync(r => r.Id == ids[0], cancellationToken);
        }

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "One day's failure must not keep the others from being compared; it is tried again.")]
        private async Task WorkAsync(Reconciliation reconciliation, CancellationToken cancellationToken)
        {
            try
            {
                if (providers.Find(reconciliation.Provider) is not { InService: true } provider)
                {
                    await PutOffAsync(reconciliation, "The provider instance is not in service.", time.UtcNow() + OutOfService, cancellationToken);
                    return;
                }

                switch (await provider.FetchStatementAsync(reconciliation.Date, options.FetchBudget, cancellationToken))
                {
                    case StatementAnswer.Ready { Lines: { } lines }:
                        await CompareAsync(reconciliation, lines, cancellationToken);
                        break;
                    case StatementAnswer.Empty:
                        await CompareAsync(reconciliation, AsyncEnumerable.Empty<StatementLine>(), cancellationToken);
                        break;
                    case StatementAnswer.NotReady notReady:
                        await WaitAsync(reconciliation, notReady.Detail, cancellationToken);
                        break;
                    case var answer:
                        await WaitAsync(reconciliation, (answer as StatementAnswer.Unknown)?.Detail ?? "The plugin returned nothing.", cancellationToken);
                        break;
                }
            }
            catch (StatementException e)
            {
                LogUnusable(reconciliation.Provider, reconciliation.Day, e.Message);
                await FailAsync(reconciliation, e.Message, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(e, reconciliation.Provider, reconciliation.Day);
                await WaitAsync(reconciliation, $"The comparison was interrupted ({e.GetType().Name}).", cancellationToken);
            }
        }

        private async Task CompareAsync(Reconciliation reconciliation, IAsyncEnumerable<StatementLine> lines, CancellationToken cancellationToken)
        {
            // A large day takes minutes, and nobody waits for it.
            db.Database.SetCommandTimeout(options.ReadBudget);
            await using var stage = new StatementStage(db, bulk);
            await stage.OpenAsync(cancellationToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.ReadBudget);
            await stage.ReadAsync(lines, limit.Token);
            await CheckSaneAsync(reconciliation, stage.Lines, cancellationToken);

            var match = new StatementMatch(db, reconciliation, stage, Siblings.Of(reconciliation.Provider, providers), time.UtcNow());
            await match.CompareAsync(cancellationToken);
            await repair.RunAsync(reconciliation, cancellationToken);
            await match.ForgetStaleAsync(cancellationToken);
            var (matched, counts) = await match.CountAsync(cancellationToken);
            await DoneAsync(reconciliation, stage, matched, counts, cancellationToken);
            var differences = counts.Values.Sum();
            LogCompared(reconciliation.Provider, reconciliation.Day, stage.Lines, matched, differences);
        }

        /// <summary>An empty bill of a day on which we were paid is a fault of the bill or of us, and no list of missing payments.</summary>
        private async Task CheckSaneAsync(Reconciliation reconciliation, long lines, CancellationToken cancellationToken)
        {
            if (lines > 0)
            {
                return;
            }

            var (from, to) = (ProviderDay.Start(reconciliation.Date).AddHours(1), ProviderDay.Start(reconciliation.Date.AddDays(1)).AddHours(-1));
            var own = await db.Set<Payment>().CountAsync(
                p => p.Provider == reconciliation.Provider && p.ReceivedMinor != null && p.PaidAt >= from && p.PaidAt < to, cancellationToken);
            if (own > 0)
            {
                throw new StatementException($"The bill is empty, and {own} payments were made here on that day: check the account's settings at the provider, then compare again.");
            }
        }

        private Task<int> DoneAsync(Reconciliation reconciliation, StatementStage stage, long matched, IReadOnlyDictionary<string, long> counts, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var text = JsonSerializer.Serialize(new SortedDictionary<string, long>(counts.ToDictionary(), StringComparer.Ordinal));
            return Mine(reconciliation).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, ReconciliationStatus.Done).SetProperty(r => r.Error, (string?)null).SetProperty(r => r.Lines, stage.Lines)
                    .SetProperty(r => r.Matched, matched).SetProperty(r => r.Counts, text).SetProperty(r => r.FeesMinor, stage.FeesMinor)
                    .SetProperty(r => r.Currency, stage.Currency ?? "CNY").SetProperty(r => r.FinishedAt, now).SetProperty(r => r.NextTryAt, (DateTimeOffset?)null),
                cancellationToken);
        }

        private Task<int> WaitAsync(Reconciliation reconciliation, string why, CancellationToken cancellationToken)
        {
            // Asked for before its bill can be there: that spends none of the tries.
            var ready = ProviderDay.Start(reconciliation.Date.AddDays(1)) + options.ReadyAfter;
            if (time.UtcNow() < ready)
            {
                return PutOffAsync(reconciliation, why, ready, cancellationToken);
            }

            if (reconciliation.Tries > Waits.Length)
            {
                return FailAsync(reconciliation, why, cancellationToken);
            }

            var next = time.UtcNow() + Waits[reconciliation.Tries - 1];
            return Mine(reconciliation).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, ReconciliationStatus.Queued).SetProperty(r => r.Error, Cut(why)).SetProperty(r => r.NextTryAt, next), cancellationToken);
        }

        private Task<int> PutOffAsync(Reconciliation reconciliation, string why, DateTimeOffset next, CancellationToken cancellationToken) =>
            Mine(reconciliation).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, ReconciliationStatus.Queued).SetProperty(r => r.Error, Cut(why))
                    .SetProperty(r => r.NextTryAt, next).SetProperty(r => r.Tries, 0),
                cancellationToken);

        private Task<int> FailAsync(Reconciliation reconciliation, string why, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            return Mine(reconciliation).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, ReconciliationStatus.Failed).SetProperty(r => r.Error, Cut(why))
                    .SetProperty(r => r.FinishedAt, now).SetProperty(r => r.NextTryAt, (DateTimeOffset?)null),
                cancellationToken);
        }

        private IQueryable<Reconciliation> Mine(Reconciliation reconciliation) =>
            db.Set<Reconciliation>().Where(r => r.Id == reconciliation.Id && r.Run == reconciliation.Run);

        private static string Cut(string text) => StoredText.Cut(text, 512);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Provider}'s bill of {Day}: {Lines} lines, {Matched} agree, {Differences} differences")]
        private partial void LogCompared(string provider, string day, long lines, long matched, long differences);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Provider}'s bill of {Day} cannot be used: {Problem}")]
        private partial void LogUnusable(string provider, string day, string problem);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Provider}'s bill of {Day} could not be compared")]
        private partial void LogFailed(Exception exception, string provider, string day);
    }
}

/// <summary>Repairs the differences that one report through the usual door repairs: what the bill says was paid, or went back.</summary>
internal sealed class StatementRepair(ModularDbContext db, SettlementQueue settlement, RefundDoor refunds, ProviderCatalogue providers)
{
    private const int BatchSize = 200;

    public async Task RunAsync(Reconciliation reconciliation, CancellationToken cancellationToken)
    {
        var account = providers.Find(reconciliation.Provider)!.Account;
        for (var after = 0L; ;)
        {
            var lines = await db.Set<StagedLine>().AsNoTracking()
                .Where(l => l.LineNo > after && (l.Result == "state" || (l.Result == "refund" && l.IsDone && l.RefundNo != null)))
                .OrderBy(l => l.LineNo).Take(BatchSize).ToListAsync(cancellationToken);
            if (lines.Count == 0)
            {
                break;
            }

            // Together they share the commits of the settlement's queue.
            await Task.WhenAll(lines.Where(line => line.Kind == StatementLineKind.Payment).Select(line => SettleAsync(reconciliation, account, line, cancellationToken)));
            foreach (var line in lines.Where(line => line.Kind == StatementLineKind.Refund))
            {
                await FinishAsync(reconciliation, account, line, cancellationToken);
            }

            after = lines[^1].LineNo;
        }

        await MarkAsync(db, reconciliation.Id, "Settled by the bill.", cancellationToken);
    }

    private Task<Settlement.Outcome> SettleAsync(Reconciliation reconciliation, ProviderAccount account, StagedLine line, CancellationToken cancellationToken) =>
        settlement.SettleAsync(
            new Entry(
                reconciliation.Provider,
                account,
                ReportSource.Bill,
                new PaymentReport
                {
                    PaymentNo = line.PaymentNo,
                    State = ReportedState.Paid,
                    Account = new ProviderAccount(null, null),
                    Amount = new Money(line.AmountMinor, line.Currency),
                    ProviderTradeNo = line.ProviderTradeNo,
                    PaidAt = line.At,
                    ProviderState = line.ProviderState is { } state && ReportRules.IsPrintable(state) ? state : "BILL",
                },
                null),
            cancellationToken);

    private Task<IReadOnlyList<RefundOutcome>> FinishAsync(Reconciliation reconciliation, ProviderAccount account, StagedLine line, CancellationToken cancellationToken) => refunds.ApplyAsync(
        reconciliation.Provider,
        account,
        [
            new RefundReport
            {
                RefundNo = line.RefundNo!,
                PaymentNo = line.PaymentNo,
                State = RefundState.Succeeded,
                Account = new ProviderAccount(null, null),
                Amount = new Money(line.AmountMinor, line.Currency),
                ProviderRefundNo = line.ProviderRefundNo,
                RefundedAt = line.At,
                ProviderState = "BILL",
            },
        ],
        null,
        cancellationToken);

    /// <summary>What now stands here as the bill says, or goes back by itself, is repaired; what does not stays open for a person.</summary>
    public static Task<int> MarkAsync(ModularDbContext db, long reconciliationId, string note, CancellationToken cancellationToken) => db.ExecuteSqlAsync(
        """
        UPDATE payments_differences SET remedy = 'repaired', note = @note
        WHERE reconciliation_id = @id AND class = 'state' AND remedy = 'open' AND EXISTS (
            SELECT 1 FROM payments_payments p WHERE p.payment_no = payments_differences.payment_no AND p.received_minor = payments_differences.there_minor
              AND (p.status <> 'held' OR p.refunded_minor + p.refund_reserved_minor = p.received_minor));
        UPDATE payments_differences SET remedy = 'repaired', note = 'The refund is done by the bill.'
        WHERE reconciliation_id = @id AND class = 'refund' AND remedy = 'open' AND there_minor IS NOT NULL AND EXISTS (
            SELECT 1 FROM payments_refunds r WHERE r.refund_no = payments_differences.refund_no AND r.amount_minor = payments_differences.there_minor
              AND r.status = 'succeeded')
        """,
        [("id", reconciliationId), ("note", note)],
        cancellationToken);
}

using System.Text.Json.Nodes;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Ledger;

namespace Modular.Payments.Settlement;

/// <summary>
/// The one door to paid. Whatever brings news of payments, one notification or a whole bill, comes through here as a list:
/// the payments are loaded with one query, each report is decided in pure code, everything is written with a constant
/// number of statements, and one commit covers the payments, their orders, their events and the messages that brought the
/// news. Nothing else changes a payment's state but <see cref="SupersedeAsync"/>.
/// </summary>
/// <remarks>A lost race shows as an exception that <see cref="WriteConflict.Is"/> knows; the caller begins again.</remarks>
internal sealed class SettlementDoor(ModularDbContext db, IMediator mediator, PaymentsOptions options, ShopMeter meter, TimeProvider time)
{
    public async Task<Plan> ApplyAsync(IReadOnlyList<Entry> batch, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var loaded = await SettlementSql.LoadAsync(db, batch, cancellationToken);
        if (batch.Any(entry => entry.Report is { State: ReportedState.Paid } report && loaded.Payments.GetValueOrDefault(report.PaymentNo)?.Standing.Status == PaymentStatus.Superseded))
        {
            // Seldom: an attempt that a later one replaced was paid after all, perhaps after its order had closed.
            var orders = loaded.Payments.Values.Where(payment => payment.Standing.Status == PaymentStatus.Superseded).Select(payment => payment.OrderNo);
            loaded = loaded with { ClosedOrders = await mediator.Send(new FindClosedOrders([.. orders.Distinct()]), cancellationToken) };
        }

        var now = time.UtcNow();
        var plan = Plan.Make(batch, loaded, now, options.LatePayment);

        var writes = SettlementSql.Writes(db.Dialect, plan, time);
        if (plan.Settled.Count > 0)
        {
            await mediator.Publish(new PaymentsSettled(plan.Settled, writes), cancellationToken);
        }

        await writes.ExecuteAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        meter.BatchCommitted(batch.Count);
        foreach (var change in plan.Changes)
        {
            meter.PaymentSettled(change.Before.Provider, change.Source.ToText(), change.To.ToText());
        }

        return plan;
    }

    /// <summary>Lets a later attempt take the place of one that its provider does not know yet. Its provider goes on being watched. False when it is not pending any more.</summary>
    public async Task<bool> SupersedeAsync(string paymentNo, DateTimeOffset? nextCheckAt, CancellationToken cancellationToken) =>
        await db.ExecuteSqlAsync(
            $"""
            UPDATE payments_payments SET status = 'superseded', version = version + 1,
                   next_check_at = COALESCE(CAST(@next AS {db.Dialect.TimeType}), next_check_at)
            WHERE payment_no = @no AND status = 'pending'
            """,
            [("no", paymentNo), ("next", nextCheckAt is { } next ? db.Dialect.TimeParameter(next) : null)],
            cancellationToken) == 1;
}

/// <summary>The statements of settlement. Lists travel as one JSON parameter, so each statement's text is constant.</summary>
internal static class SettlementSql
{
    // A closed payment is asked once more, for the shopper who was at the password when it closed.
    private static readonly TimeSpan LastLook = TimeSpan.FromMinutes(1);

    public static async Task<Loaded> LoadAsync(ModularDbContext db, IReadOnlyList<Entry> batch, CancellationToken cancellationToken)
    {
        var (numbers, trades, hashes) = Keys(batch);
        var payments = new Dictionary<string, LoadedPayment>();
        var accepted = new HashSet<string>();
        var dialect = db.Dialect;

        await using var command = await db.SqlAsync(
            $"""
            {dialect.ByIndexOnly}
            SELECT p.payment_no, p.order_no, p.provider, p.status, p.amount_minor, p.currency, p.provider_trade_no, p.version,
                   EXISTS (SELECT 1 FROM payments_payments k WHERE k.order_no = p.order_no AND k.id <> p.id AND k.is_kept), p.status_reason
            FROM payments_payments p WHERE {dialect.Among("p.payment_no", "@numbers")};
            SELECT (SELECT t.payment_no FROM payments_payments t
                    WHERE t.provider = e.value->>'provider' AND t.provider_trade_no = e.value->>'trade_no' AND t.provider_trade_no IS NOT NULL),
                   e.value->>'provider', e.value->>'trade_no'
            FROM {dialect.Each("@trades")} AS e;
            SELECT i.content_hash, i.verdict FROM payments_inbox i WHERE {dialect.Among("i.content_hash", "@hashes")}
            """,
            [("numbers", numbers), ("trades", trades), ("hashes", hashes)],
            cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<LoadedPayment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var standing = new Standing(
                EnumText<PaymentStatus>.Parse(reader.GetString(3)),
                new Money(reader.GetInt64(4), reader.GetString(5)),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.GetBoolean(8),
                TradeNoTaken: false,
                reader.IsDBNull(9) ? null : reader.GetString(9));
            rows.Add(new LoadedPayment(reader.GetString(0), reader.GetString(1), reader.GetString(2), standing, reader.GetInt64(7)) { TakenTradeNos = new HashSet<string>() });
        }

        var bound = new List<(string PaymentNo, string Provider, string TradeNo)>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
            {
                bound.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Told apart here, because a second condition in the statement might tempt the planner to another index.
            if (reader.GetString(1) == Plan.Accepted)
            {
                accepted.Add(reader.GetString(0));
            }
        }

        foreach (var row in rows)
        {
            payments[row.PaymentNo] = bound.Count == 0 ? row : row with
            {
                TakenTradeNos = bound.Where(b => b.Provider == row.Provider && b.PaymentNo != row.PaymentNo).Select(b => b.TradeNo).ToHashSet(),
            };
        }

        return new Loaded(payments, accepted);
    }

    public static WriteBatch Writes(SqlDialect dialect, Plan plan, TimeProvider time)
    {
        var now = time.UtcNow();
        var writes = new WriteBatch();
        if (plan.Records.Count > 0)
        {
            writes.Add(InboxSql.Insert(dialect), "messages", InboxSql.Rows(dialect, plan.Records), plan.Records.Count);
        }

        if (plan.Repeated.Count > 0)
        {
            writes.Add(InboxSql.Count(dialect), "repeated", InboxSql.Counts(plan.Repeated), plan.Repeated.Count);
        }

        // What repeated messages rest on is durable already; their count is not worth a wait for the disk.
        writes.MayBeLost = plan.Records.Count == 0 && plan.Changes.Count == 0;
        if (plan.Changes.Count > 0)
        {
            // The version in it notices when another node changed one of the payments between our reading and our writing.
            writes.Add(Update(dialect), "changes", Rows(dialect, plan.Changes, now), plan.Changes.Count);
            writes.Book(dialect, [.. plan.Changes.Where(change => change.Received is not null).Select(MovementOf)], now);
            writes.AddRefunds(dialect, [.. plan.Changes.Where(change => change.IsGivenBack).Select(change => AutomaticRefund.Of(change, time))], now);
        }

        return writes;
    }

    private static Movement MovementOf(Change change) => new(
        change.Before.Provider,
        change.To == PaymentStatus.Succeeded ? LedgerKind.Payment : LedgerKind.Held,
        change.Before.PaymentNo,
        change.Received!.Value,
        change.Before.PaymentNo);

    private static string Update(SqlDialect dialect) =>
        $"""
        UPDATE payments_payments
        SET status = e.value->>'status', status_reason = e.value->>'reason', provider_state = e.value->>'state',
            provider_trade_no = COALESCE(e.value->>'trade_no', provider_trade_no), confirmed_by = e.value->>'source',
            paid_at = CAST(e.value->>'paid_at' AS {dialect.TimeType}), settled_at = CAST(e.value->>'now' AS {dialect.TimeType}),
            received_minor = CAST(e.value->>'received' AS bigint), is_kept = CAST(e.value->>'kept' AS boolean),
            refund_reserved_minor = CAST(e.value->>'reserved' AS bigint),
            next_check_at = CAST(e.value->>'next_check_at' AS {dialect.TimeType}), version = version + 1
        FROM {dialect.Each("@changes")} AS e
        WHERE {dialect.Among("payments_payments.payment_no", "@changes")} AND payments_payments.payment_no = e.key
          AND payments_payments.version = CAST(e.value->>'version' AS bigint)
        """;

    private static string Rows(SqlDialect dialect, IReadOnlyCollection<Change> changes, DateTimeOffset now)
    {
        var rows = new JsonObject();
        foreach (var change in changes)
        {
            var paid = change.To is PaymentStatus.Succeeded or PaymentStatus.Held;
            rows.Add(change.Before.PaymentNo, new JsonObject
            {
                ["status"] = change.To.ToText(),
                ["reason"] = change.Reason,
                ["state"] = change.Report.ProviderState,
                ["trade_no"] = change.Report.ProviderTradeNo,
                ["source"] = change.Source.ToText(),
                ["paid_at"] = paid ? dialect.Time(change.Report.PaidAt ?? now) : null,
                ["received"] = change.ReceivedMinor,
                ["kept"] = change.To == PaymentStatus.Succeeded,
                ["reserved"] = change.IsGivenBack ? change.ReceivedMinor : 0,
                ["now"] = dialect.Time(now),
                ["next_check_at"] = change.To == PaymentStatus.Closed ? dialect.Time(now + LastLook) : null,
                ["version"] = change.Before.Version,
            });
        }

        return rows.ToJsonString();
    }

    private static (string Numbers, string Trades, string Hashes) Keys(IReadOnlyList<Entry> batch)
    {
        var numbers = new JsonObject();
        var trades = new JsonObject();
        var hashes = new JsonObject();
        foreach (var entry in batch)
        {
            if (entry.Report is { } report)
            {
                numbers[report.PaymentNo] = 0;
                if (report.ProviderTradeNo is { } tradeNo)
                {
                    trades[$"{entry.Instance} {tradeNo}"] = new JsonObject { ["provider"] = entry.Instance, ["trade_no"] = tradeNo };
                }
            }

            if (entry.Message is { } message)
            {
                hashes[message.ContentHash] = 0;
            }
        }

        return (numbers.ToJsonString(), trades.ToJsonString(), hashes.ToJsonString());
    }
}

using System.Text.Json.Nodes;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Settlement;

/// <summary>
/// The one door to paid. Whatever brings news of payments, one notification or a whole bill, comes through here as a list:
/// the payments are loaded with one query, each report is decided in pure code, everything is written with a constant
/// number of statements, and one commit covers the payments, their orders, their events and the messages that brought the
/// news. Nothing else changes a payment's state but <see cref="SupersedeAsync"/>.
/// </summary>
/// <remarks>A lost race shows as an exception that <see cref="WriteConflict.Is"/> knows; the caller begins again.</remarks>
internal sealed class SettlementDoor(ModularDbContext db, IMediator mediator, TimeProvider time)
{
    public async Task<Plan> ApplyAsync(IReadOnlyList<Entry> batch, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var loaded = await SettlementSql.LoadAsync(db, batch, cancellationToken);

        var plan = Plan.Make(batch, loaded, time.UtcNow());

        await SettlementSql.WriteAsync(db, plan, time.UtcNow(), cancellationToken);
        if (plan.Settled.Count > 0)
        {
            await mediator.Publish(new PaymentsSettled(plan.Settled), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return plan;
    }

    /// <summary>Lets a later attempt take the place of one that its provider does not know yet. Its provider goes on being watched. False when it is not pending any more.</summary>
    public async Task<bool> SupersedeAsync(string paymentNo, CancellationToken cancellationToken) =>
        await db.ExecuteSqlAsync(
            "UPDATE payments_payments SET status = 'superseded', version = version + 1 WHERE payment_no = @no AND status = 'pending'",
            [("no", paymentNo)],
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
        var cast = db.Dialect.AsJson;

        await using var command = await db.SqlAsync(
            $"""
            SELECT p.payment_no, p.order_no, p.provider, p.status, p.amount_minor, p.currency, p.provider_trade_no, p.version,
                   EXISTS (SELECT 1 FROM payments_payments k WHERE k.order_no = p.order_no AND k.id <> p.id
                           AND k.status IN ('succeeded', 'partially_refunded', 'refunded'))
            FROM json_each(@numbers{cast}) AS e JOIN payments_payments p ON p.payment_no = e.key;
            SELECT t.payment_no, t.provider, t.provider_trade_no
            FROM json_each(@trades{cast}) AS e JOIN payments_payments t ON t.provider_trade_no = e.key;
            SELECT i.content_hash FROM json_each(@hashes{cast}) AS e JOIN payments_inbox i ON i.content_hash = e.key
            WHERE i.verdict = '{Plan.Accepted}'
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
                TradeNoTaken: false);
            rows.Add(new LoadedPayment(reader.GetString(0), reader.GetString(1), reader.GetString(2), standing, reader.GetInt64(7)) { TakenTradeNos = new HashSet<string>() });
        }

        var bound = new List<(string PaymentNo, string Provider, string TradeNo)>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            bound.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            accepted.Add(reader.GetString(0));
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

    public static async Task WriteAsync(ModularDbContext db, Plan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statements = new List<string>(3);
        var parameters = new List<(string, object?)>(3);
        if (plan.Records.Count > 0)
        {
            statements.Add(InboxSql.Insert(db.Dialect));
            parameters.Add(("messages", InboxSql.Rows(db.Dialect, plan.Records)));
        }

        if (plan.Repeated.Count > 0)
        {
            statements.Add(InboxSql.Count(db.Dialect));
            parameters.Add(("repeated", InboxSql.Counts(plan.Repeated)));
        }

        if (plan.Changes.Count > 0)
        {
            statements.Add(Update(db.Dialect));
            parameters.Add(("changes", Rows(db.Dialect, plan.Changes, now)));
        }

        var expected = plan.Records.Count + plan.Repeated.Count + plan.Changes.Count;
        if (expected == 0)
        {
            return;
        }

        var written = await db.ExecuteSqlAsync(string.Join(";\n", statements), parameters, cancellationToken);
        if (written != expected)
        {
            // Another node changed one of the payments between our reading and our writing.
            throw new Microsoft.EntityFrameworkCore.DbUpdateConcurrencyException($"Settlement was to write {expected} rows and wrote {written}.");
        }
    }

    private static string Update(SqlDialect dialect) =>
        $"""
        UPDATE payments_payments
        SET status = e.value->>'status', status_reason = e.value->>'reason', provider_state = e.value->>'state',
            provider_trade_no = COALESCE(e.value->>'trade_no', provider_trade_no), confirmed_by = e.value->>'source',
            paid_at = CAST(e.value->>'paid_at' AS {dialect.TimeType}), settled_at = CAST(e.value->>'now' AS {dialect.TimeType}),
            next_check_at = CAST(e.value->>'next_check_at' AS {dialect.TimeType}), version = version + 1
        FROM json_each(@changes{dialect.AsJson}) AS e
        WHERE payments_payments.payment_no = e.key AND payments_payments.version = CAST(e.value->>'version' AS bigint)
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
                    trades[tradeNo] = 0;
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

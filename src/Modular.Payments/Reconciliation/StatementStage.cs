using System.Text.Json.Nodes;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// Writes the lines of a bill to the database as they are read, some hundred at a time, so that a bill of any length needs the
/// same memory. No transaction is open while the provider is read.
/// </summary>
internal sealed class StatementStage(ModularDbContext db, Reconciliation reconciliation)
{
    private const int BatchSize = 1000;

    // A day of more than this is no shop's but an attack or a mistake.
    private const long MaxLines = 20_000_000;

    private JsonObject rows = [];

    public long Lines { get; private set; }

    public long FeesMinor { get; private set; }

    public string? Currency { get; private set; }

    /// <summary>Forgets what an earlier run left.</summary>
    public Task ClearAsync(CancellationToken cancellationToken) => db.ExecuteSqlAsync(
        "DELETE FROM payments_statement_lines WHERE reconciliation_id = @id", [("id", reconciliation.Id)], cancellationToken);

    /// <exception cref="StatementException">A line cannot be used, or there are too many.</exception>
    public async Task ReadAsync(IAsyncEnumerable<StatementLine> lines, CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (Problem(line) is { } problem)
            {
                throw new StatementException($"Line {Lines + 1} of the bill cannot be used: {problem}");
            }

            Add(line);
            if (rows.Count == BatchSize)
            {
                await WriteAsync(cancellationToken);
            }
        }

        await WriteAsync(cancellationToken);
    }

    private static string? Problem(StatementLine? line) => line switch
    {
        null => "the plugin returned nothing.",
        { PaymentNo: not { Length: >= 1 and <= 64 } } => "the payment number is empty or longer than 64 characters.",
        { ProviderTradeNo: { Length: 0 or > 64 } } or { RefundNo: { Length: 0 or > 64 } } or { ProviderRefundNo: { Length: 0 or > 64 } } or { ProviderState.Length: > 64 } =>
            "a number or state is empty or longer than 64 characters.",
        { Amount: { Minor: < 0 or > Money.MaxMinor } } or { FeeMinor: < -Money.MaxMinor or > Money.MaxMinor } => "an amount is out of range.",
        { Amount.Currency: not { Length: 3 } } => "the currency is no code of three letters.",
        { Kind: StatementLineKind.Refund, RefundNo: null, ProviderRefundNo: null } => "a refund has no number.",
        _ => null,
    };

    private void Add(StatementLine line)
    {
        if (++Lines > MaxLines)
        {
            throw new StatementException($"The bill has more than {MaxLines} lines.");
        }

        Currency ??= line.Amount.Currency;
        FeesMinor = checked(FeesMinor + line.FeeMinor);
        rows.Add(Lines.ToString("D10", System.Globalization.CultureInfo.InvariantCulture), new JsonObject
        {
            ["kind"] = line.Kind.ToText(),
            ["payment_no"] = Clean(line.PaymentNo),
            ["trade_no"] = Clean(line.ProviderTradeNo),
            ["refund_no"] = Clean(line.RefundNo),
            ["provider_refund_no"] = Clean(line.ProviderRefundNo),
            ["amount"] = line.Amount.Minor,
            ["currency"] = line.Amount.Currency,
            ["fee"] = line.FeeMinor,
            ["at"] = db.Dialect.Time(line.At),
            ["done"] = line.IsDone,
            ["state"] = Clean(line.ProviderState),
        });
    }

    // PostgreSQL keeps no U+0000, and control characters have no place in a number.
    private static string? Clean(string? text) => text is not null && text.Any(char.IsControl) ? new string([.. text.Where(c => !char.IsControl(c))]) : text;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var dialect = db.Dialect;
        await db.ExecuteSqlAsync(
            $"""
            INSERT INTO payments_statement_lines (reconciliation_id, line_no, kind, payment_no, provider_trade_no, refund_no, provider_refund_no,
                                                  amount_minor, currency, fee_minor, at, is_done, provider_state)
            SELECT @id, CAST(e.key AS bigint), e.value->>'kind', e.value->>'payment_no', e.value->>'trade_no', e.value->>'refund_no',
                   e.value->>'provider_refund_no', CAST(e.value->>'amount' AS bigint), e.value->>'currency', CAST(e.value->>'fee' AS bigint),
                   CAST(e.value->>'at' AS {dialect.TimeType}), CAST(e.value->>'done' AS boolean), e.value->>'state'
            FROM {dialect.Each("@lines")} AS e
            """,
            [("id", reconciliation.Id), ("lines", rows.ToJsonString())],
            cancellationToken);
        rows = [];
    }
}

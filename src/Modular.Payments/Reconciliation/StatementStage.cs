using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// Holds the lines of the bill that is being compared in a temporary table, so that a bill of any length needs the same memory,
/// a killed process leaves nothing behind, and two nodes never see each other's lines. They are written some thousand at a time:
/// no transaction is open while the provider is read.
/// </summary>
internal sealed class StatementStage(ModularDbContext db, IBulkInsert bulk) : IAsyncDisposable
{
    public const string Table = "payments_statement_lines";

    private const int BatchSize = 5000;

    // A day of more than this is no shop's but an attack or a mistake.
    private const long MaxLines = 20_000_000;

    private static readonly BulkColumn<StagedLine>[] Columns =
    [
        new("line_no", line => line.LineNo),
        new("kind", line => line.Kind.ToText()),
        new("payment_no", line => line.PaymentNo),
        new("provider_trade_no", line => line.ProviderTradeNo),
        new("refund_no", line => line.RefundNo),
        new("provider_refund_no", line => line.ProviderRefundNo),
        new("amount_minor", line => line.AmountMinor),
        new("currency", line => line.Currency),
        new("fee_minor", line => line.FeeMinor),
        new("at", line => line.At),
        new("is_done", line => line.IsDone),
        new("provider_state", line => line.ProviderState),
    ];

    // One is filled while the other is written.
    private List<StagedLine> batch = new(BatchSize);
    private List<StagedLine> other = new(BatchSize);
    private Task writing = Task.CompletedTask;

    public long Lines { get; private set; }

    public long FeesMinor { get; private set; }

    public string? Currency { get; private set; }

    /// <summary>Makes the table on the context's connection, which stays open until this is disposed.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await DropAsync(cancellationToken);
        await db.ExecuteSqlAsync(
            $"""
            CREATE TABLE {db.Dialect.Temporary}.{Table} (
                line_no bigint NOT NULL, kind text NOT NULL, payment_no text NOT NULL, provider_trade_no text, refund_no text, provider_refund_no text,
                amount_minor bigint NOT NULL, currency text NOT NULL, fee_minor bigint NOT NULL, at {db.Dialect.TimeType} NOT NULL, is_done boolean NOT NULL,
                provider_state text, result text)
            """,
            [],
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // A connection that broke took the table with it.
        if (db.Database.GetDbConnection().State == System.Data.ConnectionState.Open)
        {
            await DropAsync(CancellationToken.None);
        }

        await db.Database.CloseConnectionAsync();
    }

    /// <exception cref="StatementException">A line cannot be used, or there are too many.</exception>
    public async Task ReadAsync(IAsyncEnumerable<StatementLine> lines, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in lines.WithCancellation(cancellationToken))
            {
                if (Problem(line) is { } problem)
                {
                    throw new StatementException($"Line {Lines + 1} of the bill cannot be used: {problem}");
                }

                Add(line);
                if (batch.Count == BatchSize)
                {
                    await WriteAsync(cancellationToken);
                }
            }

            await WriteAsync(cancellationToken);
            await writing;
        }
        finally
        {
            // The connection serves one caller at a time, whatever comes next.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await db.ExecuteSqlAsync(db.Dialect.Prepare(Table, "payment_no"), [], cancellationToken);
    }

    /// <summary>Counts again, after lines were found to belong to others.</summary>
    public async Task RecountAsync(CancellationToken cancellationToken)
    {
        await using var command = await db.SqlAsync($"SELECT COUNT(*), COALESCE(CAST(SUM(fee_minor) AS bigint), 0) FROM {Table}", [], cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        (Lines, FeesMinor) = (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static string? Problem(StatementLine? line) => line switch
    {
        null => "the plugin returned nothing.",
        { PaymentNo: not { Length: >= 1 and <= 64 } } => "the payment number is empty or longer than 64 characters.",
        { ProviderTradeNo: { Length: 0 or > 64 } } or { RefundNo: { Length: 0 or > 64 } } or { ProviderRefundNo: { Length: 0 or > 64 } } or { ProviderState.Length: > 64 } =>
            "a number or state is empty or longer than 64 characters.",
        { Amount: { Minor: < 0 or > Money.MaxMinor } } or { FeeMinor: < -Money.MaxMinor or > Money.MaxMinor } => "an amount is out of range.",
        { Amount.Currency: not { Length: 3 } } => "the currency is no code of three letters.",
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
        batch.Add(new StagedLine
        {
            LineNo = Lines,
            Kind = line.Kind,
            PaymentNo = Clean(line.PaymentNo)!,
            ProviderTradeNo = Clean(line.ProviderTradeNo),
            RefundNo = Clean(line.RefundNo),
            ProviderRefundNo = Clean(line.ProviderRefundNo),
            AmountMinor = line.Amount.Minor,
            Currency = line.Amount.Currency,
            FeeMinor = line.FeeMinor,
            At = line.At,
            IsDone = line.IsDone,
            ProviderState = Clean(line.ProviderState),
        });
    }

    // PostgreSQL keeps no U+0000, and control characters have no place in a number.
    private static string? Clean(string? text) => text is not null && text.Any(char.IsControl) ? new string([.. text.Where(c => !char.IsControl(c))]) : text;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await writing;
        (batch, other) = (other, batch);
        batch.Clear();
        var full = other;
        writing = Task.Run(() => bulk.InsertAsync(db, $"{db.Dialect.Temporary}.{Table}", Columns, full, cancellationToken), cancellationToken);
    }

    private Task<int> DropAsync(CancellationToken cancellationToken) =>
        db.ExecuteSqlAsync($"DROP TABLE IF EXISTS {db.Dialect.Temporary}.{Table}", [], cancellationToken);
}

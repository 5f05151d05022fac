using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Data;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;
using Modular.Testing.Hosting;
using Npgsql;

namespace Modular.Benchmarks;

/// <summary>P6: a bill of a million lines is compared in constant memory, against reading the same file and copying it into a table.</summary>
internal static class ReconcileBill
{
    private const string Day = "2026-11-20";
    private const string Header = "交易时间,微信订单号,商户订单号,应结订单金额,手续费";

    public static async Task RunAsync(int lines)
    {
        await using var database = await TestDatabase.CreateAsync(Stores.PostgreSql);
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Settings = new Dictionary<string, string?> { ["ConnectionStrings:Modular"] = database.ConnectionString } });
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Command Timeout=1800");
        var file = Path.GetTempFileName();
        try
        {
            Console.WriteLine($"\nFilling {lines:N0} payments and a bill of as many lines …");
            await FillAsync(source, file, lines);
            var floor = await CopyAsync(source, file);
            var (seconds, memory, view) = await CompareAsync(shop, source, file);

            Report.Heading($"P6  comparing a bill of {lines:N0} lines ({new FileInfo(file).Length / 1_048_576} MiB)");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"reading the file and COPYing it",-44} {lines / floor,10:N0} lines/s"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"comparing it both ways",-44} {lines / seconds,10:N0} lines/s   {view}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"most memory above idle",-44} {memory / 1_048_576.0,10:N0} MiB"));
            Report.Goal("P6", "compare / read and COPY", floor / seconds, 0.5);
            Report.Goal("P6", "most memory above idle, MiB", memory / 1_048_576.0, 150, atMost: true);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task FillAsync(NpgsqlDataSource source, string file, int lines)
    {
        await using var fill = source.CreateCommand($"""
            INSERT INTO payments_payments (payment_no, order_no, provider, scene, status, amount_minor, received_minor, is_kept, currency, subject, created_at, expires_at,
                                           paid_at, check_count, version, provider_trade_no)
            SELECT lpad(i::text, 26, '0'), lpad(i::text, 26, '0'), 'alipay', 'pc', 'succeeded', 36800, 36800, true, 'CNY', 'filled', '2026-11-20 04:00Z', '2026-11-20 05:00Z',
                   '2026-11-20 04:00Z', 3, 1, '42' || lpad(i::text, 26, '0')
            FROM generate_series(1, {lines}) i;
            """);
        fill.CommandTimeout = 1800;
        await fill.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand("VACUUM ANALYZE payments_payments");
        await analyze.ExecuteNonQueryAsync();
        await using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false));
        await writer.WriteLineAsync(Header);
        for (var line = 1; line <= lines; line++)
        {
            var number = line.ToString(CultureInfo.InvariantCulture);
            await writer.WriteLineAsync($"`{Day} 12:00:00,`42{number.PadLeft(26, '0')},`{number.PadLeft(26, '0')},`368.00,`2.21");
        }
    }

    private static async Task<double> CopyAsync(NpgsqlDataSource source, string file)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE floor_lines (at timestamptz, trade_no text, payment_no text PRIMARY KEY, amount bigint, fee bigint)", connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        var started = Stopwatch.GetTimestamp();
        await using (var import = await connection.BeginBinaryImportAsync("COPY floor_lines FROM STDIN (FORMAT BINARY)"))
        {
            using var reader = new StreamReader(file);
            await reader.ReadLineAsync();
            while (await reader.ReadLineAsync() is { } line)
            {
                var fields = line.Split(',');
                await import.StartRowAsync();
                await import.WriteAsync(DateTimeOffset.Parse(fields[0][1..] + "+08:00", CultureInfo.InvariantCulture).ToUniversalTime(), NpgsqlTypes.NpgsqlDbType.TimestampTz);
                await import.WriteAsync(fields[1][1..]);
                await import.WriteAsync(fields[2][1..]);
                await import.WriteAsync((long)(decimal.Parse(fields[3].AsSpan(1), CultureInfo.InvariantCulture) * 100));
                await import.WriteAsync((long)(decimal.Parse(fields[4].AsSpan(1), CultureInfo.InvariantCulture) * 100));
            }

            await import.CompleteAsync();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<(double Seconds, long Memory, string View)> CompareAsync(TestShop shop, NpgsqlDataSource source, string file)
    {
        await using var scope = shop.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModularDbContext>();
        db.Database.SetCommandTimeout(1800);
        await using (var insert = source.CreateCommand($"""
            INSERT INTO payments_reconciliations (provider, day, status, lines, matched, fees_minor, currency, counts, requested_at, tries, run)
            VALUES ('alipay', '{Day}', 'running', 0, 0, 0, 'CNY', '', now(), 1, 1)
            """))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var reconciliation = await db.Set<Reconciliation>().AsNoTracking().SingleAsync();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var idle = process.WorkingSet64;
        var most = idle;
        using var stop = new CancellationTokenSource();
        var watching = WatchAsync();

        var started = Stopwatch.GetTimestamp();
        await using var stage = new StatementStage(db, scope.ServiceProvider.GetRequiredService<IBulkInsert>());
        await stage.OpenAsync(CancellationToken.None);
        await stage.ReadAsync(LinesAsync(file), CancellationToken.None);
        var staged = Stopwatch.GetElapsedTime(started);
        var match = new StatementMatch(db, reconciliation, stage, new Siblings([], ReportsTheirs: true), TimeProvider.System.GetUtcNow());
        await match.CompareAsync(CancellationToken.None);
        var (matched, counts) = await match.CountAsync(CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync();
        await watching;
        return (seconds, most - idle, string.Create(CultureInfo.InvariantCulture, $"({matched:N0} agree, {counts.Values.Sum()} differ; reading took {staged.TotalSeconds:0.0} of {seconds:0.0} s)"));

        async Task WatchAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            try
            {
                while (await timer.WaitForNextTickAsync(stop.Token))
                {
                    process.Refresh();
                    most = Math.Max(most, process.WorkingSet64);
                }
            }
            catch (OperationCanceledException)
            {
                // The comparison is over.
            }
        }
    }

    private static async IAsyncEnumerable<StatementLine> LinesAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        var reader = new StatementCsvReader(stream, Encoding.UTF8, new StatementCsvFormat { Columns = Header.Split(',') });
        while (await reader.ReadAsync(CancellationToken.None))
        {
            yield return new StatementLine
            {
                Kind = StatementLineKind.Payment,
                PaymentNo = reader.Required("商户订单号"),
                ProviderTradeNo = reader.Required("微信订单号"),
                Amount = Money.Cny(reader.Fen("应结订单金额")),
                FeeMinor = reader.Fen("手续费"),
                At = DateTimeOffset.Parse(reader.Required("交易时间") + "+08:00", CultureInfo.InvariantCulture).ToUniversalTime(),
            };
        }
    }
}

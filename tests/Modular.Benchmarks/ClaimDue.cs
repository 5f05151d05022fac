using System.Diagnostics;
using Hangfire;
using Hangfire.PostgreSql;
using Modular.Kernel.Data;
using Modular.Testing.Hosting;
using Npgsql;

namespace Modular.Benchmarks;

/// <summary>P5: the claim of due payments stays fast as the table grows, and beats a job per payment.</summary>
internal static class ClaimDue
{
    private const int SmallRows = 100_000;
    private const int Due = 4000;
    private const int Batch = Modular.Payments.ConfirmPayments.Handler.BatchSize;
    private const int JobCount = 600;

    public static async Task RunAsync(int largeRows)
    {
        await using var database = await TestDatabase.CreateAsync(Stores.PostgreSql);
        // Started for its schema, and kept because Hangfire logs through the program that set it up.
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Settings = new Dictionary<string, string?> { ["ConnectionStrings:Modular"] = database.ConnectionString } });
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Max Auto Prepare=32;Auto Prepare Min Usages=2;Command Timeout=1800");
        await FillAsync(source, 0, SmallRows);
        var small = await MeasureAsync(source);
        Console.WriteLine($"\nFilling up to {largeRows:N0} payments …");
        await FillAsync(source, SmallRows, largeRows);
        var large = await MeasureAsync(source);
        var jobs = await JobsPerSecondAsync(database.ConnectionString);

        Report.Heading($"P5  claiming due payments in batches of {Batch}");
        foreach (var figures in new[] { small.Select, large.Select, small.Update, large.Update })
        {
            Console.WriteLine(figures.Line("µs"));
        }

        var claimed = Batch / (large.Update.Median / 1e6);
        Console.WriteLine($"  {"claimed by the sweep at the large size",-44} {claimed,10:N0} payments/s");
        Console.WriteLine($"  {"a Hangfire job per payment",-44} {jobs,10:N0} payments/s");
        Report.Goal("P5", $"SELECT at {largeRows:N0} / at {SmallRows:N0}", large.Select.Median / small.Select.Median, 2, atMost: true);
        Report.Goal("P5", $"UPDATE at {largeRows:N0} / at {SmallRows:N0}", large.Update.Median / small.Update.Median, 3, atMost: true);
        Report.Goal("P5", "sweep / a job per payment", claimed / jobs, 30);
    }

    private static async Task FillAsync(NpgsqlDataSource source, int from, int to)
    {
        await using var fill = source.CreateCommand($"""
            INSERT INTO payments_payments (payment_no, order_no, provider, scene, status, amount_minor, currency, subject, created_at, expires_at, check_count, version, provider_trade_no)
            SELECT lpad(i::text, 26, '0'), lpad(i::text, 26, '0'), 'alipay', 'pc', 'succeeded', 1, 'CNY', 'filled', now(), now(), 3, 1, 'T' || i
            FROM generate_series({from + 1}, {to}) i
            """);
        await fill.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand("VACUUM ANALYZE payments_payments");
        await analyze.ExecuteNonQueryAsync();
    }

    private static async Task<(Figures Select, Figures Update)> MeasureAsync(NpgsqlDataSource source)
    {
        await using var count = source.CreateCommand("SELECT reltuples::bigint FROM pg_class WHERE relname = 'payments_payments'");
        var rows = (long)(await count.ExecuteScalarAsync())!;
        var (select, update) = (new Figures($"SELECT of the due at {rows:N0} payments"), new Figures($"UPDATE claim at {rows:N0} payments"));
        await using var due = source.CreateCommand($"UPDATE payments_payments SET next_check_at = now() - interval '1 minute' WHERE id IN (SELECT id FROM payments_payments ORDER BY id DESC LIMIT {Due})");
        await using var again = source.CreateCommand("UPDATE payments_payments SET next_check_at = NULL WHERE next_check_at IS NOT NULL");
        await due.ExecuteNonQueryAsync();
        for (var round = 0; round < Due / Batch; round++)
        {
            await using var look = source.CreateCommand($"SELECT id FROM payments_payments WHERE next_check_at <= now() ORDER BY next_check_at LIMIT {Batch}");
            select.Add(await MicrosecondsAsync(look));
            await using var claim = source.CreateCommand(Modular.Payments.ConfirmPayments.Handler.Due.Sql(SqlDialect.PostgreSql));
            claim.Parameters.AddWithValue("now", DateTimeOffset.UnixEpoch.AddTicks(TimeProvider.System.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks));
            claim.Parameters.AddWithValue("lease", TimeProvider.System.GetUtcNow().AddHours(1).ToUniversalTime());
            update.Add(await MicrosecondsAsync(claim));
        }

        await again.ExecuteNonQueryAsync();
        return (select, update);
    }

    private static async Task<double> MicrosecondsAsync(NpgsqlCommand command)
    {
        var started = Stopwatch.GetTimestamp();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static async Task<double> JobsPerSecondAsync(string connectionString)
    {
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer();
        var storage = new PostgreSqlStorage(
            new Hangfire.PostgreSql.Factories.NpgsqlConnectionFactory(connectionString, new PostgreSqlStorageOptions()),
            new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) });
        var client = new BackgroundJobClient(storage);
        var started = Stopwatch.GetTimestamp();
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 8 }, storage);
        for (var index = 0; index < JobCount; index++)
        {
            client.Enqueue(() => Nothing(index));
        }

        var monitor = storage.GetMonitoringApi();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (monitor.SucceededListCount() < JobCount)
        {
            await pause.WaitForNextTickAsync();
        }

        return JobCount / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The cheapest possible job.</summary>
    public static void Nothing(int number) => _ = number;
}

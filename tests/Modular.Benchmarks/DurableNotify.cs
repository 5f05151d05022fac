using System.Text;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Testing.Hosting;
using Npgsql;

namespace Modular.Benchmarks;

/// <summary>
/// P1 and P3: notifications over HTTP that are stored durably before they are answered, first time and again, against the
/// hand-written endpoints of <see cref="Floor"/>. Each contestant gets the same notifications, round by round in turn.
/// </summary>
internal static class DurableNotify
{
    private const int Rounds = 9;

    // So many notifications it takes until the code of every contestant is compiled for good on two busy cores.
    private const int WarmUps = 4;
    private const int PerRound = 3000;
    private const int Connections = 32;

    public static async Task RunAsync()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.PostgreSql, Configure = builder => builder.Logging.ClearProviders() });
        await using var source = NpgsqlDataSource.Create(shop.ConnectionString + ";Max Auto Prepare=32;Auto Prepare Min Usages=2");
        await using var floor = await Floor.StartAsync(source, shop.Alipay.AlipayKey);

        var paymentNos = Enumerable.Range(0, PerRound * (WarmUps + Rounds)).Select(_ => Numbers.Next(TimeProvider.System)).ToArray();
        await SeedAsync(source, paymentNos);
        Console.WriteLine($"\nSigning {paymentNos.Length} notifications …");
        var bodies = paymentNos.AsParallel().AsOrdered().Select(no => Encoding.ASCII.GetBytes(shop.Alipay.Sign(AlipayParty.PaidFields(no, "0.01")))).ToArray();

        var contestants = new (Figures Figures, Uri Url)[]
        {
            (new("empty endpoint"), new Uri(floor.Address, "/empty")),
            (new("hand-written, one statement (the floor)"), new Uri(floor.Address, "/one-statement")),
            (new("typical EF"), new Uri(floor.Address, "/typical")),
            (new("Modular, first time"), new Uri(shop.Address, "/payments/alipay/notify")),
            (new("Modular, duplicates"), new Uri(shop.Address, "/payments/alipay/notify")),
        };
        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            var part = bodies[(round * PerRound)..((round + 1) * PerRound)];
            foreach (var (figures, url) in contestants)
            {
                var rate = await Load.PostAsync(url, part, Connections);
                if (round >= WarmUps)
                {
                    figures.Add(rate);
                }
            }
        }

        await CheckAsync(shop, paymentNos.Length);
        Report.Heading($"P1, P3  durable HTTP notify, {Connections} connections, PostgreSQL with fsync {await shop.ScalarAsync("SHOW fsync")}");
        foreach (var (figures, _) in contestants)
        {
            Console.WriteLine(figures.Line("/s"));
        }

        var (one, typical, first, again) = (contestants[1].Figures, contestants[2].Figures, contestants[3].Figures, contestants[4].Figures);
        Report.Goal("P1", "Modular / hand-written one-statement", first.Over(one), 0.85);
        Report.Goal("P1", "Modular / typical EF", first.Over(typical), 2.5);
        Report.Goal("P3", "duplicates / first time", again.Over(first), 2);
    }

    private static async Task SeedAsync(NpgsqlDataSource source, string[] paymentNos)
    {
        const string Sql = """
            INSERT INTO ordering_orders (order_no, status, amount_minor, currency, subject, created_at, expires_at, close_due_at)
            SELECT no, 'pending', 1, 'CNY', '预订一分钱测试订单', now(), now() + interval '1 hour', now() + interval '1 hour' FROM unnest($1) no;
            INSERT INTO payments_payments (payment_no, order_no, provider, scene, status, amount_minor, currency, subject, created_at, expires_at, next_check_at, check_count, version)
            SELECT no, no, 'alipay', 'pc', 'pending', 1, 'CNY', '预订一分钱测试订单', now(), now() + interval '1 hour', now() + interval '1 hour', 0, 0 FROM unnest($1) no;
            """;
        await using var connection = await source.OpenConnectionAsync();
        foreach (var statement in Sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var insert = new NpgsqlCommand(statement, connection);
            insert.Parameters.Add(new() { Value = paymentNos });
            await insert.ExecuteNonQueryAsync();
        }

        foreach (var prefix in new[] { "floor", "typical" })
        {
            await using var create = new NpgsqlCommand(
                $"""
                CREATE TABLE {prefix}_orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_no text UNIQUE NOT NULL, status text NOT NULL, payment_no text, paid_at timestamptz);
                CREATE TABLE {prefix}_payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment_no text UNIQUE NOT NULL, order_no text NOT NULL, amount_minor bigint NOT NULL, status text NOT NULL, trade_no text UNIQUE, paid_at timestamptz);
                CREATE TABLE {prefix}_inbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, notify_id text UNIQUE NOT NULL, instance text NOT NULL, received_at timestamptz NOT NULL, body bytea NOT NULL);
                CREATE TABLE {prefix}_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, type text NOT NULL, data text NOT NULL, created_at timestamptz NOT NULL);
                """,
                connection);
            await create.ExecuteNonQueryAsync();
            await using var fill = new NpgsqlCommand(
                $"INSERT INTO {prefix}_payments (payment_no, order_no, amount_minor, status) SELECT no, no, 1, 'pending' FROM unnest($1) no", connection);
            fill.Parameters.Add(new() { Value = paymentNos });
            await fill.ExecuteNonQueryAsync();
            fill.CommandText = $"INSERT INTO {prefix}_orders (order_no, status) SELECT no, 'pending' FROM unnest($1) no";
            await fill.ExecuteNonQueryAsync();
        }

        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync();
    }

    /// <summary>A fast contestant that did not do the work would win for nothing.</summary>
    private static async Task CheckAsync(TestShop shop, int expected)
    {
        foreach (var sql in new[]
        {
            "SELECT count(*) FROM ordering_orders WHERE status = 'paid'",
            "SELECT count(*) FROM payments_payments WHERE status = 'succeeded'",
            "SELECT count(*) FROM kernel_outbox WHERE type = 'order.paid'",
            "SELECT count(*) FROM payments_inbox WHERE verdict = 'accepted' AND copies = 2",
            "SELECT count(*) FROM floor_orders WHERE status = 'paid'",
            "SELECT count(*) FROM typical_orders WHERE status = 'paid'",
        })
        {
            if (await shop.ScalarAsync(sql) != expected.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                throw new InvalidOperationException($"{sql} gave {await shop.ScalarAsync(sql)} and not {expected}.");
            }
        }
    }
}

using System.Security.Cryptography;
using Npgsql;

namespace Modular.Process.Tests;

/// <summary>The shop is killed at the worst moments, and a new process takes up where it stopped.</summary>
public sealed class KilledShopTests
{
    private static readonly Dictionary<string, string?> JobsOn = new()
    {
        ["Modular__Jobs__Enabled"] = "true",
        ["Modular__Payments__ConfirmSchedule"] = "1,1,1,2",
    };

    private static readonly string[] Precreate = ["alipay.trade.precreate"];

    [Theory]
    [MemberData(nameof(Town.Stores), MemberType = typeof(Town))]
    public async Task Money_that_came_while_the_shop_was_dead_makes_the_order_paid_by_the_sweep_alone_F04(string store)
    {
        await using var town = await Town.FoundAsync(store);
        await town.SetFaultsAsync(new { notify = new { drop = true } });
        string orderNo, paymentNo;
        await using (var shop = await town.StartShopAsync(new Dictionary<string, string?> { ["Modular__Payments__ConfirmSchedule"] = "1,1,1,2" }))
        {
            orderNo = await shop.PlaceOrderAsync();
            var started = await shop.StartPaymentAsync(orderNo);
            paymentNo = started["paymentNo"]!.GetValue<string>();
            await town.GoToCashierAsync(started["action"]!);
            await town.PayAsync(paymentNo);
            await shop.KillAsync();
        }

        Assert.Equal("pending", await town.ScalarAsync($"SELECT status FROM ordering_orders WHERE order_no = '{orderNo}'"));

        await using var restarted = await town.StartShopAsync(JobsOn);
        await Eventually.BecomesAsync("paid", () => restarted.OrderStatusAsync(orderNo));
        Assert.Equal("poll", await town.ScalarAsync($"SELECT confirmed_by FROM payments_payments WHERE payment_no = '{paymentNo}'"));
        Assert.Equal(0, await town.CountAsync("payments_inbox"));
        Assert.Equal(1, await town.PaidOnceAsync());
        await Eventually.BecomesAsync(1, () => town.CountAsync("ordering_orders WHERE fulfilled_at IS NOT NULL"));
    }

    /// <param name="store">The store.</param>
    /// <param name="gatewayTookIt">Whether the gateway had made the trade when the shop died.</param>
    [Theory]
    [InlineData(Stores.PostgreSql, false)]
    [InlineData(Stores.PostgreSql, true)]
    [InlineData(Stores.Sqlite, false)]
    [InlineData(Stores.Sqlite, true)]
    public async Task A_shop_killed_while_it_starts_a_payment_goes_on_with_the_same_number_F02_F03(string store, bool gatewayTookIt)
    {
        await using var town = await Town.FoundAsync(store);
        await town.SetFaultsAsync(new { gateway = new[] { new { kind = "Hang", methods = Precreate, afterWork = gatewayTookIt } } });
        string orderNo, paymentNo;
        await using (var shop = await town.StartShopAsync())
        {
            orderNo = await shop.PlaceOrderAsync();
            var starting = shop.PostPaymentAsync(orderNo, "qr");
            paymentNo = await Eventually.BecomesAsync(true, async () => await town.CountAsync("payments_payments") == 1)
                ? (await town.ScalarAsync("SELECT payment_no FROM payments_payments"))!
                : "";
            if (gatewayTookIt)
            {
                await Eventually.BecomesAsync(true, () => town.KnowsTradeAsync(paymentNo));
            }

            Assert.False(starting.IsCompleted);
            await shop.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => starting);
        }

        Assert.Equal(1, await town.CountAsync("payments_payments WHERE status = 'pending' AND started_at IS NULL"));
        await town.ClearFaultsAsync();

        await using var restarted = await town.StartShopAsync();
        var again = await restarted.StartPaymentAsync(orderNo, "qr");
        Assert.Equal(paymentNo, again["paymentNo"]!.GetValue<string>());
        Assert.Equal("qr", again["action"]!["type"]!.GetValue<string>());
        await town.PayAsync(paymentNo);
        await Eventually.BecomesAsync("paid", () => restarted.OrderStatusAsync(orderNo));
        Assert.Equal("notify", await town.ScalarAsync($"SELECT confirmed_by FROM payments_payments WHERE payment_no = '{paymentNo}'"));
        Assert.Equal(1, await town.CountAsync("payments_payments"));
        Assert.Equal(1, await town.PaidOnceAsync());
    }

    [Fact]
    public async Task A_shop_killed_under_a_stream_of_notifications_loses_none_that_it_acknowledged_F05()
    {
        const int Count = 200;
        const int Rounds = 3;
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        var shop = await town.StartShopAsync();
        try
        {
            for (var round = 1; round <= Rounds; round++)
            {
                var paymentNos = await shop.StartManyAsync(Count);
                var forms = paymentNos.Select(town.Paid).ToArray();
                var killAfter = RandomNumberGenerator.GetInt32(1, Count / 2);
                var (acknowledged, _) = await Notifications.SendAsync(shop, forms, killAfter, shop.Program.KillAsync);

                // What was acknowledged is in the database, though the process had no time to say goodbye.
                foreach (var index in acknowledged)
                {
                    Assert.Equal("succeeded", await town.ScalarAsync($"SELECT status FROM payments_payments WHERE payment_no = '{paymentNos[index]}'"));
                }

                Assert.InRange(acknowledged.Count, killAfter, Count - 1);
                await shop.DisposeAsync();
                shop = await town.StartShopAsync();

                // The provider sends everything again, because it cannot know what arrived either, and once more for what a process that
                // has only just started was too slow.
                var (first, slow) = await Notifications.SendAsync(shop, forms, int.MaxValue, () => Task.CompletedTask);
                Assert.All(slow, it => Assert.Equal(503, it.Status));
                var (second, refused) = await Notifications.SendAsync(shop, [.. slow.Select(it => forms[it.Index])], int.MaxValue, () => Task.CompletedTask);
                Assert.Empty(refused);
                Assert.Equal(Count, first.Count + second.Count);
                Assert.Equal(Count * round, await town.PaidOnceAsync());
            }
        }
        finally
        {
            await shop.DisposeAsync();
        }
    }

    /// <param name="table">The table at whose change the shop dies.</param>
    /// <param name="column">What it changes there: the order's mark, which is the fulfilment, or afterwards the event's.</param>
    /// <param name="isFulfilled">Whether the order is fulfilled when the shop dies.</param>
    [Theory]
    [InlineData("ordering_orders", "fulfilled_at", false)]
    [InlineData("kernel_outbox", "delivered_at", true)]
    public async Task A_shop_killed_while_it_fulfils_an_order_fulfils_it_once_F07(string table, string column, bool isFulfilled)
    {
        const string Waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'";
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        string orderNo;
        string? fulfilledAt;
        int fulfilments;
        await using (var shop = await town.StartShopAsync())
        {
            (orderNo, var paymentNo) = await shop.StartedAsync();
            await town.ScalarAsync("UPDATE kernel_outbox SET due_at = NULL, delivered_at = created_at");
            Assert.Equal((200, "success"), await shop.NotifyAsync(town.Paid(paymentNo)));
        }

        await town.ScalarAsync(
            $"""
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE OF {column} ON {table} FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        await using (var connection = new NpgsqlConnection(town.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var holding = new NpgsqlCommand("SELECT pg_advisory_lock(7)", connection);
            await holding.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await using (var shop = await town.StartShopAsync(JobsOn))
            {
                await Eventually.BecomesAsync(1, () => town.CountAsync(Waiting));
                if (isFulfilled)
                {
                    // A program's lines take a moment to come out of it.
                    await Eventually.BecomesAsync(1, () => Task.FromResult(Fulfilments(shop, orderNo)));
                }

                await shop.KillAsync();
                fulfilments = Fulfilments(shop, orderNo);
            }

            // What the dead process had sent to the database must not be carried out after its death.
            await town.ScalarAsync($"SELECT pg_terminate_backend(pid) FROM {Waiting}");
            await Eventually.BecomesAsync(0, () => town.CountAsync(Waiting));
            fulfilledAt = await town.ScalarAsync("SELECT fulfilled_at FROM ordering_orders");
            Assert.Equal(isFulfilled, fulfilledAt is not null);
        }

        // As if the dead process's claim had run out, which takes a minute.
        await town.ScalarAsync($"DROP TRIGGER hold ON {table}");
        Assert.Equal("1", await town.ScalarAsync("UPDATE kernel_outbox SET due_at = created_at WHERE type = 'order.paid' AND attempts = 1 AND delivered_at IS NULL RETURNING 1"));
        await using var restarted = await town.StartShopAsync(JobsOn);
        await Eventually.BecomesAsync("2", () => town.ScalarAsync("SELECT attempts FROM kernel_outbox WHERE type = 'order.paid' AND delivered_at IS NOT NULL"));
        var inTheEnd = await town.ScalarAsync("SELECT fulfilled_at FROM ordering_orders");
        Assert.NotNull(inTheEnd);
        Assert.Equal(fulfilledAt ?? inTheEnd, inTheEnd);
        await Eventually.BecomesAsync(1, () => Task.FromResult(fulfilments + Fulfilments(restarted, orderNo)));
    }

    [Theory]
    [MemberData(nameof(Town.Stores), MemberType = typeof(Town))]
    public async Task Cookies_and_forms_of_before_a_crash_work_after_it_W13(string store)
    {
        await using var town = await Town.FoundAsync(store);
        using var browser = new Browser(town.Address);
        string orderNo, token;
        await using (var shop = await town.StartShopAsync())
        {
            token = await browser.TokenAsync("/products/test-fen");
            orderNo = await PlaceAsync(browser, token);
            await shop.KillAsync();
        }

        await using var restarted = await town.StartShopAsync();
        Assert.Equal(200, await browser.StatusAsync($"/orders/{orderNo}"));
        Assert.Equal(404, await restarted.StatusAsync($"/orders/{orderNo}"));
        Assert.NotEqual(orderNo, await PlaceAsync(browser, token));
    }

    private static async Task<string> PlaceAsync(Browser browser, string token)
    {
        var (status, location, _) = await browser.PostAsync("/products/test-fen", ("quantity", "1"), ("__RequestVerificationToken", token));
        Assert.Equal(303, status);
        Assert.StartsWith("/checkout/", location, StringComparison.Ordinal);
        return location!["/checkout/".Length..];
    }

    private static int Fulfilments(ShopProcess shop, string orderNo) => shop.Output.Split($"Order {orderNo} fulfilled").Length - 1;
}

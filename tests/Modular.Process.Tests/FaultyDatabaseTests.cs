using System.Net;
using Npgsql;

namespace Modular.Process.Tests;

/// <summary>PostgreSQL dies, blocks and is cut off while notifications come in.</summary>
public sealed class FaultyDatabaseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // Providers wait for five seconds.
    private static readonly TimeSpan NotifyLimit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_killed_database_loses_nothing_acknowledged_and_the_shop_comes_back_with_it_F13_F15()
    {
        const int Count = 400;
        await using var postgres = await PrivatePostgreSql.StartAsync();
        await using var town = await Town.FoundOnAsync(postgres.ConnectionString);
        await using var shop = await town.StartShopAsync();
        var paymentNos = await shop.StartManyAsync(Count);
        var forms = paymentNos.Select(town.Paid).ToArray();

        var (acknowledged, others) = await Notifications.SendAsync(shop, forms, Count / 6, postgres.KillAsync);
        Assert.NotEmpty(others);
        Assert.All(others, other => Assert.InRange(other.Status, 500, 599));
        Assert.All(others, other => Assert.True(other.Took < NotifyLimit, $"A notification was answered after {other.Took}."));
        Assert.Equal(503, await shop.StatusAsync("/health/ready"));
        Assert.Equal(200, await shop.StatusAsync("/health/live"));

        await postgres.StartServerAsync();
        foreach (var index in acknowledged)
        {
            Assert.Equal("succeeded", await town.ScalarAsync($"SELECT status FROM payments_payments WHERE payment_no = '{paymentNos[index]}'"));
        }

        await Eventually.BecomesAsync(200, () => shop.StatusAsync("/health/ready"), TimeSpan.FromSeconds(30));
        await Eventually.BecomesAsync(200, async () => (await shop.NotifyAsync(forms[0])).Status, TimeSpan.FromSeconds(30));
        var (all, refused) = await Notifications.SendAsync(shop, forms, int.MaxValue, () => Task.CompletedTask);
        Assert.Empty(refused);
        Assert.Equal(Count, all.Count);
        Assert.Equal(Count, await town.PaidOnceAsync());
    }

    [Fact]
    public async Task A_locked_row_means_no_acknowledgement_within_five_seconds_and_recovery_after_it_F15()
    {
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        await using var shop = await town.StartShopAsync();
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = town.Paid(paymentNo);

        await using (var connection = new NpgsqlConnection(town.ConnectionString))
        {
            await connection.OpenAsync(Cancelled);
            await using var transaction = await connection.BeginTransactionAsync(Cancelled);
            await using var command = new NpgsqlCommand("SELECT 1 FROM payments_payments WHERE payment_no = @no FOR UPDATE", connection, transaction);
            command.Parameters.AddWithValue("no", paymentNo);
            await command.ExecuteScalarAsync(Cancelled);

            var began = TimeProvider.System.GetTimestamp();
            var (status, body) = await shop.NotifyAsync(form);
            var took = TimeProvider.System.GetElapsedTime(began);
            Assert.Equal(503, status);
            Assert.NotEqual("success", body);
            Assert.True(took < NotifyLimit, $"The notification was answered after {took}.");
            Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
        }

        await Eventually.BecomesAsync((200, "success"), () => shop.NotifyAsync(form));
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        Assert.Equal(1, await town.PaidOnceAsync());
    }

    [Theory]
    [InlineData(Fault.CutCommitAnswer)]
    [InlineData(Fault.CutCommit)]
    public async Task A_connection_cut_during_the_commit_settles_once_after_the_notification_is_sent_again_F14(Fault fault)
    {
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        var direct = new NpgsqlConnectionStringBuilder(town.ConnectionString);
        await using var proxy = new FaultProxy(new IPEndPoint(IPAddress.Loopback, direct.Port));
        var through = new NpgsqlConnectionStringBuilder(town.ConnectionString) { Port = proxy.Port };
        await using var shop = await town.StartShopAsync(new Dictionary<string, string?> { ["ConnectionStrings__Modular"] = through.ConnectionString });
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = town.Paid(paymentNo);

        proxy.Fault = fault;
        var (status, body) = await shop.NotifyAsync(form);
        Assert.Equal(1, proxy.Spoilt);
        var settled = await town.CountAsync("payments_payments WHERE status = 'succeeded'");
        if (status == 200)
        {
            Assert.Equal("success", body);
            Assert.Equal(1, settled);
        }
        else
        {
            Assert.InRange(status, 500, 599);
        }

        Assert.Equal((200, "success"), await shop.NotifyAsync(form));
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        Assert.Equal(1, await town.PaidOnceAsync());
    }
}

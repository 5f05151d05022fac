using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Data;

/// <summary>The schema and the files in which it lies.</summary>
public sealed class MigrationTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task The_migrations_make_the_model_s_schema(string store)
    {
        var shop = await shops.OnAsync(store);
        Assert.False(await shop.ReadAsync(db => Task.FromResult(db.Database.HasPendingModelChanges())));
        Assert.Empty(await shop.ReadAsync(db => db.Database.GetPendingMigrationsAsync()));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_second_start_keeps_what_is_there_and_goes_on_with_it(string store)
    {
        await using var first = await TestShop.StartAsync(new TestShopOptions { Store = store });
        var (orderNo, paymentNo) = await first.StartedAsync();

        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = first });

        Assert.Equal("pending", await second.OrderStatusAsync(orderNo));
        Assert.Equal((200, "success"), await second.NotifyAsync(second.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));
        await first.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task W13_capabilities_given_before_a_restart_open_the_page_after_it()
    {
        await using var first = await TestShop.StartAsync(new TestShopOptions { Store = Stores.PostgreSql });
        var orderNo = await first.PlaceOrderAsync();
        var key = first.KeyFor(orderNo);

        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = Stores.PostgreSql, Beside = first });

        Assert.Equal(200, await second.WatchStatusAsync(orderNo, key));
    }

    [Fact]
    public async Task The_embedded_file_lets_readers_and_the_writer_work_side_by_side()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        Assert.Equal("wal", await shop.ScalarAsync("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task F21_a_lock_left_behind_by_a_killed_migration_does_not_hang_the_next_start()
    {
        var folder = Directory.CreateTempSubdirectory("modular-test-");
        try
        {
            var connectionString = $"Data Source={Path.Combine(folder.FullName, "modular.db")}";
            await ExecuteAsync(
                connectionString,
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-11-25 12:00:00');
                """);

            await using var shop = await TestShop.StartAsync(new TestShopOptions
            {
                Store = Stores.Sqlite,
                Settings = new Dictionary<string, string?> { ["ConnectionStrings:Modular"] = connectionString },
            }).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

            Assert.Equal("pending", await shop.OrderStatusAsync(await shop.PlaceOrderAsync()));
        }
        finally
        {
            using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "modular.db")}"))
            {
                SqliteConnection.ClearPool(connection);
            }

            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task The_database_itself_refuses_a_second_kept_payment_and_a_second_open_one(string store)
    {
        var shop = await shops.OnAsync(store);
        var (_, first) = await shop.StartedAsync();
        var (_, second) = await shop.StartedAsync();
        foreach (var state in new[] { "status = 'pending'", "status = 'succeeded', is_kept = true", "status = 'refunded', is_kept = true" })
        {
            await shop.ScalarAsync($"UPDATE payments_payments SET {state} WHERE payment_no = @no", ("no", first));
            var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => shop.ScalarAsync(
                $"UPDATE payments_payments SET {state}, order_no = (SELECT order_no FROM payments_payments WHERE payment_no = @first) WHERE payment_no = @second",
                ("first", first), ("second", second)));
            Assert.True(WriteConflict.Is(refused), refused.Message);
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}

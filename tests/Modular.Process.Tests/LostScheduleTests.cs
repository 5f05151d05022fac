using System.Text.Json.Nodes;

namespace Modular.Process.Tests;

/// <summary>Hangfire's tables are gone while the shop starts, and the shop's own are there.</summary>
public sealed class LostScheduleTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Modular__Jobs__Enabled"] = "true",
        ["Modular__Database__MigrateOnStart"] = "false",
        ["Modular__Payments__ConfirmSchedule"] = "1,1,1,2",
    };

    [Fact]
    public async Task A_shop_without_Hangfires_storage_is_unhealthy_and_takes_money_and_runs_its_sweeps_all_the_same_F17()
    {
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        await using (await town.StartShopAsync())
        {
            // Only to make the tables.
        }

        await town.ScalarAsync("ALTER SCHEMA hangfire RENAME TO hangfire_lost");
        await town.SetFaultsAsync(new { notify = new { drop = true } });
        await using var shop = town.LaunchShop(Settings);
        await Eventually.BecomesAsync(503, () => shop.StatusAsync("/health/ready"), TimeSpan.FromSeconds(60));
        Assert.Equal(("unhealthy", "healthy"), (await CheckAsync(shop, "jobs"), await CheckAsync(shop, "database")));
        Assert.Equal(200, await shop.StatusAsync("/health/live"));

        var (notified, notifiedPayment) = await shop.StartedAsync();
        Assert.Equal((200, "success"), await shop.NotifyAsync(town.Paid(notifiedPayment)));
        Assert.Equal("paid", await shop.OrderStatusAsync(notified));

        // Nobody tells of this one, so that a sweep has to ask.
        var asked = await shop.PlaceOrderAsync();
        var started = await shop.StartPaymentAsync(asked);
        await town.GoToCashierAsync(started["action"]!);
        await town.PayAsync(started["paymentNo"]!.GetValue<string>());
        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(asked), TimeSpan.FromSeconds(30));
        await Eventually.BecomesAsync(2, () => town.CountAsync("ordering_orders WHERE fulfilled_at IS NOT NULL"), TimeSpan.FromSeconds(30));
        Assert.Equal(2, await town.PaidOnceAsync());

        await town.ScalarAsync("ALTER SCHEMA hangfire_lost RENAME TO hangfire");
        await Eventually.BecomesAsync(200, () => shop.StatusAsync("/health/ready"), TimeSpan.FromSeconds(30));
        Assert.Equal(9, await town.CountAsync("hangfire.set WHERE key = 'recurring-jobs'"));
    }

    private static async Task<string?> CheckAsync(ShopProcess shop, string name)
    {
        using var response = await shop.Web.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["checks"]![name]!["status"]!.GetValue<string>();
    }
}

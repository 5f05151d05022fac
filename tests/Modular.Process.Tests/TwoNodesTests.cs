namespace Modular.Process.Tests;

/// <summary>Two shops share one PostgreSQL.</summary>
public sealed class TwoNodesTests
{
    private static readonly string[] Query = ["alipay.trade.query"];

    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_database_both_become_ready_and_one_finishes_what_a_killed_one_had_claimed()
    {
        const int Count = 60;
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        await town.SetFaultsAsync(new { notify = new { drop = true } });
        var otherAddress = FreePort.Address();
        var quick = new Dictionary<string, string?> { ["Modular__Payments__ConfirmSchedule"] = "1,1,2" };
        await using (var first = town.LaunchShop(quick))
        await using (var second = town.LaunchShop(quick, otherAddress))
        {
            await Task.WhenAll(first.IsReadyAsync(), second.IsReadyAsync());
            Assert.DoesNotContain("fail:", first.Output + second.Output, StringComparison.Ordinal);
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (index, _) =>
            {
                var shop = index % 2 == 0 ? first : second;
                var started = await shop.StartPaymentAsync(await shop.PlaceOrderAsync());
                await town.GoToCashierAsync(started["action"]!);
                await town.PayAsync(started["paymentNo"]!.GetValue<string>());
            });
        }

        // So slow that the sweep of one node is caught in the middle of its claim.
        await town.SetFaultsAsync(new
        {
            notify = new { drop = true },
            gateway = new[] { new { kind = "None", methods = Query, slowSeconds = 6.0 } },
        });
        quick["Modular__Jobs__Enabled"] = "true";
        await using var one = town.LaunchShop(quick);
        await using var two = town.LaunchShop(quick, otherAddress);
        await Task.WhenAll(one.IsReadyAsync(), two.IsReadyAsync());
        await Eventually.BecomesAsync(true, async () => await PaidAsync(town) >= 8, TimeSpan.FromSeconds(30));
        var (victim, survivor) = Checks(one) >= Checks(two) ? (one, two) : (two, one);
        await victim.KillAsync();

        // As if it had been killed while it enqueued these jobs: the locks that a dead node holds must not stop the living one for long.
        foreach (var job in new[] { "confirm-payments", "dispatch-events" })
        {
            await town.ScalarAsync($"INSERT INTO hangfire.lock (resource, updatecount, acquired) VALUES ('hangfire:lock:recurring-job:{job}', 0, now() AT TIME ZONE 'utc') ON CONFLICT DO NOTHING");
        }

        Assert.InRange(await PaidAsync(town), 8, Count - 1);

        // The victim's claims expire after a minute.
        await Eventually.BecomesAsync(Count, () => PaidAsync(town), TimeSpan.FromSeconds(240));
        Assert.Equal(Count, await town.PaidOnceAsync());
        Assert.False(survivor.Program.HasExited);
        await Eventually.BecomesAsync(Count, () => town.CountAsync("ordering_orders WHERE fulfilled_at IS NOT NULL"), TimeSpan.FromSeconds(240));
        Assert.Equal(0, await town.CountAsync("payments_payments WHERE next_check_at IS NOT NULL"));
    }

    private static Task<int> PaidAsync(Town town) => town.CountAsync("ordering_orders WHERE status = 'paid'");

    private static int Checks(ShopProcess shop) => shop.Output.Split("checked at").Length;
}

using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>The sweep finds out by itself what no notification told.</summary>
public sealed class ConfirmPaymentsTests(OwnShops shops) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F20_a_payment_whose_notifications_are_lost_is_confirmed_when_it_is_due(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "pay");

        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(15));
        await shop.SendAsync(new ConfirmPayments.Command());

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        var row = await shop.PaymentRowAsync(paymentNo);
        Assert.Equal((ReportSource.Poll, 1, null), (row.ConfirmedBy, row.CheckCount, row.NextCheckAt));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task The_waits_between_checks_follow_the_schedule_and_the_last_repeats(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = store,
            Settings = new Dictionary<string, string?> { ["Modular:Payments:OrderExpiry"] = "1.00:00:00" },
        });
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        var row = await shop.PaymentRowAsync(paymentNo);
        Assert.Equal(TimeSpan.FromSeconds(15), row.NextCheckAt!.Value - row.CreatedAt);

        var checks = 0;
        foreach (var wait in new[] { 15, 30, 180, 1800, 1800, 1800, 1800, 3600, 3600, 3600, 3600 })
        {
            shop.Clock.Advance(row.NextCheckAt!.Value - shop.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(1));
            Assert.Equal(1, await shop.SendAsync(new ConfirmPayments.Command()));
            Assert.Equal(0, await shop.SendAsync(new ConfirmPayments.Command()));

            row = await shop.PaymentRowAsync(paymentNo);
            Assert.Equal(++checks, row.CheckCount);
            var waits = row.NextCheckAt!.Value - row.LastCheckedAt!.Value;

            // The wait begins when the answer is there, a moment after the check began.
            Assert.InRange(waits, TimeSpan.FromSeconds(wait), TimeSpan.FromSeconds(wait + 14));
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F11_waiting_reported_for_seconds_after_the_payment_is_not_final(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        await shop.SilentAsync(paymentNo, queryLagSeconds: 120);
        await shop.StepAsync(paymentNo, "pay");

        for (var second = 16; second < 40; second += 16)
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(16));
            await shop.SendAsync(new ConfirmPayments.Command());
            await shop.AssertUntouchedAsync(orderNo, paymentNo);
        }

        shop.Clock.Advance(TimeSpan.FromSeconds(120));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Asking_now_tells_what_the_provider_says(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        var before = await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });
        Assert.Equal((200, "pending"), (before.Status, before.Json["status"]!.GetValue<string>()));

        await shop.StepAsync(paymentNo, "pay");
        var after = await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });

        Assert.Equal((200, "succeeded", orderNo), (after.Status, after.Json["status"]!.GetValue<string>(), after.Json["orderNo"]!.GetValue<string>()));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Person, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B01_another_amount_paid_at_the_cashier_is_held_by_the_sweep_too(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "pay", new { amount = "0.02" });
        shop.Clock.Advance(TimeSpan.FromSeconds(15));

        await shop.SendAsync(new ConfirmPayments.Command());

        Assert.Equal(("pending", "held"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo)));
        Assert.Equal("amount_mismatch", (await shop.PaymentAsync(paymentNo))["reason"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Two_nodes_that_sweep_at_once_ask_about_each_payment_once(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = shop });
        await shop.FaultsAsync(new { notify = new { drop = true } });
        var started = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < 60; count++)
        {
            started.Add(await shop.StartedAsync(scene: "qr"));
            await shop.StepAsync(started[^1].PaymentNo, "pay");
        }

        shop.Clock.Advance(TimeSpan.FromSeconds(16));
        var asked = await Task.WhenAll(
            shop.SendAsync(new ConfirmPayments.Command()), second.SendAsync(new ConfirmPayments.Command()),
            shop.SendAsync(new ConfirmPayments.Command()), second.SendAsync(new ConfirmPayments.Command()));

        Assert.Equal(60, asked.Sum());
        foreach (var (orderNo, paymentNo) in started)
        {
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
            Assert.Equal(1, (await shop.PaymentRowAsync(paymentNo)).CheckCount);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F06_a_claimed_payment_comes_up_again_when_its_node_died(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "pay");
        shop.Clock.Advance(TimeSpan.FromSeconds(15));

        // Claimed, and then nothing: what a killed process leaves behind.
        await shop.ScalarAsync(
            "UPDATE payments_payments SET check_count = 1, next_check_at = @lease WHERE payment_no = @no",
            ("lease", store == Stores.Sqlite ? shop.Clock.GetUtcNow().AddSeconds(45).UtcTicks : shop.Clock.GetUtcNow().AddSeconds(45)), ("no", paymentNo));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(46));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }
}

using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>However many messengers arrive at once, and at however many nodes, money is counted once.</summary>
public sealed class SettlementRaceTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private const int Rounds = 50;

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R04_notification_return_confirmation_and_sweep_at_the_same_time_settle_once(string store)
    {
        var shop = await shops.OnAsync(store);
        await shop.FaultsAsync(new { notify = new { drop = true } });
        for (var round = 0; round < Rounds; round++)
        {
            var orderNo = await shop.PlaceOrderAsync();
            var started = await shop.StartPaymentAsync(orderNo);
            var paymentNo = started["paymentNo"]!.GetValue<string>();
            await shop.GoToCashierAsync(started);
            var paid = await shop.StepAsync(paymentNo, "pay");
            var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01", paid["trade"]!["tradeNo"]!.GetValue<string>()));
            var back = new Uri(paid["returnUrl"]!.GetValue<string>()).PathAndQuery;
            shop.Clock.Advance(TimeSpan.FromSeconds(16));

            var notify = shop.NotifyAsync(form);
            var confirm = shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });
            var returned = shop.Web.GetTextAsync(back);
            var sweep = shop.SendAsync(new ConfirmPayments.Command());
            await Task.WhenAll(notify, confirm, returned, sweep);

            Assert.Equal((200, "success"), await notify);
            Assert.Equal(200, (await confirm).Status);
            Assert.Equal((303, $"/orders/{orderNo}"), ((await returned).Status, (await returned).Location));
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
            Assert.Equal(1, (await shop.PaymentRowAsync(paymentNo)).Version);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task C01_the_second_payment_of_an_order_is_held_and_the_order_keeps_the_first(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, earlier, later) = await TwoAttemptsAsync(shop);
        Assert.Equal("superseded", await shop.PaymentStatusAsync(earlier));

        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(later, "0.01"))));
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(earlier, "0.01"))));

        await shop.AssertPaidOnceAsync(orderNo, later);
        var second = await shop.PaymentRowAsync(earlier);
        Assert.Equal((PaymentStatus.Held, "paid_twice"), (second.Status, second.StatusReason));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task C02_two_attempts_paid_at_the_same_moment_at_two_nodes_have_one_winner(string store)
    {
        var shop = await shops.OnAsync(store);
        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = shop });
        for (var round = 0; round < 20; round++)
        {
            var (orderNo, earlier, later) = await TwoAttemptsAsync(shop);

            var answers = await Task.WhenAll(
                shop.NotifyUntilTakenAsync(shop.Alipay.Sign(AlipayParty.PaidFields(earlier, "0.01"))),
                second.NotifyUntilTakenAsync(shop.Alipay.Sign(AlipayParty.PaidFields(later, "0.01"))));

            Assert.All(answers, answer => Assert.Equal((200, "success"), answer));
            string[] statuses = [await shop.PaymentStatusAsync(earlier), await shop.PaymentStatusAsync(later)];
            Assert.Equal(["held", "succeeded"], statuses.Order(StringComparer.Ordinal));
            await shop.AssertPaidOnceAsync(orderNo, statuses[0] == "succeeded" ? earlier : later);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R01_copies_at_two_nodes_at_once_settle_once(string store)
    {
        var shop = await shops.OnAsync(store);
        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = shop });
        for (var round = 0; round < 10; round++)
        {
            var (orderNo, paymentNo) = await shop.StartedAsync();
            var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(copy => (copy % 2 == 0 ? shop : second).NotifyUntilTakenAsync(form)));

            Assert.All(answers, answer => Assert.Equal((200, "success"), answer));
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
            Assert.Equal(20, (await shop.InboxRowAsync(form))!.Copies);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Money_that_comes_after_the_order_closed_makes_the_order_paid(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(31));
        await shop.SendAsync(new CloseOrders.Command());
        Assert.Equal("closed", await shop.OrderStatusAsync(orderNo));

        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(1, await shop.EventsAsync("order.closed", orderNo));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task C09_a_paid_order_is_fulfilled_once_however_often_its_event_is_delivered(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.SendAsync(new Modular.Kernel.Outbox.DispatchEvents())));
        await shop.SendAsync(new Modular.Kernel.Outbox.DispatchEvents());

        Assert.NotNull(await FulfilledAtAsync(shop, orderNo));
        Assert.Single(shop.Log.Lines, line => line.Contains($"Order {orderNo} fulfilled", StringComparison.Ordinal));
    }

    private static Task<string?> FulfilledAtAsync(TestShop shop, string orderNo) =>
        shop.ScalarAsync("SELECT fulfilled_at FROM ordering_orders WHERE order_no = @no", ("no", orderNo));

    private static async Task<(string OrderNo, string Earlier, string Later)> TwoAttemptsAsync(TestShop shop)
    {
        var (orderNo, earlier) = await shop.StartedAsync();
        var later = (await shop.StartPaymentAsync(orderNo, "mobile"))["paymentNo"]!.GetValue<string>();
        Assert.NotEqual(earlier, later);
        return (orderNo, earlier, later);
    }
}

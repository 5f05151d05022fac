using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Ordering;

/// <summary>An order whose time is over closes only when no attempt can surprise it, and late money still finds it.</summary>
public sealed class CloseOrdersTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(30);

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_expired_order_closes_with_its_open_attempt_here_and_at_the_provider(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "open");
        await shop.SendAsync(new CloseOrders.Command());
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(Expiry);
        await shop.SendAsync(new CloseOrders.Command());
        await shop.SendAsync(new CloseOrders.Command());

        Assert.Equal(("closed", "closed", "TRADE_CLOSED"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo), await shop.TradeStatusAsync(paymentNo)));
        Assert.Equal((1, 0), (await shop.EventsAsync("order.closed", orderNo), await shop.EventsAsync("order.paid", orderNo)));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_expired_order_without_attempts_closes(string store)
    {
        var shop = await shops.OnAsync(store);
        var orderNo = await shop.PlaceOrderAsync();
        shop.Clock.Advance(Expiry);

        await shop.SendAsync(new CloseOrders.Command());

        Assert.Equal("closed", await shop.OrderStatusAsync(orderNo));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F20_an_expired_order_that_was_paid_in_silence_becomes_paid_and_not_closed(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "pay");
        shop.Clock.Advance(Expiry);

        await shop.SendAsync(new CloseOrders.Command());

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(0, await shop.EventsAsync("order.closed", orderNo));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F12_an_order_paid_while_it_is_being_closed_becomes_paid(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        await shop.SilentAsync(paymentNo, queryLagSeconds: 30);
        shop.Clock.Advance(Expiry - TimeSpan.FromSeconds(10));
        await shop.StepAsync(paymentNo, "pay");
        shop.Clock.Advance(TimeSpan.FromSeconds(10));

        // The query still says unpaid, the close is refused: neither closed nor paid is known, so nothing moves.
        await shop.SendAsync(new CloseOrders.Command());
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await shop.SendAsync(new CloseOrders.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(0, await shop.EventsAsync("order.closed", orderNo));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F02_not_found_is_no_proof_before_the_provider_expires_and_later_money_makes_the_order_paid(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        shop.Clock.Advance(Expiry);

        await shop.SendAsync(new CloseOrders.Command());
        Assert.Equal(("closed", "superseded"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo)));

        await shop.StepAsync(paymentNo, "pay", new { force = true });
        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_attempt_that_never_became_known_closes_after_the_providers_expiry_and_the_grace(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        shop.Clock.Advance(Expiry);
        await shop.SendAsync(new CloseOrders.Command());
        await shop.SendAsync(new ConfirmPayments.Command());
        Assert.Equal("superseded", await shop.PaymentStatusAsync(paymentNo));

        shop.Clock.Advance(TimeSpan.FromMinutes(3));
        await shop.SendAsync(new ConfirmPayments.Command());

        Assert.Equal(("closed", "closed"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo)));

        // One last look, and then nobody asks any more.
        Assert.NotNull((await shop.PaymentRowAsync(paymentNo)).NextCheckAt);
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await shop.SendAsync(new ConfirmPayments.Command());
        Assert.Null((await shop.PaymentRowAsync(paymentNo)).NextCheckAt);
        Assert.Equal("closed", await shop.PaymentStatusAsync(paymentNo));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task T07_the_last_look_after_closing_finds_money_that_slipped_in(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "open");
        shop.Clock.Advance(Expiry);
        await shop.SendAsync(new CloseOrders.Command());
        Assert.Equal("closed", await shop.OrderStatusAsync(orderNo));
        await shop.StepAsync(paymentNo, "pay", new { force = true });

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await shop.SendAsync(new ConfirmPayments.Command());

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal("paid_late", (await shop.PaymentRowAsync(paymentNo)).StatusReason);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Two_nodes_that_close_at_once_close_each_order_once(string store)
    {
        var shop = await shops.OnAsync(store);
        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = shop });
        await shop.SendAsync(new CloseOrders.Command());
        var orders = new List<string>();
        for (var count = 0; count < 20; count++)
        {
            orders.Add((await shop.StartedAsync()).OrderNo);
        }

        shop.Clock.Advance(Expiry);
        await Task.WhenAll(shop.SendAsync(new CloseOrders.Command()), second.SendAsync(new CloseOrders.Command()));

        foreach (var orderNo in orders)
        {
            Assert.Equal("closed", await shop.OrderStatusAsync(orderNo));
            Assert.Equal(1, await shop.EventsAsync("order.closed", orderNo));
        }
    }
}

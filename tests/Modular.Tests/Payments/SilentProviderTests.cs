using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Unknown is a state of its own: whatever a provider answers that is no verified answer moves nothing and is asked again.</summary>
public sealed class SilentProviderTests(SilentProviderTests.ImpatientShop fixture) : IClassFixture<SilentProviderTests.ImpatientShop>
{
    private const string Query = "alipay.trade.query";

    public static TheoryData<string> Kinds => ["Http500", "Html", "Hang", "Close", "Empty", "Unsigned", "WrongSignature", "SystemError"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task F08_F09_S16_a_start_without_a_known_answer_is_unknown_and_the_next_uses_the_same_number(string kind)
    {
        var shop = fixture.Shop;
        foreach (var fault in new[] { AlipaySteps.Gateway(kind), AlipaySteps.AfterWork(kind, "alipay.trade.precreate") })
        {
            await shop.FaultsAsync(new { gateway = fault });
            var orderNo = await shop.PlaceOrderAsync();

            var unknown = await StartAsync(shop, orderNo);

            Assert.Equal((503, "provider_unknown", "application/problem+json"), (unknown.Status, unknown.Code, unknown.ContentType));
            Assert.NotNull(unknown.Headers.RetryAfter);
            var payment = Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray())!;
            Assert.Equal("pending", payment["status"]!.GetValue<string>());

            await shop.FaultsAsync(new { });
            var started = await StartAsync(shop, orderNo);

            Assert.Equal(200, started.Status);
            Assert.Equal(payment["paymentNo"]!.GetValue<string>(), started.Json["paymentNo"]!.GetValue<string>());
            Assert.Equal("qr", started.Json["action"]!["type"]!.GetValue<string>());
            Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task F09_S16_a_query_without_a_known_answer_moves_nothing_and_is_asked_again(string kind)
    {
        var shop = fixture.Shop;
        await shop.FaultsAsync(new { });
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        await shop.SilentAsync(paymentNo, AlipaySteps.AfterWork(kind, Query));
        await shop.StepAsync(paymentNo, "pay");

        shop.Clock.Advance(TimeSpan.FromSeconds(15));
        await shop.SendAsync(new ConfirmPayments.Command());
        var confirm = await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });

        Assert.Equal((503, "provider_unknown"), (confirm.Status, confirm.Code));
        Assert.NotNull(confirm.Headers.RetryAfter);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        var row = await shop.PaymentRowAsync(paymentNo);
        Assert.Equal(1, row.CheckCount);
        Assert.False(string.IsNullOrEmpty(row.LastAnswer));

        await shop.SilentAsync(paymentNo);
        shop.Clock.Advance(TimeSpan.FromSeconds(20));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task F09_an_order_stays_open_while_its_provider_cannot_say(string kind)
    {
        var shop = fixture.Shop;
        await shop.FaultsAsync(new { });
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        await shop.StepAsync(paymentNo, "open");
        await shop.SilentAsync(paymentNo, AlipaySteps.Gateway(kind, Query));
        shop.Clock.Advance(TimeSpan.FromMinutes(30));

        await shop.SendAsync(new CloseOrders.Command());

        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        // The sweep after the provider answers again closes it; which sweep that is depends on how long this machine takes to answer.
        await shop.SilentAsync(paymentNo);
        await Eventually.BecomesAsync(("closed", "closed"), async () =>
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(61));
            await shop.SendAsync(new CloseOrders.Command());
            return (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo));
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task F12_a_close_whose_answer_is_lost_is_found_out_by_the_next_question(string kind)
    {
        var shop = fixture.Shop;
        await shop.FaultsAsync(new { });
        var (orderNo, paymentNo) = await shop.StartedAsync(scene: "qr");
        await shop.StepAsync(paymentNo, "open");
        await shop.SilentAsync(paymentNo, AlipaySteps.AfterWork(kind, "alipay.trade.close"));

        var unknown = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "pc" });
        Assert.Equal((503, "provider_unknown"), (unknown.Status, unknown.Code));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        var next = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "pc" });
        Assert.Equal(201, next.Status);
        Assert.Equal(("closed", "TRADE_CLOSED"), (await shop.PaymentStatusAsync(paymentNo), await shop.TradeStatusAsync(paymentNo)));
    }

    [Fact]
    public async Task Coming_back_from_the_cashier_does_not_wait_for_a_provider_that_hangs()
    {
        var shop = fixture.Shop;
        await shop.FaultsAsync(new { });
        var orderNo = await shop.PlaceOrderAsync();
        var started = await shop.StartPaymentAsync(orderNo);
        var paymentNo = started["paymentNo"]!.GetValue<string>();
        await shop.GoToCashierAsync(started);
        await shop.SilentAsync(paymentNo, AlipaySteps.Gateway("Hang", Query));
        var paid = await shop.StepAsync(paymentNo, "pay");

        var back = await shop.Web.GetTextAsync(new Uri(paid["returnUrl"]!.GetValue<string>()).PathAndQuery);

        Assert.Equal((303, $"/orders/{orderNo}"), (back.Status, back.Location));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    private static Task<Reply> StartAsync(TestShop shop, string orderNo) =>
        shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "qr" });

    /// <summary>A shop that gives its provider a few seconds, so that a hanging one does not hold up the tests.</summary>
    public sealed class ImpatientShop : IAsyncLifetime
    {
        public TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.PostgreSql, Configure = Patience.Of(TimeSpan.FromSeconds(5)) });

        public ValueTask DisposeAsync() => Shop.DisposeAsync();
    }
}

using Microsoft.EntityFrameworkCore;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>At most one attempt per order is open, and an earlier one is never forgotten.</summary>
public sealed class StartPaymentTests(OwnShops shops) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Starting_twice_in_the_same_way_returns_the_open_payment(string store)
    {
        var shop = await shops.OnAsync(store);
        foreach (var scene in new[] { "pc", "mobile", "qr", "app" })
        {
            var orderNo = await shop.PlaceOrderAsync();

            var first = await StartAsync(shop, orderNo, scene);
            var again = await StartAsync(shop, orderNo, scene);

            Assert.Equal((201, 200), (first.Status, again.Status));
            Assert.Equal(first.Json["paymentNo"]!.GetValue<string>(), again.Json["paymentNo"]!.GetValue<string>());
            Assert.Equal("pending", again.Json["status"]!.GetValue<string>());
            Assert.Equal(scene switch { "qr" => "qr", "app" => "invoke", _ => "form" }, again.Json["action"]!["type"]!.GetValue<string>());
            Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Another_way_supersedes_an_attempt_that_Alipay_does_not_know_yet(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, earlier) = await shop.StartedAsync(scene: "qr");

        var later = await StartAsync(shop, orderNo, "pc");

        Assert.Equal(201, later.Status);
        Assert.Equal("superseded", await shop.PaymentStatusAsync(earlier));
        Assert.NotNull((await shop.PaymentRowAsync(earlier)).NextCheckAt);
        Assert.NotEqual(earlier, later.Json["paymentNo"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Another_way_closes_an_attempt_that_is_open_at_Alipay_there_and_here(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, earlier) = await shop.StartedAsync(scene: "qr");
        await shop.StepAsync(earlier, "open");

        Assert.Equal(201, (await StartAsync(shop, orderNo, "pc")).Status);

        Assert.Equal("closed", await shop.PaymentStatusAsync(earlier));
        Assert.Equal("TRADE_CLOSED", await shop.TradeStatusAsync(earlier));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task C01_an_earlier_attempt_that_was_paid_meanwhile_is_settled_and_no_other_starts(string store)
    {
        var shop = await shops.OnAsync(store);
        foreach (var scene in new[] { "pc", "qr" })
        {
            var (orderNo, earlier) = await shop.SilentQrAsync();
            await shop.StepAsync(earlier, "pay");

            AssertProblem(await StartAsync(shop, orderNo, scene), 409, "order_already_paid");

            await shop.AssertPaidOnceAsync(orderNo, earlier);
            Assert.Equal(ReportSource.Poll, (await shop.PaymentRowAsync(earlier)).ConfirmedBy);
            Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F12_an_earlier_attempt_that_is_paid_while_it_is_being_closed_is_not_lost(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, earlier) = await shop.StartedAsync(scene: "qr");
        await shop.SilentAsync(earlier, queryLagSeconds: 60);
        await shop.StepAsync(earlier, "pay");

        // The query still says unpaid and the close is refused, so nothing is known.
        AssertProblem(await StartAsync(shop, orderNo, "pc"), 503, "provider_unknown");
        await shop.AssertUntouchedAsync(orderNo, earlier);

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        AssertProblem(await StartAsync(shop, orderNo, "pc"), 409, "order_already_paid");
        await shop.AssertPaidOnceAsync(orderNo, earlier);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F10_a_number_that_its_provider_calls_paid_already_is_asked_about_and_adopted(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        scripted.Says = words => words[0] switch { "query" => "pending", "start" => "alreadypaid", _ => null };

        // Paid says the one answer and not paid the other: only a report settles, and no other number is made.
        var unknown = await StartAsync(scripted);
        Assert.Equal((503, "provider_unknown"), (unknown.Status, unknown.Code));
        await scripted.Shop.AssertUntouchedAsync(orderNo, paymentNo);

        scripted.Pay(paymentNo);
        var asked = 0;
        scripted.Says = words => words[0] switch { "query" => ++asked == 1 ? "pending" : null, "start" => "alreadypaid", _ => null };
        var paid = await StartAsync(scripted);

        Assert.Equal((409, "order_already_paid", 2), (paid.Status, paid.Code, asked));
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Single((await scripted.Shop.OrderAsync(orderNo))["payments"]!.AsArray());

        Task<Reply> StartAsync(ScriptedShop shop) => shop.Shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = shop.First, scene = "qr" });
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task F10_Alipay_that_has_the_money_already_is_believed_when_its_query_says_so(string store)
    {
        var shop = await shops.OnAsync(store);
        await shop.FaultsAsync(new { gateway = AlipaySteps.AfterWork("Close", "alipay.trade.precreate") });
        var orderNo = await shop.PlaceOrderAsync();
        Assert.Equal("provider_unknown", (await StartAsync()).Code);
        var paymentNo = (await shop.OrderAsync(orderNo))["payments"]![0]!["paymentNo"]!.GetValue<string>();

        // The answer with the code was lost, somebody paid all the same, and the query lags behind.
        await shop.FaultsAsync(new { });
        await shop.SilentAsync(paymentNo, queryLagSeconds: 60);
        await shop.StepAsync(paymentNo, "pay");
        var unknown = await StartAsync();
        Assert.Equal((503, "provider_unknown"), (unknown.Status, unknown.Code));
        Assert.Contains("calls it paid", unknown.Text, StringComparison.Ordinal);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal((409, "order_already_paid"), await StartAsync() is var paid ? (paid.Status, paid.Code) : default);
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);

        Task<Reply> StartAsync() => shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "qr" });
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_order_that_is_paid_expired_closed_or_unknown_takes_no_payment(string store)
    {
        var shop = await shops.OnAsync(store);
        var (paid, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));
        AssertProblem(await StartAsync(shop, paid, "pc"), 409, "order_already_paid");

        var expired = await shop.PlaceOrderAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(30));
        AssertProblem(await StartAsync(shop, expired, "pc"), 409, "order_closed");
        await shop.SendAsync(new Modular.Ordering.CloseOrders.Command());
        Assert.Equal("closed", await shop.OrderStatusAsync(expired));
        AssertProblem(await StartAsync(shop, expired, "pc"), 409, "order_closed");

        AssertProblem(await StartAsync(shop, "0123456789ABCDEFGHJKMNPQRS", "pc"), 404, "order_not_found");
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_order_with_held_money_takes_no_further_payment(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.02")));

        AssertProblem(await StartAsync(shop, orderNo, "pc"), 409, "payment_held");
    }

    [Theory]
    [InlineData("""{"provider":"nobody","scene":"pc"}""", "unknown_provider")]
    [InlineData("""{"provider":"Alipay","scene":"pc"}""", "unknown_provider")]
    [InlineData("""{"scene":"pc"}""", "unknown_provider")]
    [InlineData("""{"provider":"alipay","scene":"wechat"}""", "unsupported_scene")]
    [InlineData("""{"provider":"alipay","scene":"PC"}""", "unknown_scene")]
    [InlineData("""{"provider":"alipay","scene":"0"}""", "unknown_scene")]
    [InlineData("""{"provider":"alipay"}""", "unknown_scene")]
    [InlineData("""{"provider":"alipay","scene":"pc","clientIp":"300.1.1.1"}""", "invalid_client_ip")]
    public async Task A_method_that_does_not_exist_is_refused(string body, string code)
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var orderNo = await shop.PlaceOrderAsync();

        var reply = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", body);

        AssertProblem(reply, 400, "validation_failed");
        Assert.Equal(code, reply.Json["errors"]![0]!["code"]!.GetValue<string>());
        Assert.Empty((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R11_sixteen_starts_at_once_share_one_attempt(string store)
    {
        var shop = await shops.OnAsync(store);
        foreach (var scene in new[] { "pc", "qr" })
        {
            var orderNo = await shop.PlaceOrderAsync();

            var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => StartAsync(shop, orderNo, scene)));

            Assert.Single(replies, reply => reply.Status == 201);
            Assert.Equal(15, replies.Count(reply => reply.Status == 200));
            Assert.Single(replies.Select(reply => reply.Json["paymentNo"]!.GetValue<string>()).Distinct());
            Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R11_two_tabs_with_different_methods_never_leave_two_attempts_open(string store)
    {
        var shop = await shops.OnAsync(store);
        for (var round = 0; round < 10; round++)
        {
            var orderNo = await shop.PlaceOrderAsync();

            var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(tab => StartAsync(shop, orderNo, tab % 2 == 0 ? "pc" : "mobile")));

            Assert.All(replies, reply => Assert.True(reply.Status is 200 or 201 or 503, reply.Text));
            // Each tab may have ended the other's attempt and been told to try again; whoever does has the only open one.
            Assert.InRange(await OpenAsync(shop, orderNo), 0, 1);
            Assert.InRange((await StartAsync(shop, orderNo, "pc")).Status, 200, 201);
            Assert.Equal(1, await OpenAsync(shop, orderNo));
        }
    }

    private static Task<int> OpenAsync(TestShop shop, string orderNo) =>
        shop.ReadAsync(db => db.Set<Payment>().CountAsync(payment => payment.OrderNo == orderNo && payment.Status == PaymentStatus.Pending));

    private static Task<Reply> StartAsync(TestShop shop, string orderNo, string scene) =>
        shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene });

    private static void AssertProblem(Reply reply, int status, string code) =>
        Assert.Equal((status, code, "application/problem+json"), (reply.Status, reply.Code, reply.ContentType));
}

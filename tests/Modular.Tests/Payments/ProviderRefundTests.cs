using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Audit;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Money goes back, and the day is compared, through the real plugins and the gateways' own protocols.</summary>
public sealed class ProviderRefundTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private static readonly string[] Providers = ["alipay", "wechatpay"];

    public static TheoryData<string, string> ProvidersOnStores
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var provider in Providers)
            {
                data.Add(provider, Stores.PostgreSql);
                data.Add(provider, Stores.Sqlite);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ProvidersOnStores))]
    public async Task A_part_and_the_rest_go_back_and_the_gateway_agrees(string provider, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await PaidAsync(shop, provider);

        var part = await RefundAsync(shop, paymentNo, 6800);
        await SweepUntilDoneAsync(shop, part);
        Assert.Equal(("partially_refunded", "partially_refunded"), (await shop.PaymentStatusAsync(paymentNo), await shop.OrderStatusAsync(orderNo)));

        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        var rest = await RefundAsync(shop, paymentNo, 30000);
        await SweepUntilDoneAsync(shop, rest);
        Assert.Equal(("refunded", "refunded"), (await shop.PaymentStatusAsync(paymentNo), await shop.OrderStatusAsync(orderNo)));
        var trade = await TradeAsync(shop, paymentNo);
        Assert.Equal(provider == "alipay" ? "TRADE_CLOSED" : "REFUND", trade["status"]!.GetValue<string>());
        await shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(ProvidersOnStores))]
    public async Task A_refund_whose_answers_are_lost_is_done_once_with_its_first_number(string provider, string store)
    {
        var shop = await shops.OnAsync(store);
        var (_, paymentNo) = await PaidAsync(shop, provider);
        var refundNo = await RefundAsync(shop, paymentNo, 10000);
        await shop.FaultsAsync(new { gateway = AlipaySteps.AfterWork("Close"), notify = new { drop = true } });
        for (var tries = 0; tries < 3; tries++)
        {
            await shop.SendAsync(new SendRefunds.Command());
            shop.Clock.Advance(TimeSpan.FromMinutes(3));
        }

        Assert.Equal("processing", (await RefundRowAsync(shop, refundNo))["status"]!.GetValue<string>());
        await shop.FaultsAsync(new { });
        await SweepUntilDoneAsync(shop, refundNo);
        Assert.Single((await TradeAsync(shop, paymentNo))["refunds"]!.AsArray());
        await shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(ProvidersOnStores))]
    public async Task F20_a_day_whose_notifications_and_answers_were_lost_is_made_whole_by_the_gateways_bill(string provider, string store)
    {
        // A shop of its own, because the bill of a day holds everything of that day.
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        await shop.FaultsAsync(new { notify = new { drop = true } });
        var paid = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < 3; count++)
        {
            paid.Add(await StartAsync(shop, provider));
            await PayAsync(shop, provider, paid[^1].PaymentNo);
        }

        var today = DateOnly.FromDateTime(shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime);
        await shop.FaultsAsync(new { notify = new { drop = true }, alipayBill = new { ready = true }, weChatBill = new { ready = true } });
        var asked = await shop.Api.PostAsync("/api/reconciliations", new { provider, date = today.ToString("yyyy-MM-dd", null) });
        Assert.Equal(202, asked.Status);
        await shop.SendAsync(new ReconcileStatements.Command());

        var day = (await shop.Api.GetTextAsync(asked.Location!)).Json;
        Assert.Equal(("done", null), (day["status"]!.GetValue<string>(), day["error"]?.GetValue<string>()));
        Assert.Equal("""{"state":3}""", day["counts"]!.ToJsonString());
        foreach (var (orderNo, paymentNo) in paid)
        {
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        }

        // The fee of 0.6 percent, three times.
        Assert.Equal(3 * 221, day["fees"]!["value"]!.GetValue<long>());
        await shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(ProvidersOnStores))]
    public async Task A_bill_that_lacks_a_payment_changes_a_sum_and_knows_a_stranger_is_told_so(string provider, string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        var (_, lacking) = await PaidAsync(shop, provider);
        await PaidAsync(shop, provider);
        var (_, refunded) = await PaidAsync(shop, provider);
        await SweepUntilDoneAsync(shop, await RefundAsync(shop, refunded, 800));
        var today = DateOnly.FromDateTime(shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime);
        await shop.FaultsAsync(new { alipayBill = new { ready = true, drop = new[] { lacking } }, weChatBill = new { ready = true, drop = new[] { lacking } } });
        var asked = await shop.Api.PostAsync("/api/reconciliations", new { provider, date = today.ToString("yyyy-MM-dd", null) });
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await shop.SendAsync(new ReconcileStatements.Command());

        var day = (await shop.Api.GetTextAsync(asked.Location!)).Json;
        Assert.Equal("done", day["status"]!.GetValue<string>());
        Assert.Equal((3L, 3L), (day["lines"]!.GetValue<long>(), day["matched"]!.GetValue<long>()));
        var difference = Assert.Single(day["differences"]!.AsArray())!;
        Assert.Equal(("missing_there", lacking, "open"), (difference["class"]!.GetValue<string>(), difference["paymentNo"]!.GetValue<string>(), difference["remedy"]!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(ProvidersOnStores))]
    public async Task L04_a_refund_that_the_merchant_made_without_the_shop_is_booked_from_the_gateways_bill(string provider, string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        var (orderNo, paymentNo) = await PaidAsync(shop, provider);
        var payment = await shop.PaymentRowAsync(paymentNo);
        var answer = await shop.Services.GetRequiredService<ProviderCatalogue>().Find(provider)!.RefundAsync(
            new RefundRequest
            {
                RefundNo = "CONSOLE20261129",
                Payment = payment.Reference,
                PaymentAmount = Money.Cny(36800),
                Amount = Money.Cny(6800),
                Reason = "控制台退款",
                NotifyUrl = new Uri(shop.Address, $"payments/{provider}/notify"),
                CreatedAt = shop.Clock.GetUtcNow(),
            },
            TimeSpan.FromSeconds(30),
            TestContext.Current.CancellationToken);
        Assert.IsType<RefundAnswer.Known>(answer);
        var today = DateOnly.FromDateTime(shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime).ToString("yyyy-MM-dd", null);
        await shop.FaultsAsync(new { alipayBill = new { ready = true }, weChatBill = new { ready = true } });
        shop.Clock.Advance(TimeSpan.FromDays(1));

        var difference = Assert.Single((await CompareAsync())["differences"]!.AsArray())!;
        Assert.Equal(("refund", "CONSOLE20261129", "open"), ((string)difference["class"]!, (string)difference["refundNo"]!, (string)difference["remedy"]!));
        var id = long.Parse((await shop.ScalarAsync("SELECT id FROM payments_differences"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(BookRefund.Outcome.Booked, await shop.SendAsync(new BookRefund.Command(provider, today, id, new Actor("olivia", "operator"))));

        Assert.Equal(("partially_refunded", "partially_refunded"), (await shop.PaymentStatusAsync(paymentNo), await shop.OrderStatusAsync(orderNo)));
        var day = await CompareAsync();
        Assert.Equal((2L, 2L), ((long)day["lines"]!, (long)day["matched"]!));
        Assert.Single((await TradeAsync(shop, paymentNo))["refunds"]!.AsArray());
        await shop.AssertBooksAsync();

        async Task<JsonNode> CompareAsync()
        {
            var asked = await shop.Api.PostAsync("/api/reconciliations", new { provider, date = today });
            Assert.Equal(202, asked.Status);
            await shop.SendAsync(new ReconcileStatements.Command());
            return (await shop.Api.GetTextAsync(asked.Location!)).Json;
        }
    }

    private static async Task<(string OrderNo, string PaymentNo)> StartAsync(TestShop shop, string provider)
    {
        var orderNo = await shop.PlaceOrderAsync("courtyard-room");
        return (orderNo, (await shop.StartPaymentAsync(orderNo, "qr", provider))["paymentNo"]!.GetValue<string>());
    }

    private static async Task PayAsync(TestShop shop, string provider, string paymentNo)
    {
        if (provider == "alipay")
        {
            await shop.StepAsync(paymentNo, "open");
        }

        await shop.StepAsync(paymentNo, "pay");
    }

    private static async Task<(string OrderNo, string PaymentNo)> PaidAsync(TestShop shop, string provider)
    {
        var (orderNo, paymentNo) = await StartAsync(shop, provider);
        await PayAsync(shop, provider, paymentNo);
        Assert.Equal(200, (await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { })).Status);
        Assert.Equal("succeeded", await shop.PaymentStatusAsync(paymentNo));
        return (orderNo, paymentNo);
    }

    private static async Task<string> RefundAsync(TestShop shop, string paymentNo, long minor)
    {
        var reply = await shop.Api.PostAsync($"/api/payments/{paymentNo}/refunds", new { amount = new { value = minor, currency = "CNY" }, reason = "客人取消" });
        Assert.True(reply.Status == 202, reply.Text);
        return reply.Json["refundNo"]!.GetValue<string>();
    }

    private static async Task SweepUntilDoneAsync(TestShop shop, string refundNo)
    {
        for (var tries = 0; tries < 6; tries++)
        {
            await shop.SendAsync(new SendRefunds.Command());
            if ((await RefundRowAsync(shop, refundNo))["status"]!.GetValue<string>() == "succeeded")
            {
                return;
            }

            shop.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Fail((await RefundRowAsync(shop, refundNo)).ToJsonString());
    }

    private static async Task<JsonNode> RefundRowAsync(TestShop shop, string refundNo) => (await shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;

    private static async Task<JsonNode> TradeAsync(TestShop shop, string paymentNo)
    {
        using var response = await shop.Sandbox.GetAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative));
        return await TestShop.JsonAsync(response, 200);
    }
}

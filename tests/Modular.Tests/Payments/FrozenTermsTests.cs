using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>What was agreed when an order was placed and a payment started stays agreed; what the provider says of time is kept as it is meant.</summary>
public sealed class FrozenTermsTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B11_a_price_that_changes_after_the_order_changes_neither_the_order_nor_what_its_payment_must_bring(string store)
    {
        var shop = await shops.OnAsync(store);
        var orderNo = await shop.PlaceOrderAsync();
        await using var dearer = await TestShop.StartAsync(new TestShopOptions
        {
            Beside = shop,
            Settings = new Dictionary<string, string?> { ["Modular:Catalogue:0:Sku"] = "test-fen", ["Modular:Catalogue:0:Price"] = "5.00" },
        });

        var started = await dearer.StartPaymentAsync(orderNo);
        var paymentNo = started["paymentNo"]!.GetValue<string>();
        await dearer.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        Assert.Equal(1, started["amount"]!["value"]!.GetValue<long>());
        Assert.Equal("paid", await dearer.OrderStatusAsync(orderNo));
        Assert.NotEqual(1, (await dearer.OrderAsync(await dearer.PlaceOrderAsync()))["amount"]!["value"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("2026-11-25 23:59:59", "2026-11-25T15:59:59.000Z")]
    [InlineData("2026-11-26 00:00:00", "2026-11-25T16:00:00.000Z")]
    public async Task T03_a_payment_around_the_providers_midnight_is_kept_at_the_moment_it_means(string beijing, string utc)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (_, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        fields["gmt_payment"] = beijing;

        await shop.NotifyAsync(shop.Alipay.Sign(fields));

        Assert.Equal(utc, (await shop.PaymentAsync(paymentNo))["paidAt"]!.GetValue<string>());
    }

    [Fact]
    public async Task W05_browsing_to_the_end_of_an_unpaid_order_shows_that_it_is_not_paid()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var key = Uri.EscapeDataString(shop.KeyFor(orderNo));
        var page = new Uri($"/orders/{orderNo}?key={key}&status=paid&checked=paid", UriKind.Relative);

        var before = await shop.Web.GetStringAsync(page, TestContext.Current.CancellationToken);
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));
        var after = await shop.Web.GetStringAsync(page, TestContext.Current.CancellationToken);

        Assert.Contains("data-status=\"pending\"", before, StringComparison.Ordinal);
        Assert.DoesNotContain("data-status=\"paid\"", before, StringComparison.Ordinal);
        Assert.Contains("data-status=\"paid\"", after, StringComparison.Ordinal);
    }
}

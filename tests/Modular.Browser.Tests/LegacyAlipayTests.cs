using Modular.Payments;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

/// <summary>What only a browser can show of Alipay's legacy gateway: that it sends a form in GBK, byte by byte as it was signed.</summary>
public sealed class LegacyAlipayTests(Surroundings surroundings)
{
    private const string Hostile = "预订'庭院\"<客房>&镕 50%+1订单";

    [Fact]
    public async Task A_shopper_pays_through_a_form_in_GBK_whose_subject_has_every_hostile_character()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        await using var shopper = await surroundings.VisitAsync("legacy", Browsers.Desktop, shop);
        var orderNo = await shopper.OrderAsync();
        await shop.ScalarAsync("UPDATE ordering_orders SET subject = @subject WHERE order_no = @no", ("subject", Hostile), ("no", orderNo));
        await shopper.ChooseAsync($"{AlipayDirectParty.Gbk}/pc");
        await shopper.ShotAsync("checkout");

        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.AtCashierAsync();
        await Expect(shopper.Page.Locator("#subject")).ToHaveTextAsync(Hostile);
        await Expect(shopper.Page.Locator("#amount")).ToHaveTextAsync("¥0.01");
        await shopper.ShotAsync("cashier");

        await shopper.PayAtCashierAsync();
        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        shopper.SawNoTrouble();
    }

    [Theory]
    [InlineData(AlipayDirectParty.Utf8)]
    [InlineData(AlipayDirectParty.Gbk)]
    public async Task An_operator_finishes_a_refund_with_the_password_at_the_providers_page_and_sees_it_done(string instance)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        await using var shopper = await surroundings.VisitAsync($"legacy-refund-{instance}-shopper", Browsers.Desktop, shop);
        var orderNo = await shopper.OrderAsync();
        await shopper.ChooseAsync($"{instance}/pc");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);

        await using var person = await surroundings.VisitAsync($"legacy-refund-{instance}", Browsers.Desktop, shop);
        await person.SignInAsync("olivia", $"/ops/orders/{orderNo}");
        await person.Page.Locator("[data-act=refund]").ClickAsync();
        await person.Page.Locator("#reason").FillAsync("客人取消了行程");
        await person.Page.Locator("#ask button").ClickAsync();
        await person.Page.Locator("#confirm button").ClickAsync();
        await person.Page.ArrivesAtAsync($"**/ops/orders/{orderNo}?result=refund_taken");
        await shop.SendAsync(new SendRefunds.Command());

        await person.GoAsync("/ops/exceptions");
        await person.Page.Locator("#refunds a").ClickAsync();
        var refundNo = new Uri(person.Page.Url).Segments[^1];
        await person.FitsAsync();
        await person.ShotAsync("waits");
        await using (var viewer = await surroundings.VisitAsync($"legacy-refund-{instance}-viewer", Browsers.Phone, shop))
        {
            // The form holds a signature of the shop's.
            await viewer.SignInAsync("victor", $"/ops/refunds/{refundNo}");
            await Expect(viewer.Page.Locator("#refund")).ToHaveAttributeAsync("data-status", "processing");
            await Expect(viewer.Page.Locator("#refund-form")).ToHaveCountAsync(0);
        }

        var provider = await person.Context.RunAndWaitForPageAsync(() => person.Page.Locator("#refund-form button").ClickAsync());
        Assert.StartsWith(shop.SandboxAddress.ToString(), provider.Url, StringComparison.Ordinal);
        await Expect(provider.Locator("#amount")).ToHaveTextAsync("¥0.01");
        await Expect(provider.Locator("body")).ToContainTextAsync("客人取消了行程");
        await provider.Locator("#password").FillAsync("12345");
        await provider.Locator("#confirm").ClickAsync();
        await Expect(provider.Locator("#problem")).ToBeVisibleAsync();
        Assert.Equal("processing", await StatusAsync());
        await provider.Locator("#password").FillAsync("123456");
        await provider.Locator("#confirm").ClickAsync();
        await Expect(provider.Locator("#result")).ToHaveTextAsync("退款成功");

        // The notification brings the news; whoever comes back to the page is shown it. A headless browser's tabs are all visible, so it is told.
        await Eventually.BecomesAsync("succeeded", StatusAsync);
        await provider.CloseAsync();
        await person.Page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(person.Page.Locator("#refund")).ToHaveAttributeAsync("data-status", "succeeded");
        await Expect(person.Page.Locator("#refund-form")).ToHaveCountAsync(0);
        await person.ShotAsync("done");
        Assert.Equal("refunded", await shop.OrderStatusAsync(orderNo));
        await person.GoAsync("/ops/audit-trail?subject=" + refundNo);
        await Expect(person.Page.Locator("#trail tbody tr")).ToContainTextAsync("olivia");
        person.SawNoTrouble();

        Task<string?> StatusAsync() => shop.ScalarAsync("SELECT status FROM payments_refunds WHERE refund_no = @no", ("no", refundNo));
    }
}

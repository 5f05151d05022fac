using Modular.Ordering;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class AccessTests(Surroundings surroundings)
{
    [Fact]
    public async Task Strangers_find_no_order_no_checkout_and_no_payment()
    {
        await using var shopper = await surroundings.VisitAsync("owner", Browsers.Desktop);
        await using var stranger = await surroundings.VisitAsync("stranger", Browsers.Desktop);
        var orderNo = await shopper.OrderAsync();
        var paymentNo = await shopper.ShowCodeAsync();

        foreach (var path in new[] { $"/orders/{orderNo}", $"/checkout/{orderNo}", $"/pay/{paymentNo}", $"/checkout/{orderNo}?key=guessed" })
        {
            Assert.Equal(200, (await shopper.GoAsync(path))!.Status);
            Assert.Equal(404, (await stranger.GoAsync(path))!.Status);
            await Expect(stranger.Page.Locator("body")).Not.ToContainTextAsync(orderNo);
        }

        await stranger.ShotAsync("not-found");
    }

    [Fact]
    public async Task Inside_WeChat_the_checkout_hands_over_to_another_browser()
    {
        await using var shopper = await surroundings.VisitAsync("wechat", Browsers.WeChat);
        await using var browser = await surroundings.VisitAsync("wechat-browser", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        await Expect(shopper.Page.Locator("#open-in-browser")).ToBeVisibleAsync();
        await Expect(shopper.Method("alipay/mobile")).ToHaveCountAsync(0);
        await shopper.FitsAsync();
        await shopper.ShotAsync("guide");

        await browser.Page.GotoAsync(await shopper.Page.Locator("#browser-link").InputValueAsync());
        await Expect(browser.Page.Locator("#open-in-browser")).ToHaveCountAsync(0);
        await Expect(browser.Method("alipay/mobile")).ToBeCheckedAsync();
        await browser.Page.Locator("#pay").ClickAsync();
        await browser.PayAtCashierAsync();
        await browser.SeesPaidAsync(orderNo);
        shopper.SawNoTrouble();
        browser.SawNoTrouble();
    }

    [Fact]
    public async Task The_checkout_of_an_expired_order_leads_to_a_page_that_says_closed()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        await using var shopper = await surroundings.VisitAsync("expired", Browsers.Desktop, shop);
        var orderNo = await shopper.OrderAsync();

        shop.Clock.Advance(TimeSpan.FromMinutes(31));
        await shopper.GoAsync($"/checkout/{orderNo}");
        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("订单即将关闭");
        await Expect(shopper.Page.Locator("#pay")).ToHaveCountAsync(0);
        await shopper.ShotAsync("closing");

        Assert.Equal(1, await shop.SendAsync(new CloseOrders.Command()));
        // The page watches the order, so it turns by itself.
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("订单已关闭");
        await shopper.GoAsync($"/checkout/{orderNo}");
        await Expect(shopper.OrderStatus).ToHaveAttributeAsync("data-status", "closed");
        await shopper.ShotAsync("closed");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_checkout_left_open_goes_on_by_itself_when_the_time_is_over()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:Jobs:Enabled"] = "true", ["Modular:Payments:OrderExpiry"] = "00:00:20" },
        });
        await using var shopper = await surroundings.VisitAsync("left-open", Browsers.Desktop, shop);
        var orderNo = await shopper.OrderAsync();
        await Expect(shopper.Page.Locator(".countdown")).ToBeVisibleAsync();
        await shopper.ShotAsync("counting");

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await Expect(shopper.OrderStatus).ToHaveAttributeAsync("data-status", "closed");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_wrong_number_of_nights_is_explained_beside_the_field()
    {
        await using var shopper = await surroundings.VisitAsync("nights", Browsers.Desktop);
        await shopper.GoAsync("/products/loft-suite");
        await shopper.Page.Locator("#quantity").FillAsync("0");
        await shopper.Page.Locator("#place-order").ClickAsync();
        await Expect(shopper.Page.Locator("#quantity-error")).ToBeVisibleAsync();
        await Expect(shopper.Page.Locator("#quantity")).ToHaveAttributeAsync("aria-invalid", "true");
        await shopper.ShotAsync("explained");
    }
}

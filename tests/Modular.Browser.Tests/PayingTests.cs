using System.Net.Http.Json;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class PayingTests(Surroundings surroundings)
{
    [Fact]
    public async Task On_a_computer_a_shopper_goes_from_the_rooms_to_a_paid_order()
    {
        await using var shopper = await surroundings.VisitAsync("desktop", Browsers.Desktop);
        await shopper.GoAsync("/");
        await shopper.ShotAsync("rooms");
        await shopper.Page.Locator("#rooms [data-sku=lakeside-studio] a.button").ClickAsync();
        await shopper.ShotAsync("room");

        var orderNo = await shopper.PlaceAsync(nights: 2);
        await Expect(shopper.Page.Locator("#amount")).ToHaveTextAsync("¥976.00");
        await Expect(shopper.Method("alipay/pc")).ToBeCheckedAsync();
        await shopper.ShotAsync("checkout");

        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.AtCashierAsync();
        await Expect(shopper.Page.Locator("#amount")).ToHaveTextAsync("¥976.00");
        await Expect(shopper.Page.Locator("body")).ToContainTextAsync("测试商家");
        await Expect(shopper.Page.Locator("#subject")).ToContainTextAsync("湖畔一居");
        await shopper.ShotAsync("cashier");

        await shopper.PayAtCashierAsync();
        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        Assert.Equal("paid", await surroundings.Shop.OrderStatusAsync(orderNo));
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task On_a_phone_the_app_is_offered_first_and_no_page_is_wider_than_the_screen()
    {
        await using var shopper = await surroundings.VisitAsync("phone", Browsers.Phone);
        await shopper.GoAsync("/");
        await shopper.FitsAsync();
        await shopper.ShotAsync("rooms");
        await shopper.GoAsync("/products/courtyard-room");
        await shopper.FitsAsync();
        await shopper.ShotAsync("room");

        var orderNo = await shopper.PlaceAsync();
        await Expect(shopper.Method("alipay/mobile")).ToBeCheckedAsync();
        await Expect(shopper.Method("alipay/pc")).Not.ToBeVisibleAsync();
        await shopper.FitsAsync();
        await shopper.ShotAsync("checkout");
        await shopper.Page.Locator("#methods summary").ClickAsync();
        await shopper.FitsAsync();
        await shopper.GoAsync($"/orders/{orderNo}");
        await Expect(shopper.Page.Locator("#pay")).ToBeVisibleAsync();
        await shopper.FitsAsync();
        await shopper.ShotAsync("order-open");

        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.Page.ArrivesAtAsync("**/checkout/*");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.SeesPaidAsync(orderNo);
        await shopper.FitsAsync();
        await shopper.ShotAsync("paid");
        var order = await surroundings.Shop.OrderAsync(orderNo);
        Assert.Equal("mobile", Assert.Single(order["payments"]!.AsArray())!["scene"]!.GetValue<string>());
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task On_a_phone_the_code_fits_the_screen()
    {
        await using var shopper = await surroundings.VisitAsync("phone-code", Browsers.Phone);
        await shopper.OrderAsync();
        await shopper.ShowCodeAsync();
        await shopper.FitsAsync();
        await shopper.ShotAsync("waiting");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_page_with_a_code_turns_to_paid_when_the_notification_comes()
    {
        await using var shopper = await surroundings.VisitAsync("code", Browsers.Desktop);
        await using var buyer = await surroundings.VisitAsync("code-buyer", Browsers.Phone);
        var orderNo = await shopper.OrderAsync("loft-suite");
        var paymentNo = await shopper.ShowCodeAsync();
        await Expect(shopper.Page.Locator("#payment")).ToHaveAttributeAsync("data-status", "pending");
        Assert.StartsWith("data:image/svg+xml;", await shopper.Page.Locator("#qr").GetAttributeAsync("src"), StringComparison.Ordinal);
        Assert.True(await shopper.Page.Locator("#qr").EvaluateAsync<bool>("image => image.complete && image.naturalWidth > 0"), "The code is not drawn.");
        await shopper.ShotAsync("waiting");

        await buyer.ScanAndPayAsync(paymentNo);

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_page_with_a_code_turns_to_paid_by_the_sweep_when_no_notification_comes()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Settings = new Dictionary<string, string?> { ["Modular:Jobs:Enabled"] = "true", ["Modular:Payments:ConfirmSchedule"] = "4" },
        });
        using var dropped = await shop.Sandbox.PutAsJsonAsync(
            new Uri("/sandbox/faults", UriKind.Relative), new { notify = new { drop = true } }, TestContext.Current.CancellationToken);
        Assert.True(dropped.IsSuccessStatusCode);
        await using var shopper = await surroundings.VisitAsync("sweep", Browsers.Desktop, shop);
        await using var buyer = await surroundings.VisitAsync("sweep-buyer", Browsers.Phone, shop);
        var orderNo = await shopper.OrderAsync();
        var paymentNo = await shopper.ShowCodeAsync();

        await buyer.ScanAndPayAsync(paymentNo);

        // The schedule's wait and the sweep's five seconds; the rest is for a busy machine, because this is not about speed.
        await shopper.SeesPaidAsync(orderNo, withinMilliseconds: 60_000);
        await shopper.ShotAsync("paid");
        var notifications = await shop.Sandbox.GetStringAsync(new Uri($"/sandbox/notifications?outTradeNo={paymentNo}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("DROPPED", notifications, StringComparison.Ordinal);
        Assert.Equal("0", await shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox"));
        shopper.SawNoTrouble();
    }
}

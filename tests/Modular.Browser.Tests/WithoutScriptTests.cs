using System.Net.Http.Json;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class WithoutScriptTests(Surroundings surroundings)
{
    [Fact]
    public async Task Without_script_a_click_leads_on_to_the_cashier_and_the_order_is_paid()
    {
        await using var shopper = await surroundings.VisitAsync("no-script", Browsers.WithoutScript);
        var orderNo = await shopper.OrderAsync();
        await shopper.Page.Locator("#pay").ClickAsync();
        await Expect(shopper.Page.Locator("#pay-form button")).ToBeVisibleAsync();
        await shopper.ShotAsync("way-to-cashier");

        await shopper.Page.Locator("#pay-form button").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task Without_script_and_without_a_notification_asking_shows_paid()
    {
        await using var shopper = await surroundings.VisitAsync("no-script-code", Browsers.WithoutScript);
        await using var buyer = await surroundings.VisitAsync("no-script-code-buyer", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        var paymentNo = await shopper.ShowCodeAsync();

        // This payment's alone: other tests share the sandbox. Nobody else sets faults there, as each setting replaces all.
        using var dropped = await surroundings.Shop.Sandbox.PutAsJsonAsync(
            new Uri("/sandbox/faults", UriKind.Relative),
            new { trades = new Dictionary<string, object> { [paymentNo] = new { notify = new { drop = true } } } },
            TestContext.Current.CancellationToken);
        Assert.True(dropped.IsSuccessStatusCode);
        await shopper.Page.Locator("#check-now").ClickAsync();
        await Expect(shopper.Page.Locator("#notice")).ToBeVisibleAsync();
        await shopper.ShotAsync("not-yet");

        await buyer.ScanAndPayAsync(paymentNo);
        Assert.Equal("pending", await surroundings.Shop.OrderStatusAsync(orderNo));
        await shopper.Page.Locator("#check-now").ClickAsync();
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
    }
}

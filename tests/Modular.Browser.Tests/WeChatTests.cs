using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

/// <summary>WeChat Pay in real browsers: inside WeChat, at a computer and on a phone, on both generations.</summary>
public sealed class WeChatTests(Surroundings surroundings)
{
    public static TheoryData<string> Instances => ["wechatpay", "wechatpayv2"];

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task Inside_WeChat_a_shopper_is_identified_pays_in_WeChats_own_window_and_sees_the_order_paid(string instance)
    {
        await using var shopper = await InsideWeChatAsync($"{instance}-jsapi");
        var orderNo = await shopper.OrderAsync("courtyard-room");
        await Expect(shopper.Method($"{instance}/wechat")).ToBeVisibleAsync();
        await Expect(shopper.Page.Locator("#open-in-browser")).ToContainTextAsync("支付宝");
        await shopper.FitsAsync();
        await shopper.ShotAsync("checkout");

        await PayInsideWeChatAsync(shopper, instance, "pay", "window");

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.FitsAsync();
        await shopper.ShotAsync("paid");
        var payment = Assert.Single((await surroundings.Shop.OrderAsync(orderNo))["payments"]!.AsArray())!;
        Assert.Equal((instance, "wechat", "succeeded"), (payment["provider"]!.GetValue<string>(), payment["scene"]!.GetValue<string>(), payment["status"]!.GetValue<string>()));
        shopper.SawNoTrouble();
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task A_payment_given_up_in_WeChat_is_still_open_and_the_second_try_reuses_it(string instance)
    {
        await using var shopper = await InsideWeChatAsync($"{instance}-cancel");
        var orderNo = await shopper.OrderAsync();

        await PayInsideWeChatAsync(shopper, instance, "cancel");

        await Expect(shopper.Page.Locator("#notice")).ToBeVisibleAsync();
        Assert.Contains("checked=cancelled", shopper.Page.Url, StringComparison.Ordinal);
        await Expect(shopper.Page.Locator("#wechat-pay")).ToBeEnabledAsync();
        await shopper.FitsAsync();
        await shopper.ShotAsync("cancelled");
        Assert.Equal("pending", await surroundings.Shop.OrderStatusAsync(orderNo));

        var window = await shopper.Page.RunAndWaitForPopupAsync(() => shopper.Page.Locator("#wechat-pay").ClickAsync());
        await window.Locator("#pay").ClickAsync();
        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        Assert.Single((await surroundings.Shop.OrderAsync(orderNo))["payments"]!.AsArray());
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task Outside_WeChat_the_page_for_WeChat_says_so_and_offers_another_way()
    {
        await using var inside = await InsideWeChatAsync("outside");
        var orderNo = await inside.OrderAsync();
        await inside.ChooseAsync("wechatpay/wechat");
        await inside.Page.RunAndWaitForPopupAsync(() => inside.Page.Locator("#pay").ClickAsync());
        var payPage = new Uri(inside.Page.Url).GetLeftPart(UriPartial.Path);

        await using var desktop = await surroundings.VisitAsync("outside-desktop", Browsers.Desktop);
        await desktop.Context.AddCookiesAsync((await inside.Context.CookiesAsync([surroundings.Shop.Address.ToString()])).Select(cookie => new Cookie
        {
            Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path,
        }));
        await desktop.Page.GotoAsync(payPage);
        await Expect(desktop.Page.Locator("#outside-wechat")).ToBeVisibleAsync();
        await Expect(desktop.Page.Locator("#wechat-pay")).ToBeDisabledAsync();
        await desktop.ShotAsync("explained");
        await desktop.Page.Locator("#other-way").ClickAsync();
        await desktop.Page.ArrivesAtAsync($"**/checkout/{orderNo}");
        await Expect(desktop.Method("wechatpay/qr")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task At_a_computer_a_shopper_scans_WeChats_code(string instance)
    {
        await using var shopper = await surroundings.VisitAsync($"{instance}-native", Browsers.Desktop);
        await using var phone = await surroundings.VisitAsync($"{instance}-native-phone", Browsers.WeChat);
        var orderNo = await shopper.OrderAsync("loft-suite");
        await shopper.ChooseAsync($"{instance}/qr");
        await shopper.ShotAsync("checkout");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.Page.ArrivesAtAsync("**/pay/*");
        await Expect(shopper.Page.Locator("#qr")).ToBeVisibleAsync();
        await shopper.ShotAsync("waiting");
        var paymentNo = new Uri(shopper.Page.Url).Segments[^1];

        var trade = JsonNode.Parse(await surroundings.Shop.Sandbox.GetStringAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative), TestContext.Current.CancellationToken))!;
        await phone.Page.GotoAsync(trade["scanUrl"]!.GetValue<string>());
        await Expect(phone.Page.Locator("#amount")).ToHaveTextAsync("¥699.00");
        await phone.ShotAsync("scanned");
        await phone.Page.Locator("#pay").ClickAsync();

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        shopper.SawNoTrouble();
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task In_a_phones_browser_a_shopper_pays_by_H5_and_comes_back(string instance)
    {
        await using var shopper = await surroundings.VisitAsync($"{instance}-h5", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        await shopper.ChooseAsync($"{instance}/mobile");
        await shopper.FitsAsync();
        await shopper.ShotAsync("checkout");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.Page.ArrivesAtAsync("**/wechat/h5/**");
        await shopper.ShotAsync("cashier");
        await shopper.Page.Locator("#pay").ClickAsync();

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.FitsAsync();
        await shopper.ShotAsync("paid");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_shopper_who_comes_back_from_H5_without_paying_is_told_the_truth()
    {
        await using var shopper = await surroundings.VisitAsync("h5-cancel", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        await shopper.ChooseAsync("wechatpay/mobile");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.Page.ArrivesAtAsync("**/wechat/h5/**");
        await shopper.Page.Locator("#cancel").ClickAsync();

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await Expect(shopper.OrderStatus).ToHaveAttributeAsync("data-status", "pending");
        await shopper.ShotAsync("unpaid");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task A_step_back_into_the_identification_leads_to_the_checkout_with_an_explanation()
    {
        await using var shopper = await InsideWeChatAsync("payer-again");
        var orderNo = await shopper.OrderAsync();
        await shopper.GoAsync($"/checkout/{orderNo}/payer/wechatpay?code=used&state=notmine");
        await shopper.Page.ArrivesAtAsync($"**/checkout/{orderNo}?problem=payer-again");
        await Expect(shopper.Page.Locator("#notice")).ToBeVisibleAsync();
        await shopper.ShotAsync("explained");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task Inside_Alipays_app_WeChat_needs_a_browser()
    {
        await using var shopper = await surroundings.VisitAsync("alipay-app", Browsers.AlipayApp);
        await shopper.OrderAsync();
        await Expect(shopper.Method("alipay/mobile")).ToBeCheckedAsync();
        await Expect(shopper.Method("wechatpay/mobile")).ToHaveCountAsync(0);
        await Expect(shopper.Page.Locator("#open-in-browser")).ToContainTextAsync("微信支付");
        await shopper.FitsAsync();
        await shopper.ShotAsync("checkout");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task The_shopper_can_say_what_device_they_have()
    {
        await using var shopper = await surroundings.VisitAsync("device", Browsers.Desktop);
        var orderNo = await shopper.OrderAsync();
        await shopper.GoAsync($"/checkout/{orderNo}?device=phone");
        await Expect(shopper.Method("alipay/mobile")).ToBeCheckedAsync();
        shopper.SawNoTrouble();
    }

    /// <summary>A phone whose browser has the bridge that WeChat's own has.</summary>
    private async Task<Visitor> InsideWeChatAsync(string name)
    {
        var shopper = await surroundings.VisitAsync(name, Browsers.WeChat);
        var bridge = await surroundings.Shop.Sandbox.GetStringAsync(new Uri("/wechat/jsbridge.js", UriKind.Relative), TestContext.Current.CancellationToken);
        await shopper.Context.AddInitScriptAsync(bridge);
        return shopper;
    }

    /// <summary>Chooses WeChat, is sent to be identified and back, and ends WeChat's window by the button named.</summary>
    private static async Task PayInsideWeChatAsync(Visitor shopper, string instance, string button, string? shot = null)
    {
        await shopper.ChooseAsync($"{instance}/wechat");
        var window = await shopper.Page.RunAndWaitForPopupAsync(() => shopper.Page.Locator("#pay").ClickAsync());
        await Expect(window.Locator("#pay")).ToBeVisibleAsync();
        if (shot is not null)
        {
            await window.ScreenshotAsync(new PageScreenshotOptions { Path = Modular.Testing.Repository.PathOf("artifacts", "screenshots", $"{instance}-jsapi-{shot}.png") });
            await shopper.ShotAsync("waiting");
        }

        await window.Locator($"#{button}").ClickAsync();
    }
}

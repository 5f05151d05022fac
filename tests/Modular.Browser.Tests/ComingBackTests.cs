using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

/// <summary>What shoppers do that is not the straight way: leave, come back, change their mind, click twice.</summary>
public sealed partial class ComingBackTests(Surroundings surroundings)
{
    [Fact]
    public async Task A_shopper_who_left_the_cashier_may_go_on_or_choose_a_code_which_ends_the_first_attempt()
    {
        await using var shopper = await surroundings.VisitAsync("leaving", Browsers.Dark);
        await using var buyer = await surroundings.VisitAsync("leaving-buyer", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        await shopper.ShotAsync("checkout");
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.LogInAtCashierAsync();
        await shopper.Page.Locator("#cancel").ClickAsync();
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("已取消付款");

        // Nothing is proved by leaving, so the order is being confirmed and not unpaid.
        await shopper.GoAsync($"/orders/{orderNo}");
        await Expect(shopper.OrderStatus).ToHaveAttributeAsync("data-status", "pending");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("正在确认付款");
        await Expect(shopper.Page.Locator("main")).Not.ToContainTextAsync(Unpaid());
        await shopper.ShotAsync("confirming");

        await shopper.Page.Locator("#continue").ClickAsync();
        await shopper.LogInAtCashierAsync();
        await shopper.GoAsync($"/orders/{orderNo}");
        await shopper.Page.Locator("#other-way").ClickAsync();
        var code = await shopper.ShowCodeAsync();
        await shopper.ShotAsync("code");
        var payments = await PaymentsAsync(orderNo);
        Assert.Equal(2, payments.Count);
        Assert.Equal("closed", payments.Single(payment => payment.No != code).Status);

        await buyer.ScanAndPayAsync(code);
        await shopper.SeesPaidAsync(orderNo);
        await Expect(shopper.Page.Locator($"#payment-list [data-payment='{code}']")).ToHaveAttributeAsync("data-status", "succeeded");
        await shopper.ShotAsync("paid");

        await shopper.Page.GoBackAsync();
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("back");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task On_a_phone_leaving_the_cashier_leads_back_to_the_order()
    {
        await using var shopper = await surroundings.VisitAsync("phone-leaving", Browsers.Phone);
        var orderNo = await shopper.OrderAsync();
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.LogInAtCashierAsync();
        await shopper.ShotAsync("cashier");
        await shopper.Page.Locator("#cancel").ClickAsync();

        await shopper.Page.ArrivesAtAsync($"**/orders/{orderNo}");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("正在确认付款");
        await Expect(shopper.Page.Locator("main")).Not.ToContainTextAsync(Unpaid());
        await Expect(shopper.Page.Locator("#continue")).ToBeVisibleAsync();
        await Expect(shopper.Page.Locator("#other-way")).ToBeVisibleAsync();
        await shopper.FitsAsync();
        await shopper.ShotAsync("confirming");

        await shopper.Page.Locator("#check-now").ClickAsync();
        await Expect(shopper.Page.Locator("#notice")).ToBeVisibleAsync();
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("正在确认付款");
        await shopper.ShotAsync("checked");
        shopper.SawNoTrouble();
    }

    [Fact]
    public async Task However_far_a_shopper_goes_back_after_paying_the_shop_says_paid()
    {
        await using var shopper = await surroundings.VisitAsync("back", Browsers.Desktop);
        var orderNo = await shopper.OrderAsync();
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.SeesPaidAsync(orderNo);

        var seen = 0;
        while (!shopper.Page.Url.Contains("/products/", StringComparison.Ordinal))
        {
            await shopper.Page.GoBackAsync();
            if (shopper.Page.Url.StartsWith(new Uri(surroundings.Shop.Address, "/orders/").ToString(), StringComparison.Ordinal))
            {
                await shopper.SeesPaidAsync(orderNo);
                seen++;
            }
            else
            {
                Assert.DoesNotMatch("/(checkout|pay)/", shopper.Page.Url);
            }
        }

        Assert.True(seen > 0, "No page on the way back led to the order.");
        Assert.Single(await PaymentsAsync(orderNo));
        shopper.SawNoTrouble();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_double_click_makes_one_payment(bool withScript)
    {
        await using var shopper = await surroundings.VisitAsync("double-click", withScript ? Browsers.Desktop : Browsers.WithoutScript);
        var orderNo = await shopper.OrderAsync();
        await shopper.ChooseAsync("alipay/qr");
        await shopper.Page.Locator("#pay").DblClickAsync();
        await Expect(shopper.Page.Locator("#qr")).ToBeVisibleAsync();
        Assert.Single(await PaymentsAsync(orderNo));
    }

    [Fact]
    public async Task Two_tabs_of_one_checkout_end_in_one_truth()
    {
        await using var shopper = await surroundings.VisitAsync("tabs", Browsers.Desktop);
        var orderNo = await shopper.OrderAsync();
        var first = shopper.Page;
        var second = await shopper.OpenTabAsync();
        await shopper.GoAsync($"/checkout/{orderNo}");
        await Expect(second.Locator("#pay")).ToBeVisibleAsync();

        await first.Locator("input[name=method][value='alipay/qr']").CheckAsync();
        await first.Locator("#pay").ClickAsync();
        await Expect(first.Locator("#qr")).ToBeVisibleAsync();
        var code = new Uri(first.Url).Segments[^1];

        // The other tab's checkout is older than the code; its choice is the later one and counts.
        await shopper.ChooseAsync("alipay/pc");
        await second.Locator("#pay").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.SeesPaidAsync(orderNo);

        await first.ArrivesAtAsync($"**/orders/{orderNo}");
        await Expect(first.Locator("#order-status")).ToHaveAttributeAsync("data-status", "paid");
        await Expect(first.Locator("#payment-list [data-status=succeeded]")).ToHaveCountAsync(1);
        await shopper.ShotAsync("paid");
        var payments = await PaymentsAsync(orderNo);
        Assert.Equal(2, payments.Count);
        Assert.NotEqual("succeeded", payments.Single(payment => payment.No == code).Status);
        Assert.Equal("succeeded", payments.Single(payment => payment.No != code).Status);
        shopper.SawNoTrouble();
    }

    private async Task<List<(string No, string Status)>> PaymentsAsync(string orderNo) =>
        [.. (await surroundings.Shop.OrderAsync(orderNo))["payments"]!.AsArray().Select(payment => (Text(payment!, "paymentNo"), Text(payment!, "status")))];

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    // The words that would be a claim about money which nobody has checked.
    [GeneratedRegex("未付款|未支付|付款失败|支付失败|没有付款")]
    private static partial Regex Unpaid();
}

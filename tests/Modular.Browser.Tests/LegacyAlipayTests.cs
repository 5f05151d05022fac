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
        await shopper.Page.WaitForURLAsync($"**/orders/{orderNo}");
        await shopper.SeesPaidAsync(orderNo);
        await shopper.ShotAsync("paid");
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        shopper.SawNoTrouble();
    }
}

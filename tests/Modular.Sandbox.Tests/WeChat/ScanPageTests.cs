using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class ScanPageTests
{
    [Fact]
    public async Task A_scan_shows_the_order_and_leaving_changes_nothing()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:Merchants:a:Name", "山里的民宿"));
        var merchant = new V2Merchant(sandbox);
        var placed = await merchant.CallAsync("pay/unifiedorder", new(merchant.Order("order-1")) { ["body"] = "<b>房", ["total_fee"] = "36800" });
        using var phone = new Browser(sandbox, Browser.Android);
        var page = await phone.ScanAsync(placed["code_url"]);
        Assert.Equal(("¥368.00", "<b>房"), (page.Text("amount"), page.Text("subject")));
        Assert.Contains("山里的民宿", page.Html, StringComparison.Ordinal);
        Assert.Equal("已取消支付", (await phone.PressAsync(page, "cancel")).Text("result"));
        Assert.Equal("NOTPAY", await merchant.StateAsync("order-1"));
        Assert.Equal("支付成功", (await phone.PressAsync(page, "pay")).Text("result"));
        Assert.Equal("SUCCESS", await merchant.StateAsync("order-1"));
        Assert.Equal("该订单已支付", (await phone.PressAsync(page, "pay")).Text("error-reason"));
    }

    [Fact]
    public async Task The_first_shopper_who_opens_an_order_is_the_only_one_who_can_pay_it()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var codeUrl = (await merchant.PlaceAsync("order-1"))["code_url"];
        using var alice = new Browser(sandbox, Browser.Android);
        using var bob = new Browser(sandbox, Browser.Android);
        var page = await alice.ScanAsync(codeUrl);
        Assert.StartsWith("当前支付账号与下单账号不一致", (await bob.ScanAsync(codeUrl)).Text("error-reason"), StringComparison.Ordinal);
        await alice.PressAsync(page, "pay");
        Assert.Equal("SUCCESS", await merchant.StateAsync("order-1"));
    }

    [Fact]
    public async Task A_code_dies_after_two_hours()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var codeUrl = (await new V2Merchant(sandbox).PlaceAsync("order-1"))["code_url"];
        using var phone = new Browser(sandbox, Browser.Android);
        sandbox.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("二维码已过期，请刷新后重新扫码", (await phone.ScanAsync(codeUrl)).Text("error-reason"));
    }

    [Theory]
    [InlineData("weixin://wxpay/bizpayurl?pr=unknown")]
    [InlineData("weixin://wxpay/bizpayurl?pr=../../sandbox/reset")]
    [InlineData("http://example.com/?pr=1")]
    [InlineData("")]
    public async Task What_is_no_code_of_ours_leads_nowhere(string codeUrl)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var phone = new Browser(sandbox, Browser.Android);
        Assert.Equal("订单不存在", (await phone.ScanAsync(codeUrl)).Text("error-reason"));
    }

    [Fact]
    public async Task Another_amount_can_be_paid_and_a_closed_order_too_by_faults()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:V2:CloseAfter", "0s"));
        var merchant = new V2Merchant(sandbox);
        await sandbox.SetFaultsAsync(new { trade = new { payAmount = "0.02", payAfterClose = true } });
        var placed = await merchant.PlaceAsync("order-1");
        await merchant.CallAsync("pay/closeorder", new() { ["out_trade_no"] = "order-1" });
        using var phone = new Browser(sandbox, Browser.Android);
        await phone.PressAsync(await phone.ScanAsync(placed["code_url"]), "pay");
        Assert.Equal("2", (await merchant.CallAsync("pay/orderquery", new() { ["out_trade_no"] = "order-1" }))["total_fee"]);
    }
}

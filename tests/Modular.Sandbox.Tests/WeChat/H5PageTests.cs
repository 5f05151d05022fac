using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class H5PageTests
{
    private const string Shop = "http://127.0.0.1:5080/";
    private const string Back = "http://127.0.0.1:5080/pay/1?from=wechat";

    [Theory]
    [InlineData("pay", "SUCCESS")]
    [InlineData("cancel", "NOTPAY")]
    public async Task The_browser_comes_back_whatever_the_shopper_did(string button, string state)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        using var phone = new Browser(sandbox, Browser.Android) { Referer = Shop };
        var gate = await phone.OpenAsync(Link(await merchant.PlaceAsync("order-1", "MWEB"), Back));
        Assert.Equal(302, gate.Status);
        phone.Referer = null;
        var cashier = await phone.OpenAsync(gate.Location!);
        Assert.Equal("¥0.01", cashier.Text("amount"));
        var returned = await phone.PressAsync(cashier, button);
        Assert.Equal((303, Back), (returned.Status, returned.Location));
        Assert.Equal(state, await merchant.StateAsync("order-1"));
    }

    [Fact]
    public async Task Without_an_address_to_come_back_to_the_end_is_shown()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var phone = new Browser(sandbox, Browser.Android) { Referer = Shop };
        var gate = await phone.OpenAsync((await new V2Merchant(sandbox).PlaceAsync("order-1", "MWEB"))["mweb_url"]);
        Assert.Equal("支付成功", (await phone.PressAsync(await phone.OpenAsync(gate.Location!), "pay")).Text("result"));
    }

    [Theory]
    [InlineData(Browser.Android, null, Back, "商家参数格式有误，请联系商家解决")]
    [InlineData(Browser.Android, "http://example.com/", Back, "商家存在未配置的参数，请联系商家解决")]
    [InlineData(Browser.WeChat, Shop, Back, "请在微信外打开订单，进行支付")]
    [InlineData(Browser.Android, Shop, "http://example.com/", "系统繁忙，请稍后再试")]
    [InlineData(Browser.Android, Shop, "http://127.0.0.1@example.com/", "系统繁忙，请稍后再试")]
    [InlineData(Browser.Android, Shop, "javascript:alert(1)", "系统繁忙，请稍后再试")]
    [InlineData(Browser.IPhone, Shop, "http://example.com/", "签名验证失败")]
    public async Task The_gate_says_what_is_wrong_in_its_own_words(string userAgent, string? referer, string redirectUrl, string message)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var phone = new Browser(sandbox, userAgent) { Referer = referer };
        var gate = await phone.OpenAsync(Link(await new V2Merchant(sandbox).PlaceAsync("order-1", "MWEB"), redirectUrl));
        Assert.Equal((200, message), (gate.Status, gate.Text("error-reason")));
    }

    [Fact]
    public async Task The_link_is_good_for_five_minutes_and_whoever_is_inside_may_take_longer()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var link = Link(await merchant.PlaceAsync("order-1", "MWEB"), Back);
        using var phone = new Browser(sandbox, Browser.Android) { Referer = Shop };
        sandbox.Time.Advance(TimeSpan.FromSeconds(299));
        var gate = await phone.OpenAsync(link);
        var cashier = await phone.OpenAsync(gate.Location!);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("支付请求已失效，请重新发起支付", (await phone.OpenAsync(link)).Text("error-reason"));
        await phone.PressAsync(cashier, "pay");
        Assert.Equal("SUCCESS", await merchant.StateAsync("order-1"));
    }

    [Fact]
    public async Task A_link_that_one_shopper_has_opened_is_no_other_shoppers()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var link = Link(await new V2Merchant(sandbox).PlaceAsync("order-1", "MWEB"), Back);
        using var alice = new Browser(sandbox, Browser.Android) { Referer = Shop };
        using var bob = new Browser(sandbox, Browser.IPhone) { Referer = Shop };
        await alice.OpenAsync((await alice.OpenAsync(link)).Location!);
        Assert.Equal("签名验证失败", (await bob.OpenAsync(link)).Text("error-reason"));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("203.0.113.9", false)]
    public async Task The_clients_address_is_compared_by_a_setting(string address, bool isLetIn)
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:H5ChecksIp", "true"));
        var merchant = new V2Merchant(sandbox);
        var placed = await merchant.CallAsync("pay/unifiedorder", new(merchant.Order("order-1", "MWEB")) { ["spbill_create_ip"] = address });
        using var phone = new Browser(sandbox, Browser.Android) { Referer = Shop };
        var gate = await phone.OpenAsync(Link(placed, Back));
        Assert.Equal(isLetIn ? 302 : 200, gate.Status);
        Assert.Equal(isLetIn ? null : "由于商家传入的H5交易参数有误，请联系商家解决", gate.Text("error-reason"));
    }

    [Fact]
    public async Task The_cashier_sends_nobody_to_a_host_that_the_merchant_did_not_register()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var token = (await new V2Merchant(sandbox).PlaceAsync("order-1", "MWEB"))["mweb_url"].Split("package=")[1];
        using var phone = new Browser(sandbox, Browser.Android);
        var cashier = await phone.OpenAsync($"/wechat/h5/{token}?redirect_url=http%3A%2F%2Fexample.com%2F");
        Assert.Equal((200, "已取消支付"), (await phone.PressAsync(cashier, "cancel")) is var page ? (page.Status, page.Text("result")) : default);
    }

    private static string Link(Dictionary<string, string> placed, string redirectUrl) =>
        $"{placed["mweb_url"]}&redirect_url={Uri.EscapeDataString(redirectUrl)}";
}

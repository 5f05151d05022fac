using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class JsapiPageTests
{
    private const string ShopPage = "http://127.0.0.1:5080/pay/1";

    [Theory]
    [InlineData("pay", null, "ok", "SUCCESS")]
    [InlineData("cancel", null, "cancel", "NOTPAY")]
    [InlineData("cancel", "ok", "ok", "NOTPAY")]
    [InlineData("pay", "cancel", "cancel", "SUCCESS")]
    [InlineData("pay", "fail", "fail", "SUCCESS")]
    public async Task The_callback_tells_what_happened_or_what_a_fault_says(string button, string? fault, string outcome, string state)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox, "HMAC-SHA256");
        await sandbox.SetFaultsAsync(new { trade = new { jsapiCallback = fault } });
        var launch = merchant.Launch((await merchant.PlaceAsync("order-1", "JSAPI"))["prepay_id"]);
        using var phone = new Browser(sandbox, Browser.WeChat);
        var cashier = await phone.OpenAsync(Address(launch));
        Assert.Equal("¥0.01", cashier.Text("amount"));
        var (message, origin) = Posted(await phone.PressAsync(cashier, button));
        Assert.Equal(("wechat-jsapi", "s1", $"get_brand_wcpay_request:{outcome}"), ((string?)message["kind"], (string?)message["session"], (string?)message["result"]!["err_msg"]));
        Assert.Equal("http://127.0.0.1:5080", origin);
        Assert.Equal(state, await merchant.StateAsync("order-1"));
    }

    [Theory]
    [InlineData("paySign", "0", "支付验证签名失败")]
    [InlineData("nonceStr", "other", "支付验证签名失败")]
    [InlineData("signType", "MD5", "支付参数signType与下单时不一致")]
    [InlineData("timeStamp", "1795579200000", "支付参数timeStamp应为以秒为单位的字符串")]
    [InlineData("package", "prepay_id=wx0", "支付参数prepay_id无效")]
    [InlineData("appId", "", "调用支付JSAPI缺少参数：appId")]
    public async Task A_wrong_launch_fails_at_once_and_says_why(string parameter, string value, string reason)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox, "HMAC-SHA256");
        var launch = merchant.Launch((await merchant.PlaceAsync("order-1", "JSAPI"))["prepay_id"]);
        launch[parameter] = value;
        using var phone = new Browser(sandbox, Browser.WeChat);
        var page = await phone.OpenAsync(Address(launch));
        Assert.Equal(reason, page.Text("error-reason"));
        Assert.Equal("get_brand_wcpay_request:fail", (string?)Posted(page).Message["result"]!["err_msg"]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080/pay/", true)]
    [InlineData("http://127.0.0.1:5080/other/, http://127.0.0.1:5080/pay/", true)]
    [InlineData("http://127.0.0.1:5080/Pay/", false)]
    [InlineData("http://127.0.0.1:5081/", false)]
    public async Task The_page_must_lie_in_a_registered_directory(string directories, bool isOpen)
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:Merchants:a:JsapiDirectories", directories));
        var merchant = new V2Merchant(sandbox);
        var launch = merchant.Launch((await merchant.PlaceAsync("order-1", "JSAPI"))["prepay_id"]);
        using var phone = new Browser(sandbox, Browser.WeChat);
        Assert.Equal(isOpen ? null : "当前页面的URL未注册", (await phone.OpenAsync(Address(launch))).Text("error-reason"));
    }

    [Fact]
    public async Task A_prepay_session_dies_after_two_hours()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var launch = merchant.Launch((await merchant.PlaceAsync("order-1", "JSAPI"))["prepay_id"]);
        sandbox.Time.Advance(TimeSpan.FromHours(2));
        using var phone = new Browser(sandbox, Browser.WeChat);
        Assert.Equal("prepay_id已过期，请重新下单", (await phone.OpenAsync(Address(launch))).Text("error-reason"));
    }

    [Fact]
    public async Task An_order_for_a_known_shopper_is_paid_by_that_shopper_alone()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var alice = new Browser(sandbox, Browser.WeChat);
        using var bob = new Browser(sandbox, Browser.WeChat);
        var openId = await OpenIdAsync(sandbox, alice, WeChatKeys.AppId, WeChatKeys.AppSecret);
        var merchant = new V2Merchant(sandbox);
        var placed = await merchant.CallAsync("pay/unifiedorder", new(merchant.Order("order-1", "JSAPI")) { ["openid"] = openId });
        var address = Address(merchant.Launch(placed["prepay_id"]));
        Assert.StartsWith("当前支付账号与下单账号不一致", (await bob.OpenAsync(address)).Text("error-reason"), StringComparison.Ordinal);
        await alice.PressAsync(await alice.OpenAsync(address), "pay");
        Assert.Equal(openId, (await merchant.CallAsync("pay/orderquery", new() { ["out_trade_no"] = "order-1" }))["openid"]);
        var foreign = await OpenIdAsync(sandbox, alice, WeChatKeys.OtherAppId, WeChatKeys.OtherAppSecret);
        var refused = await merchant.CallAsync("pay/unifiedorder", new(merchant.Order("order-2", "JSAPI")) { ["openid"] = foreign });
        Assert.Equal("appid and openid not match", refused["err_code_des"]);
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>", "http://127.0.0.1:5080")]
    [InlineData("s", "/")]
    public async Task Nothing_leaves_the_script_and_only_the_shops_origin_hears_it(string session, string origin)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var phone = new Browser(sandbox, Browser.WeChat);
        var page = await phone.OpenAsync(QueryHelpers.AddQueryString("/wechat/jsapi", new Dictionary<string, string?> { ["session"] = session, ["page"] = origin == "/" ? "data:text/html,x" : ShopPage }));
        Assert.Single(Regex.Matches(page.Html, "<script>"));
        Assert.Equal((session, origin), ((string?)Posted(page).Message["session"], Posted(page).Origin));
    }

    [Fact]
    public async Task The_script_knows_where_the_sandbox_is()
    {
        await using var sandbox = await SandboxHost.StartAsync(("PublicUrl", "http://localhost:5090/"));
        using var response = await sandbox.Client.GetAsync("/wechat/jsbridge.js", TestContext.Current.CancellationToken);
        Assert.Equal("text/javascript", response.Content.Headers.ContentType!.MediaType);
        var script = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("const sandbox = 'http://localhost:5090';", script, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", script, StringComparison.Ordinal);
    }

    private static string Address(Dictionary<string, string> launch) => QueryHelpers.AddQueryString(
        "/wechat/jsapi", new Dictionary<string, string>(launch) { ["page"] = ShopPage, ["session"] = "s1" }!);

    private static (JsonNode Message, string Origin) Posted(Page page)
    {
        var call = Regex.Match(page.Html, """postMessage\((\{.*\}), ("[^"]*")\)""");
        Assert.True(call.Success, page.Html);
        return (JsonNode.Parse(call.Groups[1].Value)!, (string)JsonNode.Parse(call.Groups[2].Value)!);
    }

    private static async Task<string> OpenIdAsync(SandboxHost sandbox, Browser browser, string appId, string secret)
    {
        var page = await browser.OpenAsync($"/connect/oauth2/authorize?appid={appId}&redirect_uri=http%3A%2F%2F127.0.0.1%2F&response_type=code&scope=snsapi_base&state=s");
        var code = QueryHelpers.ParseQuery(new Uri(page.Location!).Query)["code"];
        var answer = await sandbox.Client.GetStringAsync($"/sns/oauth2/access_token?appid={appId}&secret={secret}&code={code}&grant_type=authorization_code", TestContext.Current.CancellationToken);
        return (string)JsonNode.Parse(answer)!["openid"]!;
    }
}

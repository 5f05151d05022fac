using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class OAuthTests
{
    private const string Shop = "http://127.0.0.1:5080/wechat/back?order=1";
    private const string Rid = @", rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$";

    private static readonly string Good = Query(WeChatKeys.AppId, Shop, "code", "snsapi_base", "abc123");

    [Fact]
    public async Task A_silent_authorisation_comes_back_with_a_code_and_the_state()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var back = await AuthoriseAsync(sandbox, Good);
        Assert.StartsWith("http://127.0.0.1:5080/wechat/back?order=1&code=", back, StringComparison.Ordinal);
        Assert.EndsWith("&state=abc123", back, StringComparison.Ordinal);
        var answer = await ExchangeAsync(sandbox, CodeOf(back));
        Assert.Equal((7200, "snsapi_base"), ((int)answer["expires_in"]!, (string?)answer["scope"]));
        Assert.Matches("^o[A-Za-z0-9_-]{27}$", (string?)answer["openid"]);
        Assert.Null(answer["unionid"]);
        var renewed = await AskAsync(sandbox, $"/sns/oauth2/refresh_token?appid={WeChatKeys.AppId}&grant_type=refresh_token&refresh_token={answer["refresh_token"]}");
        Assert.Equal((string?)answer["openid"], (string?)renewed["openid"]);
        Assert.NotEqual((string?)answer["access_token"], (string?)renewed["access_token"]);
    }

    [Fact]
    public async Task Knowing_who_the_shopper_is_needs_consent()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:OAuth:SnapshotUser", "true"));
        using var browser = new Browser(sandbox, Browser.WeChat);
        var page = await browser.OpenAsync("/connect/oauth2/authorize?" + Query(WeChatKeys.AppId, Shop, "code", "snsapi_userinfo", "s") + "&shopper=alice");
        Assert.Equal("alice", page.Text("shopper"));
        Assert.Equal(Shop + "&state=s", (await browser.PressAsync(page, "deny")).Location);
        var allowed = await browser.PressAsync(page, "allow");
        Assert.Equal(303, allowed.Status);
        var answer = await ExchangeAsync(sandbox, CodeOf(allowed.Location!));
        Assert.Equal(("snsapi_userinfo", 1), ((string?)answer["scope"], (int)answer["is_snapshotuser"]!));
        Assert.NotNull(answer["unionid"]);
    }

    [Fact]
    public async Task A_browser_stays_the_same_shopper_and_is_another_one_to_another_application()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var alice = new Browser(sandbox, Browser.WeChat);
        using var bob = new Browser(sandbox, Browser.WeChat);
        var first = await OpenIdAsync(sandbox, alice);
        Assert.Equal(first, await OpenIdAsync(sandbox, alice));
        Assert.NotEqual(first, await OpenIdAsync(sandbox, alice, WeChatKeys.OtherAppId, WeChatKeys.OtherAppSecret));
        Assert.NotEqual(first, await OpenIdAsync(sandbox, bob));
        await alice.PostAsync("/wechat/shopper", ("shopper", "carol"));
        await bob.OpenAsync("/wechat/shopper?shopper=carol");
        Assert.Equal(await OpenIdAsync(sandbox, alice), await OpenIdAsync(sandbox, bob));
        Assert.Equal(400, (await bob.PostAsync("/wechat/shopper", ("shopper", "<b>"))).Status);
    }

    [Theory]
    [InlineData("appid=", "10012", "appid 不能为空")]
    [InlineData("redirect_uri=", "10011", "redirect_uri 不能为空")]
    [InlineData("scope=", "10010", "scope 不能为空")]
    [InlineData("state=", "10013", "state 不能为空")]
    [InlineData("appid=wx0000000000000000", "10012", "AppID 参数错误")]
    [InlineData("redirect_uri=http://sub.127.0.0.1.example/", "10003", "redirect_uri 参数错误")]
    [InlineData("redirect_uri=http://127.0.0.1@example.com/", "10003", "redirect_uri 参数错误")]
    [InlineData("redirect_uri=http://example.com@127.0.0.1/", "10003", "redirect_uri 参数错误")]
    [InlineData("redirect_uri=javascript:alert(1)", "10003", "redirect_uri 参数错误")]
    [InlineData("redirect_uri=/wechat/back", "10003", "redirect_uri 参数错误")]
    [InlineData("scope=snsapi_all", "10005", "Scope 参数错误")]
    [InlineData("response_type=token", null, "response_type 参数错误")]
    [InlineData("state=a-b", null, "state 参数错误")]
    public async Task A_wrong_parameter_is_named_with_its_number(string change, string? number, string reason)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var (name, value) = (change[..change.IndexOf('=', StringComparison.Ordinal)], change[(change.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var query = string.Join('&', Good.Split('&').Select(pair => pair.StartsWith(name + "=", StringComparison.Ordinal) ? $"{name}={Uri.EscapeDataString(value)}" : pair));
        await RefusedAsync(sandbox, query, number, reason);
    }

    [Fact]
    public async Task Parameters_out_of_order_or_given_twice_are_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await RefusedAsync(sandbox, string.Join('&', Good.Split('&').Reverse()), null, "链接参数顺序有误");
        await RefusedAsync(sandbox, Good + "&state=other", null, "参数 state 重复");
    }

    [Fact]
    public async Task A_lenient_page_takes_any_order_no_state_and_any_browser()
    {
        await using var sandbox = await SandboxHost.StartAsync(
            ("WeChat:OAuth:StrictOrder", "false"), ("WeChat:OAuth:StateRequired", "false"), ("WeChat:OAuth:WeChatOnly", "false"));
        var query = string.Join('&', Query(WeChatKeys.AppId, Shop, "code", "snsapi_base", "").Split('&').Reverse());
        using var response = await sandbox.Client.GetAsync("/connect/oauth2/authorize?" + query, TestContext.Current.CancellationToken);
        Assert.EndsWith("&state=", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_browser_than_WeChats_is_turned_away()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var html = await sandbox.Client.GetStringAsync("/connect/oauth2/authorize?" + Good, TestContext.Current.CancellationToken);
        Assert.Contains("请在微信客户端打开链接", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_good_once_for_its_application_and_for_five_minutes()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var code = CodeOf(await AuthoriseAsync(sandbox, Good));
        var foreign = await AskAsync(sandbox, $"/sns/oauth2/access_token?appid={WeChatKeys.OtherAppId}&secret={WeChatKeys.OtherAppSecret}&code={code}&grant_type=authorization_code");
        Assert.Equal(40029, (int)foreign["errcode"]!);
        sandbox.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.NotNull((await ExchangeAsync(sandbox, code))["openid"]);
        await ErrorAsync(sandbox, code, 40163, "^code been used" + Rid);
        var old = CodeOf(await AuthoriseAsync(sandbox, Good));
        sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        await ErrorAsync(sandbox, old, 40029, "^invalid code" + Rid);
        await ErrorAsync(sandbox, "guess", 40029, "^invalid code" + Rid);
    }

    [Fact]
    public async Task A_code_may_live_longer_by_a_setting()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:OAuth:CodeLifetime", "10m"));
        var code = CodeOf(await AuthoriseAsync(sandbox, Good));
        sandbox.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.NotNull((await ExchangeAsync(sandbox, code))["openid"]);
    }

    [Theory]
    [InlineData("appid", "", 41002, "appid missing")]
    [InlineData("appid", "wx0", 40013, "invalid appid")]
    [InlineData("secret", "", 41004, "appsecret missing")]
    [InlineData("secret", "wrong", 40125, "invalid appsecret")]
    [InlineData("code", "", 41008, "missing code")]
    [InlineData("grant_type", "password", 40002, "invalid grant_type")]
    public async Task A_wrong_exchange_is_answered_with_200_and_its_number(string parameter, string value, int number, string message)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var query = new Dictionary<string, string?>
        {
            ["appid"] = WeChatKeys.AppId,
            ["secret"] = WeChatKeys.AppSecret,
            ["code"] = CodeOf(await AuthoriseAsync(sandbox, Good)),
            ["grant_type"] = "authorization_code",
            [parameter] = value,
        };
        var answer = await AskAsync(sandbox, QueryHelpers.AddQueryString("/sns/oauth2/access_token", query));
        Assert.Equal((number, message), ((int)answer["errcode"]!, (string?)answer["errmsg"]));
    }

    [Theory]
    [InlineData(40029, "invalid code")]
    [InlineData(40163, "code been used")]
    [InlineData(-1, "system error")]
    public async Task An_exchange_can_be_made_to_fail(int number, string message)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { oAuth = new { errcode = number, times = 1 } });
        var code = CodeOf(await AuthoriseAsync(sandbox, Good));
        await ErrorAsync(sandbox, code, number, "^" + message);
        Assert.NotNull((await ExchangeAsync(sandbox, code))["openid"]);
    }

    private static string Query(string appId, string redirectUri, string responseType, string scope, string state) =>
        $"appid={appId}&redirect_uri={Uri.EscapeDataString(redirectUri)}&response_type={responseType}&scope={scope}&state={state}";

    private static async Task<string> AuthoriseAsync(SandboxHost sandbox, string query)
    {
        using var browser = new Browser(sandbox, Browser.WeChat);
        var page = await browser.OpenAsync("/connect/oauth2/authorize?" + query);
        Assert.Equal(302, page.Status);
        return page.Location!;
    }

    private static async Task RefusedAsync(SandboxHost sandbox, string query, string? number, string reason)
    {
        using var browser = new Browser(sandbox, Browser.WeChat);
        var page = await browser.OpenAsync("/connect/oauth2/authorize?" + query);
        Assert.StartsWith(reason, page.Text("error-reason"), StringComparison.Ordinal);
        Assert.Equal(number, page.Text("error-code"));
        Assert.Null(page.Location);
    }

    private static string CodeOf(string address) => QueryHelpers.ParseQuery(new Uri(address).Query)["code"].ToString();

    private static async Task<string> OpenIdAsync(SandboxHost sandbox, Browser browser, string appId = WeChatKeys.AppId, string secret = WeChatKeys.AppSecret)
    {
        var page = await browser.OpenAsync("/connect/oauth2/authorize?" + Query(appId, Shop, "code", "snsapi_base", "s"));
        return (string)(await AskAsync(sandbox, $"/sns/oauth2/access_token?appid={appId}&secret={secret}&code={CodeOf(page.Location!)}&grant_type=authorization_code"))["openid"]!;
    }

    private static Task<JsonNode> ExchangeAsync(SandboxHost sandbox, string code) =>
        AskAsync(sandbox, $"/sns/oauth2/access_token?appid={WeChatKeys.AppId}&secret={WeChatKeys.AppSecret}&code={code}&grant_type=authorization_code");

    private static async Task ErrorAsync(SandboxHost sandbox, string code, int number, string message)
    {
        var answer = await ExchangeAsync(sandbox, code);
        Assert.Equal(number, (int)answer["errcode"]!);
        Assert.Matches(message, (string?)answer["errmsg"]);
    }

    private static async Task<JsonNode> AskAsync(SandboxHost sandbox, string address)
    {
        using var response = await sandbox.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }
}

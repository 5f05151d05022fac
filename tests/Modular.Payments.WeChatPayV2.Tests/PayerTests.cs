using System.Net;
using CsCheck;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class PayerTests
{
    private const string Token = """{"access_token":"ACCESS","expires_in":7200,"refresh_token":"REFRESH","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","scope":"snsapi_base"}""";
    private static readonly Uri Callback = new("https://shop.example/payments/wechat/payer");

    [Fact]
    public void The_browser_is_sent_with_the_parameters_in_wechats_order() =>
        Assert.Equal(
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx2421b1c4370ec43b&redirect_uri=https%3A%2F%2Fshop.example%2Fpayments%2Fwechat%2Fpayer&response_type=code&scope=snsapi_base&state=abc123#wechat_redirect",
            Some.Provider().AuthorizeUrl(Callback, "abc123")!.AbsoluteUri);

    [Fact]
    public async Task Without_the_secret_nobody_is_identified_and_a_known_payer_can_still_pay()
    {
        var provider = Some.Provider(StubGateway.Ordering(), Some.Settings(("AppSecret", null)));
        Assert.Null(provider.AuthorizeUrl(Callback, "abc123"));
        Assert.Contains("AppSecret", Assert.IsType<PayerAnswer.Unknown>(await provider.IdentifyPayerAsync("code", TestContext.Current.CancellationToken)).Detail, StringComparison.Ordinal);
        Assert.IsType<StartAnswer.Started>(await provider.StartAsync(Some.Start(PaymentScene.Wechat), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_code_is_exchanged_for_the_openid()
    {
        var gateway = StubGateway.Saying(Token);
        Assert.Equal(new PayerAnswer.Identified(Some.OpenId), await ExchangeAsync(gateway, "0a1&b=2 中"));
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("GET", call.Method);
        Assert.Equal($"https://api.weixin.qq.com/sns/oauth2/access_token?appid={Some.AppId}&secret={Some.AppSecret}&code=0a1%26b%3D2%20%E4%B8%AD&grant_type=authorization_code", call.Url.AbsoluteUri);
    }

    [Fact]
    public async Task The_addresses_can_be_those_of_a_gateway_on_this_machine()
    {
        var gateway = StubGateway.Saying(Token);
        var provider = Some.Provider(gateway, Some.Settings(("OAuthAuthorizeUrl", "http://127.0.0.1:5081/authorize"), ("OAuthTokenUrl", "http://127.0.0.1:5081/token")));
        Assert.StartsWith("http://127.0.0.1:5081/authorize?appid=", provider.AuthorizeUrl(Callback, "s")!.AbsoluteUri, StringComparison.Ordinal);
        await provider.IdentifyPayerAsync("c", TestContext.Current.CancellationToken);
        Assert.StartsWith("http://127.0.0.1:5081/token?appid=", gateway.Calls[0].Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40029, "invalid code, rid: 65f0-1")]
    [InlineData(40163, "code been used, rid: 65f0-2")]
    [InlineData(41008, "missing code")]
    public async Task A_bad_code_is_refused_so_that_the_browser_is_sent_anew(int code, string message)
    {
        var refused = Assert.IsType<PayerAnswer.CodeRefused>(await ExchangeAsync(StubGateway.Saying($$"""{"errcode":{{code}},"errmsg":"{{message}}"}""")));
        Assert.Equal(code.ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Code);
        Assert.Contains(message, refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40013, "AppId")]
    [InlineData(41002, "AppId")]
    [InlineData(40125, "AppSecret")]
    [InlineData(-1, "-1")]
    [InlineData(45009, "45009")]
    public async Task A_wrong_setting_or_a_busy_system_is_unknown(int code, string says) =>
        Assert.Contains(says, Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(StubGateway.Saying($$"""{"errcode":{{code}},"errmsg":"m"}"""))).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>busy</html>")]
    [InlineData("""{"openid":""}""")]
    [InlineData("""{"openid":7}""")]
    [InlineData("""{"openid":"o<1>"}""")]
    [InlineData("""{"openid":"o\u0000"}""")]
    [InlineData("""{"openid":"o\ud800"}""")]
    [InlineData("""{"openid":"o1","openid":"o2"}""")]
    [InlineData("""{"openid":"o1","errcode":"40029"}""")]
    [InlineData("""{"openid":"o1","errcode":1.5}""")]
    [InlineData("""{"openid":"o1","errcode":-1}""")]
    [InlineData("""{"openid":"o1","is_snapshotuser":1}""")]
    [InlineData("""{"openid":"o1","is_snapshotuser":"1"}""")]
    public async Task An_answer_that_names_nobody_is_unknown(string body) =>
        Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(StubGateway.Saying(body)));

    [Fact]
    public async Task An_openid_has_at_most_128_characters()
    {
        Assert.IsType<PayerAnswer.Identified>(await ExchangeAsync(StubGateway.Saying($$"""{"openid":"{{new string('o', 128)}}","errcode":0}""")));
        Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(StubGateway.Saying($$"""{"openid":"{{new string('o', 129)}}"}""")));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_or_is_too_long_is_unknown()
    {
        Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(StubGateway.Saying(Token, HttpStatusCode.BadGateway)));
        Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(StubGateway.Saying(Token + new string(' ', 20_000))));
        Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(new StubGateway(_ => throw new TaskCanceledException())));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task A_code_that_is_none_is_refused_without_asking(string code)
    {
        Assert.IsType<PayerAnswer.CodeRefused>(await ExchangeAsync(StubGateway.Silent(), code));
        Assert.IsType<PayerAnswer.CodeRefused>(await ExchangeAsync(StubGateway.Silent(), new string('c', 513)));
    }

    [Fact]
    public async Task The_secret_is_in_no_message()
    {
        StubGateway[] gateways =
        [
            StubGateway.Saying($$"""{"errcode":40125,"errmsg":"invalid appsecret {{Some.AppSecret}}"}"""),
            StubGateway.Saying($$"""{"errcode":-1,"errmsg":"{{Some.AppSecret.ToUpperInvariant()}}"}"""),
            StubGateway.Saying(Some.AppSecret),
            new StubGateway(call => throw new HttpRequestException(call.Url.AbsoluteUri)),
            new StubGateway(call => throw new IOException(call.Url.AbsoluteUri)),
        ];
        foreach (var gateway in gateways)
        {
            Assert.DoesNotContain(Some.AppSecret, Assert.IsType<PayerAnswer.Unknown>(await ExchangeAsync(gateway)).Detail, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Any_code_is_escaped_into_one_parameter() =>
        Gen.String[Gen.Char['!', '\u4e80'], 1, 60].Sample(
            code =>
            {
                var gateway = StubGateway.Saying(Token);
                _ = Some.Provider(gateway).IdentifyPayerAsync(code, CancellationToken.None).GetAwaiter().GetResult();
                var parts = gateway.Calls[0].Url.Query.TrimStart('?').Split('&');
                return parts.Length == 4 && Uri.UnescapeDataString(parts[2]["code=".Length..]) == code;
            },
            iter: 500);

    private static Task<PayerAnswer> ExchangeAsync(StubGateway gateway, string code = "011abc") =>
        Some.Provider(gateway).IdentifyPayerAsync(code, TestContext.Current.CancellationToken);
}

using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class PayerTests
{
    private static readonly Uri Callback = new("https://shop.example/payments/wechat/payer");

    [Fact]
    public void The_authorise_address_has_wechats_order_and_fragment() =>
        Assert.Equal(
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx2421b1c4370ec43b&redirect_uri=https%3A%2F%2Fshop.example%2Fpayments%2Fwechat%2Fpayer&response_type=code&scope=snsapi_base&state=aB3#wechat_redirect",
            Payers().AuthorizeUrl(Callback, "aB3")!.AbsoluteUri);

    [Fact]
    public async Task Without_the_secret_nobody_is_identified()
    {
        var settings = Some.PublicKeyModeSettings();
        settings.Remove("AppSecret");
        var gateway = StubGateway.Saying("""{"openid":"o1"}""");
        var payers = Payers(gateway, settings);
        Assert.Null(payers.AuthorizeUrl(Callback, "s"));
        Assert.Contains("AppSecret", Assert.IsType<PayerAnswer.Unknown>(await IdentifyAsync(payers)).Detail, StringComparison.Ordinal);
        Assert.Empty(gateway.Calls);
    }

    [Fact]
    public async Task A_code_becomes_an_openid_whatever_the_content_type()
    {
        var gateway = new StubGateway(_ =>
        {
            var response = StubGateway.Answer("""{"access_token":"t","expires_in":7200,"refresh_token":"r","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","scope":"snsapi_base"}""");
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "text/plain");
            return response;
        });
        Assert.Equal(new PayerAnswer.Identified(Some.OpenId), await IdentifyAsync(Payers(gateway), "0a1&b=c"));
        Assert.Equal(
            $"https://api.weixin.qq.com/sns/oauth2/access_token?appid={Some.AppId}&secret={Some.AppSecret}&code=0a1%26b%3Dc&grant_type=authorization_code",
            Assert.Single(gateway.Calls).Url.AbsoluteUri);
    }

    [Theory]
    [InlineData("""{"errcode":40029,"errmsg":"invalid code, rid: 1"}""", "40029")]
    [InlineData("""{"errcode":40163,"errmsg":"code been used, rid: 1"}""", "40163")]
    [InlineData("""{"errcode":"40163","errmsg":"code been used"}""", "40163")]
    [InlineData("""{"openid":"o1","is_snapshotuser":1}""", "is_snapshotuser")]
    public async Task A_code_that_is_worth_nothing_is_refused(string body, string code) =>
        Assert.Equal(code, Assert.IsType<PayerAnswer.CodeRefused>(await IdentifyAsync(Payers(StubGateway.Saying(body)))).Code);

    [Theory]
    [InlineData("""{"errcode":40013,"errmsg":"invalid appid"}""", "AppId")]
    [InlineData("""{"errcode":41002,"errmsg":"appid missing"}""", "AppId")]
    [InlineData("""{"errcode":40125,"errmsg":"invalid appsecret 5ecre7000000000000000000000000ff"}""", "AppSecret")]
    [InlineData("""{"errcode":-1,"errmsg":"system error"}""", "-1")]
    [InlineData("""{"errcode":45011,"errmsg":"too fast"}""", "45011")]
    [InlineData("""{"errcode":null}""", "errcode")]
    [InlineData("""{"openid":""}""", "openid")]
    [InlineData("""{"openid":"a b"}""", "openid")]
    [InlineData("""{"openid":"a","openid":"b"}""", "JSON")]
    [InlineData("{}", "openid")]
    [InlineData("<html/>", "JSON")]
    [InlineData("", "JSON")]
    public async Task What_names_nobody_is_unknown_with_a_hint(string body, string says)
    {
        var detail = Assert.IsType<PayerAnswer.Unknown>(await IdentifyAsync(Payers(StubGateway.Saying(body)))).Detail;
        Assert.Contains(says, detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Some.AppSecret, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_network_is_unknown_and_never_shows_the_secret()
    {
        Exception[] failures = [new HttpRequestException(Some.AppSecret), new TaskCanceledException(Some.AppSecret), new IOException(Some.AppSecret)];
        foreach (var failure in failures)
        {
            var detail = Assert.IsType<PayerAnswer.Unknown>(await IdentifyAsync(Payers(new StubGateway(_ => throw failure)))).Detail;
            Assert.DoesNotContain(Some.AppSecret, detail, StringComparison.Ordinal);
        }

        Assert.IsType<PayerAnswer.Unknown>(await IdentifyAsync(Payers(StubGateway.Saying("""{"openid":"o1"}""", 500))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public async Task A_code_of_no_form_is_refused_without_asking(string code)
    {
        var gateway = StubGateway.Saying("");
        Assert.IsType<PayerAnswer.CodeRefused>(await IdentifyAsync(Payers(gateway), code));
        Assert.Empty(gateway.Calls);
    }

    private static IPayerProvider Payers(StubGateway? gateway = null, Dictionary<string, string?>? settings = null) =>
        (IPayerProvider)Some.Provider(settings, gateway);

    private static Task<PayerAnswer> IdentifyAsync(IPayerProvider payers, string code = "071Abc") =>
        payers.IdentifyPayerAsync(code, TestContext.Current.CancellationToken);
}

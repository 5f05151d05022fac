using System.Text;
using System.Text.Json;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class StartTests
{
    private const string Prepay = """{"prepay_id":"wx26112209121578b3fa4dbbe0f9ee3b0000"}""";
    private const string CodeUrl = """{"code_url":"weixin://wxpay/bizpayurl?pr=qwAZ1xyz"}""";
    private const string H5Url = """{"h5_url":"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2611&package=1037687096"}""";

    [Theory]
    [InlineData(PaymentScene.Qr, "native", CodeUrl, """{"appid":"wx2421b1c4370ec43b","mchid":"1900007291","description":"预订庭院客房订单","out_trade_no":"P20261122000001","time_expire":"2026-11-22T13:00:00+08:00","notify_url":"https://shop.example/payments/wechat/notify","amount":{"total":36800,"currency":"CNY"},"scene_info":{"payer_client_ip":"203.0.113.9"}}""")]
    [InlineData(PaymentScene.Wechat, "jsapi", Prepay, """{"appid":"wx2421b1c4370ec43b","mchid":"1900007291","description":"预订庭院客房订单","out_trade_no":"P20261122000001","time_expire":"2026-11-22T13:00:00+08:00","notify_url":"https://shop.example/payments/wechat/notify","amount":{"total":36800,"currency":"CNY"},"payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"scene_info":{"payer_client_ip":"203.0.113.9"}}""")]
    [InlineData(PaymentScene.Mobile, "h5", H5Url, """{"appid":"wx2421b1c4370ec43b","mchid":"1900007291","description":"预订庭院客房订单","out_trade_no":"P20261122000001","time_expire":"2026-11-22T13:00:00+08:00","notify_url":"https://shop.example/payments/wechat/notify","amount":{"total":36800,"currency":"CNY"},"scene_info":{"payer_client_ip":"203.0.113.9","h5_info":{"type":"Wap","app_url":"https://shop.example"}}}""")]
    [InlineData(PaymentScene.App, "app", Prepay, """{"appid":"wx2421b1c4370ec43b","mchid":"1900007291","description":"预订庭院客房订单","out_trade_no":"P20261122000001","time_expire":"2026-11-22T13:00:00+08:00","notify_url":"https://shop.example/payments/wechat/notify","amount":{"total":36800,"currency":"CNY"},"scene_info":{"payer_client_ip":"203.0.113.9"}}""")]
    public async Task Each_scene_orders_its_product_in_these_very_bytes(PaymentScene scene, string product, string answer, string body)
    {
        var gateway = StubGateway.Signing(answer);
        Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(scene), gateway));

        var call = Assert.Single(gateway.Calls);
        Assert.Equal("POST", call.Method);
        Assert.Equal($"https://api.mch.weixin.qq.com/v3/pay/transactions/{product}", call.Url.AbsoluteUri);
        Assert.Equal("application/json", call.ContentType);
        Assert.Equal("application/json", call.Headers["Accept"]);
        Assert.NotEmpty(call.Headers["User-Agent"]);
        Assert.Equal(Some.PublicKeyId, call.Headers["Wechatpay-Serial"]);
        Assert.Equal(body, call.Body);
    }

    [Fact]
    public async Task Without_a_public_key_no_serial_is_asked_for()
    {
        var gateway = StubGateway.Saying("");
        await Some.Provider(Some.CertificateModeSettings(), gateway).StartAsync(Some.Start(PaymentScene.Qr), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Wechatpay-Serial", Assert.Single(gateway.Calls).Headers.Keys);
    }

    [Fact]
    public async Task A_qr_code_shows_the_code_url()
    {
        var started = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(CodeUrl)));
        Assert.Equal(new PaymentAction.QrCode("weixin://wxpay/bizpayurl?pr=qwAZ1xyz"), started.Action);
    }

    [Fact]
    public async Task The_bridge_gets_signed_parameters_under_its_own_names()
    {
        var started = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Wechat), StubGateway.Signing(Prepay)));
        var invoke = Assert.IsType<PaymentAction.Invoke>(started.Action);
        Assert.Equal("wechat-jsapi", invoke.Client);
        Assert.Equal(["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"], invoke.Parameters.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("prepay_id=wx26112209121578b3fa4dbbe0f9ee3b0000", invoke.Parameters["package"]);
        Assert.Equal("RSA", invoke.Parameters["signType"]);
        Assert.Equal(Some.AppId, invoke.Parameters["appId"]);
        Assert.Equal("1795321800", invoke.Parameters["timeStamp"]);
        Assert.True(IsSigned($"{Some.AppId}\n1795321800\n{invoke.Parameters["nonceStr"]}\nprepay_id=wx26112209121578b3fa4dbbe0f9ee3b0000\n", invoke.Parameters["paySign"]));
    }

    [Fact]
    public async Task An_app_gets_signed_parameters_under_its_own_names()
    {
        var started = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.App), StubGateway.Signing(Prepay)));
        var invoke = Assert.IsType<PaymentAction.Invoke>(started.Action);
        Assert.Equal("wechat-app", invoke.Client);
        Assert.Equal(["appid", "noncestr", "package", "partnerid", "prepayid", "sign", "timestamp"], invoke.Parameters.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Sign=WXPay", invoke.Parameters["package"]);
        Assert.Equal(Some.MchId, invoke.Parameters["partnerid"]);
        Assert.True(IsSigned($"{Some.AppId}\n1795321800\n{invoke.Parameters["noncestr"]}\nwx26112209121578b3fa4dbbe0f9ee3b0000\n", invoke.Parameters["sign"]));
    }

    [Fact]
    public async Task A_phone_goes_to_the_cashier_and_comes_back_with_the_number()
    {
        var started = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Mobile), StubGateway.Signing(H5Url)));
        Assert.Equal(
            "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2611&package=1037687096&redirect_url=https%3A%2F%2Fshop.example%2Fpayments%2Fwechat%2Freturn%3Fpayment%3DP20261122000001",
            Assert.IsType<PaymentAction.Redirect>(started.Action).Url.AbsoluteUri);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5090/cashier?x=1", true)]
    [InlineData("https://wx.tenpay.com/cashier", true)]
    [InlineData("http://wx.tenpay.com/cashier?x=1", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("weixin://wxpay", false)]
    [InlineData("https://wx.tenpay.com/a?b#c", false)]
    [InlineData("/cashier", false)]
    public async Task A_browser_is_sent_over_https_or_to_this_machine_alone(string url, bool taken)
    {
        var answer = await StartAsync(Some.Start(PaymentScene.Mobile), StubGateway.Signing($$"""{"h5_url":"{{url}}"}"""));
        Assert.Equal(taken, answer is StartAnswer.Started);
        Assert.Equal(!taken, answer is StartAnswer.Unknown);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("fe80::1%3", "fe80::1")]
    public async Task The_shoppers_address_is_sent_plain(string given, string sent)
    {
        var gateway = StubGateway.Signing(H5Url);
        await StartAsync(Some.Start(PaymentScene.Mobile) with { ClientIp = given }, gateway);
        Assert.Equal(sent, JsonDocument.Parse(gateway.Calls[0].Body).RootElement.GetProperty("scene_info").GetProperty("payer_client_ip").GetString());
    }

    [Fact]
    public async Task Only_h5_needs_the_shoppers_address()
    {
        foreach (var unknown in new[] { null, "", "localhost" })
        {
            var rejected = Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Mobile) with { ClientIp = unknown }));
            Assert.Equal("CLIENT_IP", rejected.Code);

            var gateway = StubGateway.Signing(CodeUrl);
            Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Qr) with { ClientIp = unknown }, gateway));
            Assert.DoesNotContain("scene_info", gateway.Calls[0].Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_bridge_needs_a_payer_and_an_openid_has_a_form()
    {
        var gateway = StubGateway.Signing(Prepay);
        Assert.IsType<StartAnswer.PayerNeeded>(await StartAsync(Some.Start(PaymentScene.Wechat) with { PayerId = null }, gateway));
        Assert.Equal("PAYER", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Wechat) with { PayerId = "a b" }, gateway)).Code);
        Assert.Empty(gateway.Calls);
    }

    [Fact]
    public async Task What_wechat_never_takes_is_rejected_without_asking()
    {
        Assert.Equal("CURRENCY", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr) with { Amount = new Money(100, "USD") })).Code);
        Assert.Equal("AMOUNT", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr) with { Amount = Money.Cny(0) })).Code);
        Assert.Equal("SCENE", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Pc))).Code);
    }

    [Fact]
    public async Task The_terms_are_the_same_however_late_they_are_sent_again()
    {
        var clock = Some.Clock();
        var gateway = new StubGateway(_ => StubGateway.Answer("", 500));
        var provider = Some.Provider(gateway: gateway, clock: clock);
        var request = Some.Start(PaymentScene.Wechat) with { ExpiresAt = Keys.Now.AddSeconds(5) };
        await provider.StartAsync(request, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromHours(3));
        await provider.StartAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(gateway.Calls[0].Body, gateway.Calls[1].Body);
        Assert.NotEqual(gateway.Calls[0].Headers["Authorization"], gateway.Calls[1].Headers["Authorization"]);
        Assert.Contains("\"time_expire\":\"2026-11-22T12:31:00+08:00\"", gateway.Calls[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "ORDERPAID", typeof(StartAnswer.AlreadyPaid))]
    [InlineData(400, "ORDER_PAID", typeof(StartAnswer.AlreadyPaid))]
    [InlineData(400, "PARAM_ERROR", typeof(StartAnswer.Rejected))]
    [InlineData(400, "INVALID_REQUEST", typeof(StartAnswer.Rejected))]
    [InlineData(400, "APPID_MCHID_NOT_MATCH", typeof(StartAnswer.Rejected))]
    [InlineData(400, "MCH_NOT_EXISTS", typeof(StartAnswer.Rejected))]
    [InlineData(400, "ORDER_CLOSED", typeof(StartAnswer.Rejected))]
    [InlineData(400, "ORDERCLOSED", typeof(StartAnswer.Rejected))]
    [InlineData(401, "SIGN_ERROR", typeof(StartAnswer.Rejected))]
    [InlineData(403, "NO_AUTH", typeof(StartAnswer.Rejected))]
    [InlineData(403, "NOAUTH", typeof(StartAnswer.Rejected))]
    [InlineData(403, "OUT_TRADE_NO_USED", typeof(StartAnswer.Rejected))]
    [InlineData(403, "RULE_LIMIT", typeof(StartAnswer.Rejected))]
    [InlineData(202, "USER_PAYING", typeof(StartAnswer.Unknown))]
    [InlineData(400, "SYSTEM_ERROR", typeof(StartAnswer.Unknown))]
    [InlineData(403, "FREQUENCY_LIMITED", typeof(StartAnswer.Unknown))]
    [InlineData(429, "FREQUENCY_LIMITED", typeof(StartAnswer.Unknown))]
    [InlineData(429, "RATELIMIT_EXCEEDED", typeof(StartAnswer.Unknown))]
    [InlineData(429, "PARAM_ERROR", typeof(StartAnswer.Unknown))]
    [InlineData(500, "SYSTEM_ERROR", typeof(StartAnswer.Unknown))]
    [InlineData(500, "OPENID_MISMATCH", typeof(StartAnswer.Unknown))]
    [InlineData(502, "SERVICE_UNAVAILABLE", typeof(StartAnswer.Unknown))]
    public async Task Errors_mean_what_they_say_signed_or_not(int status, string code, Type expected)
    {
        var body = $$"""{"code":"{{code}}","message":"说明"}""";
        Assert.IsType(expected, await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(body, status)));
        Assert.IsType(expected, await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(body, status)));

        // Headers that claim a signature must bear it out.
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(body, status, Keys.Merchant)));
    }

    [Fact]
    public async Task A_refusal_that_nobody_knows_counts_only_with_a_signature()
    {
        const string Body = """{"code":"BRAND_NEW_REASON","message":"m"}""";
        Assert.Equal("BRAND_NEW_REASON", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(Body, 403))).Code);
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(Body, 403)));
    }

    [Theory]
    [InlineData("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", "clock of this machine is off")]
    [InlineData("签名错误", "MerchantSerialNo")]
    public async Task A_wrong_signature_of_ours_is_explained(string says, string remedy)
    {
        var rejected = Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying($$"""{"code":"SIGN_ERROR","message":"{{says}}"}""", 401)));
        Assert.Equal("SIGN_ERROR", rejected.Code);
        Assert.Contains(remedy, rejected.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X12_words_from_the_wire_are_one_short_plain_line()
    {
        var says = "a\\n\\u001b[31mb\\u202ec" + new string('长', 5000);
        var rejected = Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying($$"""{"code":"PARAM_ERROR","message":"{{says}}"}""", 400)));
        Assert.Contains("“a[31mbc长", rejected.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(rejected.Detail, char.IsControl);
        Assert.True(rejected.Detail.Length < 400, rejected.Detail);
    }

    [Fact]
    public async Task S16_an_answer_that_is_not_wechats_is_unknown()
    {
        StubGateway[] gateways =
        [
            StubGateway.Saying(CodeUrl),
            StubGateway.Saying(""),
            StubGateway.Saying("<html>504</html>"),
            StubGateway.Saying("<html>403</html>", 403),
            StubGateway.Saying("", 404),
            StubGateway.Saying("{\"code\":\"<script>\"}", 400),
            StubGateway.Saying("{\"code\":\"PARAM_ERROR\",\"code\":\"NO_AUTH\"}", 400),
            StubGateway.Signing(CodeUrl, key: Keys.Merchant),
            StubGateway.Signing(CodeUrl, at: Keys.Now.AddMinutes(-5)),
            StubGateway.Signing(CodeUrl, status: 202),
            StubGateway.Signing("{}"),
            StubGateway.Signing("""{"code_url":""}"""),
            StubGateway.Signing("""{"code_url":"weixin://a b"}"""),
            StubGateway.Signing($$"""{"code_url":"weixin://{{new string('a', 900)}}"}"""),
            StubGateway.Signing("""{"prepay_id":"wx26"}"""),
            StubGateway.Signing("""{"code_url":"weixin://a","code_url":"weixin://b"}"""),
            StubGateway.Saying("", 302),
        ];
        foreach (var gateway in gateways)
        {
            Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), gateway));
        }
    }

    [Fact]
    public void A_description_is_cleaned_and_never_broken() =>
        Gen.String[Gen.Char, 0, 400].Sample(
            text =>
            {
                var clean = DescriptionText.Description(text, "P1");
                return clean.Length > 0
                    && new UTF8Encoding(false, true).GetByteCount(clean) <= 127
                    && !clean.Any(char.IsControl);
            },
            iter: 2000);

    [Fact]
    public void X13_a_description_keeps_its_words_and_whole_characters()
    {
        Assert.Equal("a/b c", DescriptionText.Description(" a/b\t\n\u0001c ", "P1"));
        Assert.Equal("P1", DescriptionText.Description(" \u0000\ud800", "P1"));
        Assert.Equal("ab", DescriptionText.Description("a\ud800b", "P1"));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 31)), DescriptionText.Description(string.Concat(Enumerable.Repeat("😀", 40)), "P1"));
    }

    private static bool IsSigned(string text, string signature) =>
        Keys.Merchant.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String(signature), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);

    private static Task<StartAnswer> StartAsync(StartRequest request, StubGateway? gateway = null) =>
        Some.Provider(gateway: gateway).StartAsync(request, TestContext.Current.CancellationToken);
}

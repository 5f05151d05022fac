using System.Globalization;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Testing;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Two implementations by other people agree with the plugin in both directions.</summary>
public sealed class IndependentPartyTests
{
    private const string Script = "wechatpay-v3-messages.mjs";

    [Theory]
    [InlineData(PaymentScene.Qr)]
    [InlineData(PaymentScene.Wechat)]
    [InlineData(PaymentScene.Mobile)]
    [InlineData(PaymentScene.App)]
    [InlineData(null)]
    public async Task Every_request_is_signed_as_the_other_sides_sign_it(PaymentScene? scene)
    {
        var gateway = StubGateway.Saying("");
        var provider = Some.Provider(gateway: gateway);
        if (scene is { } known)
        {
            await provider.StartAsync(Some.Start(known) with { Subject = "预订 \"庭院\" <客房> & 早餐" }, TestContext.Current.CancellationToken);
        }
        else
        {
            await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
        }

        await AssertSignedAsync(Assert.Single(gateway.Calls));
    }

    [Fact]
    public async Task Requests_about_refunds_and_bills_are_signed_as_the_other_sides_sign_them()
    {
        var gateway = StubGateway.Saying("");
        var provider = Some.Provider(gateway: gateway);
        var request = Some.RefundRequest() with { RefundNo = "R|1*@_-", Reason = "预订 \"庭院\" <客房> & 早餐" };
        await ((IRefundingProvider)provider).RefundAsync(request, TestContext.Current.CancellationToken);
        await ((IRefundingProvider)provider).QueryRefundAsync(request.Reference, TestContext.Current.CancellationToken);
        await ((IStatementProvider)provider).FetchStatementAsync(new DateOnly(2026, 11, 21), TestContext.Current.CancellationToken);
        Assert.Equal(3, gateway.Calls.Count);
        foreach (var call in gateway.Calls)
        {
            await AssertSignedAsync(call);
        }
    }

    [Fact]
    public async Task The_other_side_cuts_a_bill_at_the_same_places()
    {
        var answer = await AskAsync(new { ask = "bill", text = Bill.Of(Bill.Payment(name: "庭院, 客房"), Bill.Refund()) });
        var (payment, refund) = (answer["rows"]![0]!, answer["rows"]![1]!);
        Assert.Equal((Some.PaymentNo, "368.00", "2.21000", "庭院, 客房"), ((string?)payment["商户订单号"], (string?)payment["订单金额"], (string?)payment["手续费"], (string?)payment["商品名称"]));
        Assert.Equal(("R20261122000001", "8.00", "SUCCESS"), ((string?)refund["商户退款单号"], (string?)refund["申请退款金额"], (string?)refund["退款状态"]));
        Assert.Equal(("2", "368.00", "8.00"), ((string?)answer["summary"]!["总交易单数"], (string?)answer["summary"]!["订单总金额"], (string?)answer["summary"]!["申请退款总金额"]));
    }

    [Fact]
    public async Task A_refund_sealed_and_signed_by_the_other_side_is_accepted_and_an_altered_one_is_not()
    {
        var timestamp = Keys.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = await AskAsync(new
        {
            ask = "notification",
            content = Some.RefundContent("SUCCESS"),
            eventType = "REFUND.SUCCESS",
            originalType = "refund",
            associatedData = "refund",
            nonce = "fdasfjihihih",
            key = Some.ApiV3Key,
            timestamp,
            signatureNonce = "EpReaA5h",
            platformKey = Keys.WeChat.ExportPkcs8PrivateKeyPem(),
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
            privateKey = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["sameContent"]!);
        var body = (string)answer["body"]!;
        KeyValuePair<string, string>[] headers =
        [
            new("Wechatpay-Timestamp", timestamp), new("Wechatpay-Nonce", "EpReaA5h"), new("Wechatpay-Serial", Some.PublicKeyId), new("Wechatpay-Signature", (string)answer["signature"]!),
        ];
        Assert.Equal(Money.Cny(800), Assert.IsType<Verification.VerifiedRefund>(await Door.VerifyAsync(Some.Notify(body, headers))).Reports[0].Amount);
        Assert.IsType<Verification.Refused>(await Door.VerifyAsync(Some.Notify(body.Replace("REFUND.SUCCESS", "REFUND.CLOSED", StringComparison.Ordinal), headers)));
    }

    private static async Task AssertSignedAsync(StubGateway.Call call)
    {
        var answer = await AskAsync(new
        {
            ask = "request",
            method = call.Method,
            pathAndQuery = call.Url.PathAndQuery,
            body = call.Body,
            authorization = call.Headers["Authorization"],
            publicKey = Keys.Merchant.ExportSubjectPublicKeyInfoPem(),
            privateKey = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
        });
        Assert.True((bool)answer["accepted"]!);
        Assert.True((bool)answer["sameHeader"]!);
        Assert.True((bool)answer["sameSignature"]!);
        Assert.Equal("WECHATPAY2-SHA256-RSA2048", (string)answer["scheme"]!);
        Assert.Equal(Some.MchId, (string)answer["attributes"]!["mchid"]!);
        Assert.Equal(Some.MerchantSerialNo, (string)answer["attributes"]!["serial_no"]!);
        Assert.Equal(32, ((string)answer["attributes"]!["nonce_str"]!).Length);
    }

    [Theory]
    [InlineData(PaymentScene.Wechat)]
    [InlineData(PaymentScene.App)]
    public async Task Every_launch_is_signed_as_the_other_sides_sign_it(PaymentScene scene)
    {
        var provider = Some.Provider(gateway: StubGateway.Signing("""{"prepay_id":"wx26112209121578b3fa4dbbe0f9ee3b0000"}"""));
        var started = Assert.IsType<StartAnswer.Started>(await provider.StartAsync(Some.Start(scene), TestContext.Current.CancellationToken));
        var sent = Assert.IsType<PaymentAction.Invoke>(started.Action).Parameters;
        string[] lines = scene == PaymentScene.Wechat
            ? [sent["appId"], sent["timeStamp"], sent["nonceStr"], sent["package"]]
            : [sent["appid"], sent["timestamp"], sent["noncestr"], sent["prepayid"]];
        var answer = await AskAsync(new
        {
            ask = "launch",
            lines,
            signature = scene == PaymentScene.Wechat ? sent["paySign"] : sent["sign"],
            publicKey = Keys.Merchant.ExportSubjectPublicKeyInfoPem(),
            privateKey = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
        });
        Assert.True((bool)answer["accepted"]!);
        Assert.True((bool)answer["sameSignature"]!);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_notification_sealed_and_signed_by_the_other_side_is_accepted_and_an_altered_one_is_not(string? associatedData)
    {
        var timestamp = Keys.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = await AskAsync(new
        {
            ask = "notification",
            content = Some.Transaction(more: ",\"attach2\":\"“庭院”+&%41\""),
            associatedData,
            nonce = "fdasfjihihih",
            key = Some.ApiV3Key,
            timestamp,
            signatureNonce = "EpReaA5h",
            platformKey = Keys.WeChat.ExportPkcs8PrivateKeyPem(),
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
            privateKey = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["sameContent"]!);
        var body = (string)answer["body"]!;
        KeyValuePair<string, string>[] headers =
        [
            new("Wechatpay-Timestamp", timestamp), new("Wechatpay-Nonce", "EpReaA5h"), new("Wechatpay-Serial", Some.PublicKeyId), new("Wechatpay-Signature", (string)answer["signature"]!),
        ];
        var verified = Assert.IsType<Verification.Verified>(await Door.VerifyAsync(Some.Notify(body, headers)));
        Assert.Equal(Money.Cny(36800), verified.Report.Amount);
        Assert.IsType<Verification.Refused>(await Door.VerifyAsync(Some.Notify(body.Replace("支付成功", "支付失败", StringComparison.Ordinal), headers)));
    }

    [Fact]
    public async Task Certificates_sealed_and_signed_by_the_other_side_are_accepted()
    {
        var timestamp = Keys.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = await AskAsync(new
        {
            ask = "certificates",
            certificates = new[] { Keys.First, Keys.Second }.Select(platform => new { serial_no = platform.Serial, effective_time = "2025-11-22T12:30:00+08:00", expire_time = "2030-11-22T12:30:00+08:00", pem = platform.Pem }),
            key = Some.ApiV3Key,
            timestamp,
            signatureNonce = "EpReaA5h",
            platformKey = Keys.Second.Key.ExportPkcs8PrivateKeyPem(),
        });
        var headers = Some.Signed("", Keys.Second.Key, Keys.Second.Serial, nonce: "EpReaA5h");
        headers["Wechatpay-Signature"] = (string)answer["signature"]!;
        var provider = Some.Provider(Some.CertificateModeSettings(), new StubGateway(_ => StubGateway.Answer((string)answer["body"]!, 200, headers)));
        var body = Some.Envelope(Some.Transaction());
        Assert.IsType<Verification.Verified>(await provider.VerifyNotificationAsync(Some.Notify(body, Some.Signed(body, Keys.First.Key, Keys.First.Serial)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_other_side_accepts_the_messages_and_certificates_that_these_tests_make()
    {
        var body = Some.Envelope(Some.Transaction());
        var answer = await AskAsync(new
        {
            ask = "message",
            body,
            headers = Some.Signed(body, Keys.Second.Key, Keys.Second.Serial),
            list = Some.CertificateList(Keys.First, Keys.Second),
            key = Some.ApiV3Key,
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
            privateKey = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["accepted"]!);
    }

    private static Task<JsonNode> AskAsync(object question) =>
        IndependentParty.AskAsync(Script, question, TestContext.Current.CancellationToken);
}

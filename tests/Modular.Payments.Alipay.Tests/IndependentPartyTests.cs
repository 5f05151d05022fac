using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Testing;

namespace Modular.Payments.Alipay.Tests;

/// <summary>Alipay's own SDK agrees with the plugin, byte for byte.</summary>
public sealed class IndependentPartyTests
{
    private const string Script = "alipay-messages.mjs";

    [Fact]
    public async Task A_notification_signed_by_the_other_side_is_accepted_and_an_altered_one_is_not()
    {
        var answer = await AskAsync(new
        {
            ask = "notification",
            fields = Some.Notification(("subject", "预订 & “庭院” +客房=订单 %41"), ("passback_params", "a%3D1")),
            alipayPrivateKey = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
            alipayPublicKey = Keys.Alipay.ExportSubjectPublicKeyInfoPem(),
            privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["accepted"]!);
        var body = (string)answer["body"]!;
        var provider = Some.Provider();

        var verified = Assert.IsType<Verification.Verified>(await provider.VerifyNotificationAsync(Some.Notify(body), TestContext.Current.CancellationToken));
        Assert.Equal(Money.Cny(36800), verified.Report.Amount);

        var altered = body.Replace("total_amount=368.00", "total_amount=368.01", StringComparison.Ordinal);
        Assert.NotEqual(body, altered);
        Assert.IsType<Verification.Refused>(await provider.VerifyNotificationAsync(Some.Notify(altered), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(PaymentScene.Pc, false)]
    [InlineData(PaymentScene.Mobile, false)]
    [InlineData(PaymentScene.Qr, false)]
    [InlineData(PaymentScene.App, false)]
    [InlineData(PaymentScene.Pc, true)]
    [InlineData(PaymentScene.Mobile, true)]
    [InlineData(PaymentScene.Qr, true)]
    [InlineData(PaymentScene.App, true)]
    public async Task Every_request_is_signed_as_the_other_side_signs_it(PaymentScene scene, bool certificates)
    {
        await SignedAlikeAsync(await SentAsync(scene, certificates), certificates);
    }

    [Theory]
    [InlineData("alipay.trade.refund", false)]
    [InlineData("alipay.trade.fastpay.refund.query", false)]
    [InlineData("alipay.data.dataservice.bill.downloadurl.query", false)]
    [InlineData("alipay.trade.refund", true)]
    public async Task Refunds_and_bills_are_asked_for_as_the_other_side_asks(string method, bool certificates)
    {
        var gateway = StubGateway.Saying("");
        var provider = Some.Provider(certificates ? Some.CertificateModeSettings() : Some.KeyModeSettings(), gateway);
        var refund = LiveSandbox.Refund("R1", Some.PaymentNo, 36800, 16800) with { Reason = "换房 + \"100%\" & 'x'" };
        _ = method switch
        {
            "alipay.trade.refund" => (object)await ((IRefundingProvider)provider).RefundAsync(refund, TestContext.Current.CancellationToken),
            "alipay.trade.fastpay.refund.query" => await ((IRefundingProvider)provider).QueryRefundAsync(refund.Reference, TestContext.Current.CancellationToken),
            _ => await ((IStatementProvider)provider).FetchStatementAsync(new DateOnly(2026, 11, 21), TestContext.Current.CancellationToken),
        };
        var ours = Assert.Single(gateway.Calls).Parameters;
        Assert.Equal(method, ours["method"]);
        await SignedAlikeAsync(ours, certificates);
    }

    [Fact]
    public async Task A_refunds_notification_signed_by_the_other_side_is_accepted()
    {
        var answer = await AskAsync(new
        {
            ask = "notification",
            fields = Some.Notification(("out_biz_no", "R1"), ("refund_fee", "168.00"), ("gmt_refund", "2026-11-22 12:40:00.123")),
            alipayPrivateKey = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
            alipayPublicKey = Keys.Alipay.ExportSubjectPublicKeyInfoPem(),
            privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["accepted"]!);
        var refund = Assert.IsType<Verification.VerifiedRefund>(await Door.VerifyAsync(Some.Notify((string)answer["body"]!)));
        Assert.Equal("R1", Assert.Single(refund.Reports).RefundNo);
    }

    [Fact]
    public async Task The_other_side_accepts_the_answers_that_these_tests_sign()
    {
        const string Node = """{"code":"10000","msg":"Success","out_trade_no":"P1","qr_code":"https:\/\/qr.example\/1","x":"}\"{"}""";
        var answer = await AskAsync(new
        {
            ask = "response",
            body = StubGateway.Signed("alipay.trade.precreate", Node),
            method = "alipay.trade.precreate",
            alipayPublicKey = Keys.Alipay.ExportSubjectPublicKeyInfoPem(),
            privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
        });
        Assert.True((bool)answer["accepted"]!);
    }

    private static async Task SignedAlikeAsync(Dictionary<string, string> ours, bool certificates)
    {
        var answer = await AskAsync(new
        {
            ask = "resign",
            parameters = ours,
            privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
            certificates = certificates
                ? new { app = Keys.AppCertificate.ExportCertificatePem(), alipay = Keys.AlipayCertificate.ExportCertificatePem(), root = Keys.Root.ExportCertificatePem() }
                : null,
        });

        var theirs = answer["parameters"]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!);
        Assert.Equal(theirs.OrderBy(p => p.Key, StringComparer.Ordinal), ours.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(certificates, ours.ContainsKey("app_cert_sn") && ours.ContainsKey("alipay_root_cert_sn"));
    }

    private static async Task<Dictionary<string, string>> SentAsync(PaymentScene scene, bool certificates)
    {
        var gateway = StubGateway.Saying("");
        var provider = Some.Provider(certificates ? Some.CertificateModeSettings() : Some.KeyModeSettings(), gateway);
        var answer = await provider.StartAsync(Some.Start(scene), TestContext.Current.CancellationToken);
        if (scene == PaymentScene.Qr)
        {
            return Assert.Single(gateway.Calls).Parameters;
        }

        Assert.Empty(gateway.Calls);
        return Assert.IsType<StartAnswer.Started>(answer).Action switch
        {
            PaymentAction.Form form => StubGateway.Decode(form.Url.AbsoluteUri.Split('?')[1]).Concat(form.Fields).ToDictionary(),
            PaymentAction.Invoke invoke => StubGateway.Decode(invoke.Parameters["orderString"]),
            var other => throw new InvalidOperationException($"{scene} led to {other.GetType().Name}."),
        };
    }

    private static Task<JsonNode> AskAsync(object question) =>
        IndependentParty.AskAsync(Script, question, TestContext.Current.CancellationToken);
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Modular.Sandbox.Tests.Support;
using Modular.Testing;

namespace Modular.Sandbox.Tests;

/// <summary>The official Node.js SDK as the merchant: it signs, and verifies every answer, return and notification.</summary>
public class OfficialSdkTests
{
    [Fact]
    public async Task The_official_SDK_works_with_keys() => Check(await AskAsync(new
    {
        appId = Keys.AppId,
        privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
        alipayPublicKey = Keys.Alipay.ExportSubjectPublicKeyInfoPem(),
    }));

    [Fact]
    public async Task The_official_SDK_works_with_certificates()
    {
        var answer = await AskAsync(new
        {
            appId = Keys.CertificateAppId,
            privateKey = Keys.App.ExportPkcs8PrivateKeyPem(),
            appCertContent = Keys.AppCertificate,
            alipayPublicCertContent = Keys.AlipayCertificate,
            alipayRootCertContent = Keys.RootCertificate,
        });
        Check(answer);
        Assert.True((bool)answer["sameCertificate"]!);
    }

    private static void Check(JsonNode answer)
    {
        var scan = answer["scan"]!;
        Assert.Equal("ACQ.TRADE_NOT_EXIST", (string?)scan["before"]);
        Assert.Equal("WAIT_BUYER_PAY", (string?)scan["scanned"]);
        Assert.Equal(("TRADE_SUCCESS", "88.66"), ((string?)scan["paid"]!["tradeStatus"], (string?)scan["paid"]!["totalAmount"]));
        Assert.Equal(("Y", "8.66"), ((string?)scan["refunded"]!["fundChange"], (string?)scan["refunded"]!["refundFee"]));
        Assert.Equal("N", (string?)scan["again"]!["fundChange"]);
        Assert.Equal(("REFUND_SUCCESS", "8.66"), ((string?)scan["asked"]!["refundStatus"], (string?)scan["asked"]!["refundAmount"]));
        Assert.Equal("ACQ.REASON_TRADE_REFUND_FEE_ERR", (string?)scan["tooMuch"]);
        Assert.Equal(("TRADE_CLOSED", "ACQ.TRADE_STATUS_ERROR"), ((string?)scan["after"], (string?)scan["closed"]));
        foreach (var page in new[] { answer["page"]!, answer["wap"]! })
        {
            Assert.Equal((302, true), ((int)page["posted"]!, (bool)page["sameCashier"]!));
            Assert.Equal(("ACQ.TRADE_NOT_EXIST", "WAIT_BUYER_PAY"), ((string?)page["before"], (string?)page["waiting"]));
            Assert.Equal((303, true), ((int)page["status"]!, (bool)page["valid"]!));
        }

        var settle = answer["settle"]!;
        Assert.Equal(("N", null), ((string?)settle["accepted"]!["fundChange"], (string?)settle["pending"]!["refundStatus"]));
        Assert.Null(settle["unknown"]);
        Assert.Equal(("REFUND_SUCCESS", "4.00"), ((string?)settle["done"]!["refundStatus"], (string?)settle["done"]!["refundAmount"]));
        Assert.Equal((true, "4.00"), ((bool)settle["announced"]!["valid"]!, (string?)settle["announced"]!["fields"]!["refund_fee"]));
        Assert.Equal("PK", (string?)settle["bill"]);
        Assert.Equal("9000", (string?)answer["app"]!["resultStatus"]);
        Assert.Equal("TRADE_CLOSED", (string?)answer["giveUp"]!["status"]);
        Assert.Equal("10000", (string?)answer["giveUp"]!["cancelled"]!["code"]);
        Assert.NotEmpty(answer["notified"]!.AsArray());
        Assert.All(answer["notified"]!.AsArray(), notified => Assert.True((bool)notified!["valid"]!));
    }

    private static async Task<JsonNode> AskAsync(object config)
    {
        // In real time, because the SDK has its own clock.
        await using var app = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(SandboxHost.Merchants());
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var question = new { gateway = app.Urls.First() + "/alipay/gateway.do", run = "1", config };
        return await IndependentParty.AskAsync("alipay-gateway.mjs", question, TestContext.Current.CancellationToken);
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Sandbox.Tests.Support;
using Modular.Sandbox.WeChat;
using Modular.Testing;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Two independent Node.js clients as the merchant of API v3: they sign, verify, decrypt and launch.</summary>
public class IndependentClientTests
{
    [Fact]
    public async Task Independent_clients_work_with_the_platform_certificates()
    {
        await using var app = await StartAsync();
        var answer = await AskAsync(app, WeChatV3Keys.MchId, WeChatV3Keys.AppId, null);
        Assert.Single(answer["certificates"]!.AsArray());
        Check(answer);
        Assert.All(answer["notified"]!.AsArray(), notified => Assert.True((bool)notified!["node"]! && (bool)notified["same"]!));
        CheckLaunches(app, answer);
    }

    [Fact]
    public async Task Independent_clients_work_with_the_public_key()
    {
        await using var app = await StartAsync();
        var keys = new Dictionary<string, string> { [WeChatV3Keys.PublicKeyId] = WeChatV3Keys.PublicKey.ExportSubjectPublicKeyInfoPem() };
        Check(await AskAsync(app, WeChatV3Keys.OtherMchId, WeChatV3Keys.OtherAppId, keys));
    }

    private static void Check(JsonNode answer)
    {
        Assert.StartsWith("weixin://wxpay/bizpayurl?pr=", (string?)answer["native"]!["code_url"], StringComparison.Ordinal);
        Assert.Equal(("NOTPAY", (string?)null), ((string?)answer["before"]!["trade_state"], (string?)answer["before"]!["transaction_id"]));
        Assert.Equal(("SUCCESS", "NATIVE"), ((string?)answer["after"]!["trade_state"], (string?)answer["after"]!["trade_type"]));
        Assert.Equal(8866, (int)answer["after"]!["amount"]!["payer_total"]!);
        Assert.Equal("native|1*_-", (string?)answer["byId"]!["out_trade_no"]);
        Assert.Contains("/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx", (string?)answer["h5"]!["h5_url"], StringComparison.Ordinal);
        Assert.Equal(("ORDERPAID", "ORDERPAID"), ((string?)answer["paid"], (string?)answer["closePaid"]));
        Assert.Equal((204, "CLOSED", "ORDER_NOT_EXIST"), ((int)answer["closed"]!, (string?)answer["closedState"], (string?)answer["unknown"]));
        Assert.All(answer["notified"]!.AsArray(), each => Assert.True((bool)each!["axios"]!));
        var notified = answer["notified"]![0]!;
        Assert.Equal(("native|1*_-", "SUCCESS", 8866), (
            (string?)notified["transaction"]!["out_trade_no"], (string?)notified["transaction"]!["trade_state"], (int)notified["transaction"]!["amount"]!["total"]!));
        CheckRefund(answer);
        CheckBill(answer);
    }

    private static void CheckRefund(JsonNode answer)
    {
        Assert.Equal(("PROCESSING", "INVALID_REQUEST"), ((string?)answer["refunded"]!["status"], (string?)answer["otherTerms"]));
        Assert.Equal(("SUCCESS", 866), ((string?)answer["refundAsked"]!["status"], (int)answer["refundAsked"]!["amount"]!["refund"]!));
        Assert.Equal((string?)answer["refunded"]!["refund_id"], (string?)answer["refundAgain"]!["refund_id"]);
        Assert.Equal("RESOURCE_NOT_EXISTS", (string?)answer["refundUnknown"]);
        var told = answer["notified"]![1]!["transaction"]!;
        Assert.Equal(("refund-1", "SUCCESS", 866), ((string?)told["out_refund_no"], (string?)told["refund_status"], (int)told["amount"]!["refund"]!));
        Assert.Equal(2, answer["notified"]!.AsArray().Count);
    }

    private static void CheckBill(JsonNode answer)
    {
        Assert.Equal((string?)answer["hash"]!["found"], (string?)answer["hash"]!["said"]);
        var rows = answer["bill"]!["rows"]!.AsArray();
        Assert.Equal(["SUCCESS", "REFUND"], rows.Select(row => (string?)row!["交易状态"]));
        Assert.Equal(("88.66", "0.53000", "0"), ((string?)rows[0]!["订单金额"], (string?)rows[0]!["手续费"], (string?)rows[0]!["商户退款单号"]));
        Assert.Equal(("8.66", "-0.05000", "refund-1", "SUCCESS"), (
            (string?)rows[1]!["申请退款金额"], (string?)rows[1]!["手续费"], (string?)rows[1]!["商户退款单号"], (string?)rows[1]!["退款状态"]));
        Assert.Equal(("2", "0.48"), ((string?)answer["bill"]!["summary"]!["总交易单数"], (string?)answer["bill"]!["summary"]!["手续费总金额"]));
    }

    private static void CheckLaunches(WebApplication app, JsonNode answer)
    {
        var check = app.Services.GetRequiredService<LaunchCheck>();
        app.Services.GetRequiredService<WeChatBook>().Locked(ledger =>
        {
            Assert.Equal("jsapi-order", check.Jsapi(ledger, Parameters(answer["jsapi"]!)).Trade.OutTradeNo);
            Assert.Equal("app-order", check.App(ledger, Parameters(answer["app"]!)).Trade.OutTradeNo);
            return 0;
        });
    }

    private static Dictionary<string, string> Parameters(JsonNode launch) =>
        (launch["data"] ?? launch).AsObject().Where(member => member.Key != "status").ToDictionary(member => member.Key, member => member.Value!.ToString());

    private static async Task<WebApplication> StartAsync()
    {
        // In real time, because the clients have clocks of their own.
        var app = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(WeChatV3Keys.With().Select(setting => KeyValuePair.Create<string, string?>("Sandbox:" + setting.Key, setting.Value)));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static Task<JsonNode> AskAsync(WebApplication app, string mchid, string appid, object? publicKey) => IndependentParty.AskAsync(
        "wechat-v3-gateway.mjs",
        new
        {
            @base = app.Urls.First(),
            appid,
            mchid,
            serial = WeChatV3Keys.SerialNo,
            privateKey = WeChatV3Keys.Merchant.ExportPkcs8PrivateKeyPem(),
            apiV3Key = WeChatV3Keys.ApiV3Key,
            openid = WeChatV3Keys.OpenId,
            publicKey,
        },
        TestContext.Current.CancellationToken);
}

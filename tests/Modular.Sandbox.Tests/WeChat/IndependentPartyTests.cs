using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Modular.Sandbox.Tests.Support;
using Modular.Testing;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Two implementations of API v2 by other people as the merchant: they sign, verify every answer and every notification.</summary>
public class IndependentPartyTests
{
    [Theory]
    [InlineData("MD5")]
    [InlineData("HMAC-SHA256")]
    public async Task Independent_merchants_order_launch_ask_and_are_notified(string signType)
    {
        var answer = await AskAsync(signType);
        var (scan, paid) = (answer["scan"]!, answer["scan"]!["paid"]!);
        Assert.Equal("NOTPAY", (string?)scan["before"]);
        Assert.Equal(("SUCCESS", "36800", "NATIVE"), ((string?)paid["trade_state"], (string?)paid["total_fee"], (string?)paid["trade_type"]));
        Assert.Equal("a=b ]]> c", (string?)paid["attach"]);
        Assert.Equal((string?)paid["out_trade_no"], (string?)scan["byNumber"]);
        Assert.Equal(("ORDERPAID", "ORDERPAID"), ((string?)scan["again"], (string?)scan["closed"]));
        foreach (var launched in new[] { answer["jsapi"]!, answer["app"]! })
        {
            Assert.Contains("支付验证签名失败", (string?)launched["forged"], StringComparison.Ordinal);
            Assert.Contains("支付成功", (string?)launched["result"], StringComparison.Ordinal);
            Assert.Equal("SUCCESS", (string?)launched["state"]);
        }

        Assert.Equal(("http://127.0.0.1:5080/pay/1", "http://127.0.0.1:5080/pay/1", "SUCCESS"),
            ((string?)answer["h5"]!["left"], (string?)answer["h5"]!["paid"], (string?)answer["h5"]!["state"]));
        var refund = answer["refund"]!;
        Assert.Equal(("refused", "SUCCESS", "SUCCESS"), ((string?)refund["bare"], (string?)refund["byTenpay"]!["result_code"], (string?)refund["byAxios"]!["result_code"]));
        Assert.Equal(("SUCCESS", "36800", "1"), ((string?)refund["told"]!["refund_status_0"], (string?)refund["told"]!["refund_fee_0"], (string?)refund["again"]!["refund_count"]));
        Assert.Equal(["800", "36800"], answer["refunded"]!.AsArray().Select(told => (string?)told!["tenpay"]!["refund_fee"]));
        Assert.All(answer["refunded"]!.AsArray(), told => Assert.Contains("SUCCESS", (string?)told!["axios"], StringComparison.Ordinal));
        Assert.Equal(("FAIL", "签名错误"), ((string?)answer["wrongKey"]!["return_code"], (string?)answer["wrongKey"]!["return_msg"]));
        Assert.Equal(4, answer["notified"]!.AsArray().Count);
        Assert.All(answer["notified"]!.AsArray(), notified =>
        {
            Assert.Equal((true, true), ((bool)notified!["axios"]!, (bool)notified["tenpay"]!));
            Assert.StartsWith("text/xml", (string?)notified["contentType"], StringComparison.Ordinal);
        });
    }

    private static async Task<JsonNode> AskAsync(string signType)
    {
        // In real time, because the libraries have their own clocks.
        await using var app = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0", "https://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(SandboxHost.Merchants());
            builder.Configuration.AddInMemoryCollection(V2Tls.With(("WeChat:Refunds:Delay", "0s")).Select(setting => KeyValuePair.Create<string, string?>("Sandbox:" + setting.Key, setting.Value)));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var question = new
        {
            gateway = app.Urls.First(),
            refundGateway = app.Urls.First(url => url.StartsWith("https", StringComparison.Ordinal)),
            p12 = Convert.ToBase64String(V2Tls.Merchant.Export(X509ContentType.Pkcs12, WeChatKeys.MchId)),
            appid = WeChatKeys.AppId,
            mchid = WeChatKeys.MchId,
            key = WeChatKeys.ApiV2Key,
            run = "000001",
            signType,
            openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            page = "http://127.0.0.1:5080/pay/1",
        };
        return await IndependentParty.AskAsync("wechat-v2-gateway.mjs", question, TestContext.Current.CancellationToken, V2Tls.AuthorityPem);
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class GatewayTests
{
    private const string Query = "alipay.trade.query";

    [Fact]
    public async Task Every_answer_tells_the_sandbox_s_own_time()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        sandbox.Time.Advance(TimeSpan.FromDays(3));
        using var answer = await sandbox.Client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.InRange(sandbox.Time.GetUtcNow() - answer.Headers.Date!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_wrong_signature_is_answered_with_invalid_signature()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var request = TestMerchant.Sign(sandbox.Merchant.Request(Query, new { out_trade_no = "x" }), Keys.Stranger);
        var text = await sandbox.Merchant.SendRawAsync(request);
        var answer = JsonNode.Parse(text)!["alipay_trade_query_response"]!;
        Assert.Equal("40002", (string?)answer["code"]);
        Assert.Equal("isv.invalid-signature", (string?)answer["sub_code"]);
        Assert.Contains("app_id=2021999900000001&amp;biz_content={&quot;out_trade_no&quot;", (string?)answer["sub_msg"], StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(text)!["sign"]);
    }

    [Theory]
    [InlineData("method", "isv.missing-method")]
    [InlineData("app_id", "isv.missing-app-id")]
    [InlineData("sign_type", "isv.missing-signature-type")]
    [InlineData("sign", "isv.missing-signature")]
    [InlineData("timestamp", "isv.missing-timestamp")]
    [InlineData("version", "isv.missing-version")]
    public async Task A_missing_argument_is_named(string argument, string subCode)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var request = TestMerchant.Sign(sandbox.Merchant.Request(Query, new { out_trade_no = "x" }));
        request.Remove(argument);
        var answer = await sandbox.Merchant.SendAsync(request);
        Assert.Equal(("40001", subCode), ((string?)answer["code"], (string?)answer["sub_code"]));
    }

    [Theory]
    [InlineData("app_id", "2021000000000000", "isv.invalid-app-id")]
    [InlineData("sign_type", "RSA", "isv.invalid-signature-type")]
    [InlineData("timestamp", "2026-11-20 12:00:00", "isv.invalid-timestamp")]
    [InlineData("timestamp", "yesterday", "isv.invalid-timestamp")]
    [InlineData("method", "alipay.trade.guess", "isv.invalid-method")]
    [InlineData("format", "XML", "isv.invalid-format")]
    [InlineData("charset", "koi8-r", "isv.invalid-charset")]
    [InlineData("app_cert_sn", "0123", "isv.invalid-app-cert-sn")]
    public async Task A_wrong_argument_is_named(string argument, string value, string subCode)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var request = sandbox.Merchant.Request(Query, new { out_trade_no = "x" });
        request[argument] = value;
        var answer = await sandbox.Merchant.SendAsync(TestMerchant.Sign(request));
        Assert.Equal(("40002", subCode), ((string?)answer["code"], (string?)answer["sub_code"]));
    }

    [Fact]
    public async Task A_charset_in_the_body_is_accepted_only_by_a_lenient_gateway()
    {
        foreach (var (setting, subCode) in new[] { ("false", "isv.invalid-charset"), ("true", "ACQ.TRADE_NOT_EXIST") })
        {
            await using var sandbox = await SandboxHost.StartAsync(("Alipay:CharsetInBody", setting));
            using var form = new FormUrlEncodedContent(TestMerchant.Sign(sandbox.Merchant.Request(Query, new { out_trade_no = "x" })));
            using var response = await sandbox.Client.PostAsync("/alipay/gateway.do", form, TestContext.Current.CancellationToken);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal(subCode, (string?)answer.AsObject().First().Value!["sub_code"]);
        }
    }

    [Fact]
    public async Task A_GBK_merchant_is_understood_and_answered_in_GBK()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding("gbk")!;
        var request = TestMerchant.Sign(sandbox.Merchant.Request(
            "alipay.trade.precreate", new { out_trade_no = "gbk1", total_amount = "0.01", subject = "庭院客房" }, charset: "gbk"));
        var query = string.Join('&', request.Select(pair => $"{pair.Key}={Escape(gbk.GetBytes(pair.Value))}"));
        var bytes = await sandbox.Client.GetByteArrayAsync($"/alipay/gateway.do?{query}", TestContext.Current.CancellationToken);
        Assert.Contains("\"code\":\"10000\"", gbk.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal("庭院客房", (string?)(await sandbox.LookAsync("trades/gbk1"))["subject"]);
    }

    [Fact]
    public async Task A_refused_page_is_html_without_the_prefix()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var request = TestMerchant.Sign(sandbox.Merchant.Request("alipay.trade.page.pay", new { }), Keys.Stranger);
        var page = WebUtility.HtmlDecode(await sandbox.Merchant.SendRawAsync(request));
        Assert.Contains("id=\"error-code\">invalid-signature<", page, StringComparison.Ordinal);
        Assert.Contains("验签出错", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_given_twice_are_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var request = sandbox.Merchant.Request(Query, new { });
        request["biz_content"] = """{"out_trade_no":"a","out_trade_no":"b"}""";
        Assert.Equal("isv.invalid-parameter", (string?)(await sandbox.Merchant.SendAsync(TestMerchant.Sign(request)))["sub_code"]);
    }

    private static string Escape(byte[] bytes) => string.Concat(bytes.Select(value => $"%{value:X2}"));
}

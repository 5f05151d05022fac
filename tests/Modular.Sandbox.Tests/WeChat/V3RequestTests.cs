using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>What API v3 refuses, with which status, code and words.</summary>
public sealed class V3RequestTests : IAsyncLifetime
{
    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Theory]
    [InlineData("/v3/pay/transactions/out-trade-no/unknown?mchid=1900009991", "签名信息错误，验签失败", false)]
    [InlineData("/v3/certificates", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》", true)]
    public async Task A_request_without_authorisation_is_refused_unsigned(string path, string message, bool hasRequestId)
    {
        var request = merchant.Request(HttpMethod.Get, path, "");
        request.Headers.Authorization = null;
        var answer = await merchant.SendAsync(request);
        Assert.Equal((401, "SIGN_ERROR", message), (answer.Status, answer.Code, (string?)answer.Json["message"]));
        Assert.Null(answer.Serial);
        Assert.Equal(hasRequestId, answer.Headers.ContainsKey("Request-ID"));
    }

    [Fact]
    public async Task A_request_without_user_agent_is_refused_before_its_authorisation()
    {
        var request = merchant.Request(HttpMethod.Get, "/v3/certificates", "", key: Keys.Stranger);
        request.Headers.Remove("User-Agent");
        var answer = await merchant.SendAsync(request);
        Assert.Equal((400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent"), (answer.Status, answer.Code, (string?)answer.Json["message"]));
    }

    [Fact]
    public async Task The_time_is_checked_before_the_certificate_and_the_certificate_before_the_signature()
    {
        var stale = await merchant.SendAsync(merchant.Request(HttpMethod.Get, "/v3/certificates", "", Keys.Stranger, "FF", TimeSpan.FromSeconds(301)));
        Assert.Equal((401, "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"), (stale.Status, (string?)stale.Json["message"]));
        var other = await merchant.SendAsync(merchant.Request(HttpMethod.Get, "/v3/certificates", "", Keys.Stranger, "FF", TimeSpan.FromSeconds(300)));
        Assert.Equal((401, "商户证书序列号有误。请使用签名私钥匹配的证书序列号"), (other.Status, (string?)other.Json["message"]));
        var wrong = await merchant.SendAsync(merchant.Request(HttpMethod.Get, "/v3/certificates", "", Keys.Stranger));
        Assert.Equal((401, "SIGN_ERROR", "签名错误"), (wrong.Status, wrong.Code, (string?)wrong.Json["message"]));
    }

    [Fact]
    public async Task The_signature_covers_the_address_exactly_as_it_was_sent()
    {
        const string Sent = "/v3/pay/transactions/out-trade-no/a%7Cbcdef?mchid=1900009991";
        var right = await merchant.SendAsync(merchant.Request(HttpMethod.Get, Sent, ""));
        Assert.Equal((404, "ORDER_NOT_EXIST"), (right.Status, right.Code));
        var decoded = await merchant.SendAsync(merchant.Request(HttpMethod.Get, Sent, "", signedTarget: Sent.Replace("%7C", "|", StringComparison.Ordinal)));
        Assert.Equal((401, "签名错误"), (decoded.Status, (string?)decoded.Json["message"]));
    }

    [Theory]
    [InlineData("GET", "/v3/pay/transactions/native", 405)]
    [InlineData("POST", "/v3/pay/transactions/unknown", 404)]
    public async Task A_wrong_method_or_address_is_refused_without_a_body(string method, string path, int status)
    {
        var answer = await merchant.SendAsync(merchant.Request(new HttpMethod(method), path, ""));
        Assert.Equal((status, ""), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("mchid", "\"1900009992\"", "/body/mchid")]
    [InlineData("attach", "null", "/body/attach")]
    [InlineData("merchant_id", "\"1\"", "/body/merchant_id")]
    [InlineData("payer", "{\"openid\":\"o\"}", "/body/payer")]
    [InlineData("description", "\"\"", "/body/description")]
    [InlineData("out_trade_no", "\"short\"", "/body/out_trade_no")]
    [InlineData("out_trade_no", "\"with space\"", "/body/out_trade_no")]
    [InlineData("notify_url", "\"http://127.0.0.1/notify?a=b\"", "/body/notify_url")]
    [InlineData("time_expire", "\"2026-11-25 12:30:00\"", "/body/time_expire")]
    [InlineData("time_expire", "\"2026-11-25T11:59:59+08:00\"", "/body/time_expire")]
    [InlineData("amount", "{\"total\":0}", "/body/amount/total")]
    [InlineData("amount", "{\"total\":0.5}", "/body/amount/total")]
    [InlineData("amount", "{\"total\":\"1\"}", "/body/amount/total")]
    [InlineData("amount", "{\"total\":1,\"currency\":\"USD\"}", "/body/amount/currency")]
    [InlineData("amount", "{}", "/body/amount/total")]
    public async Task A_wrong_member_is_refused_by_name(string name, string value, string field)
    {
        var answer = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("wrong-member", members: (name, JsonNode.Parse(value))));
        Assert.Equal((400, "PARAM_ERROR", field), (answer.Status, answer.Code, (string?)answer.Json["detail"]!["field"]));
        Assert.Equal(404, (await merchant.QueryAsync("wrong-member")).Status);
    }

    [Theory]
    [InlineData("jsapi", "/body/payer")]
    [InlineData("h5", "/body/scene_info")]
    public async Task A_product_has_members_of_its_own(string product, string missing)
    {
        var answer = await merchant.PostAsync("/v3/pay/transactions/" + product, merchant.Order("product-needs"));
        Assert.Equal((400, "PARAM_ERROR", missing), (answer.Status, answer.Code, (string?)answer.Json["detail"]!["field"]));
    }

    [Fact]
    public async Task An_application_of_somebody_else_is_refused()
    {
        var answer = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("other-app", members: ("appid", WeChatV3Keys.OtherAppId)));
        Assert.Equal((400, "APPID_MCHID_NOT_MATCH"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_query_names_the_merchant_that_signs_it()
    {
        var answer = await merchant.GetAsync("/v3/pay/transactions/out-trade-no/anything?mchid=1900009992");
        Assert.Equal((400, "PARAM_ERROR", "query"), (answer.Status, answer.Code, (string?)answer.Json["detail"]!["location"]));
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Tests.Support;

/// <summary>A merchant written for these tests alone: signs requests, and verifies answers and notifications.</summary>
internal sealed class TestMerchant(HttpClient client, TimeProvider time, string appId)
{
    private static readonly JsonSerializerOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Dictionary<string, string> Request(string method, object biz, string notifyUrl = "", string returnUrl = "", string charset = "utf-8") => new()
    {
        ["app_id"] = appId,
        ["method"] = method,
        ["charset"] = charset,
        ["sign_type"] = "RSA2",
        ["timestamp"] = time.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        ["version"] = "1.0",
        ["notify_url"] = notifyUrl,
        ["return_url"] = returnUrl,
        ["biz_content"] = JsonSerializer.Serialize(biz, Raw),
    };

    public static Dictionary<string, string> Sign(Dictionary<string, string> request, RSA? key = null)
    {
        var text = Canonical(request.Where(pair => pair.Key != "sign" && pair.Value.Length > 0));
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding(request.GetValueOrDefault("charset", "")) is { } other ? other.GetBytes(text) : Encoding.UTF8.GetBytes(text);
        request["sign"] = Convert.ToBase64String((key ?? Keys.App).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return request;
    }

    /// <summary>Posts the request, charset in the query and the rest in the body, and returns the node of the answer.</summary>
    public async Task<JsonNode> SendAsync(Dictionary<string, string> request)
    {
        var text = await SendRawAsync(request);
        return JsonNode.Parse(text)!.AsObject().First().Value!;
    }

    public async Task<string> SendRawAsync(Dictionary<string, string> request)
    {
        using var form = new FormUrlEncodedContent(request.Where(pair => pair.Key != "charset"));
        using var response = await client.PostAsync($"/alipay/gateway.do?charset={request.GetValueOrDefault("charset")}", form);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Calls and insists on a right signature.</summary>
    public async Task<JsonNode> CallAsync(string method, object biz, string notifyUrl = "")
    {
        var text = await SendRawAsync(Sign(Request(method, biz, notifyUrl)));
        var at = text.IndexOf("_response\":", StringComparison.Ordinal) + "_response\":".Length;
        var node = text[at..text.LastIndexOf(",\"sign\":", StringComparison.Ordinal)];
        Assert.True(Verify(node, JsonNode.Parse(text)!["sign"]!.GetValue<string>()), "The answer is wrongly signed: " + text);
        return JsonNode.Parse(node)!;
    }

    public Task<JsonNode> PrecreateAsync(string outTradeNo, string notifyUrl = "", string amount = "0.01") =>
        CallAsync("alipay.trade.precreate", new { out_trade_no = outTradeNo, total_amount = amount, subject = "测试" }, notifyUrl);

    public Task<JsonNode> QueryAsync(string outTradeNo) => CallAsync("alipay.trade.query", new { out_trade_no = outTradeNo });

    /// <summary>Sends a browser to the gateway and says where it is sent on.</summary>
    public async Task<string> EnterAsync(string method, object biz, string notifyUrl = "", string returnUrl = "")
    {
        using var form = new FormUrlEncodedContent(Sign(Request(method, biz, notifyUrl, returnUrl)));
        using var response = await client.PostAsync("/alipay/gateway.do?charset=utf-8", form);
        return response.Headers.Location?.ToString() ?? await response.Content.ReadAsStringAsync();
    }

    public static bool IsSigned(IReadOnlyDictionary<string, string> notification) =>
        notification.TryGetValue("sign", out var sign)
        && Verify(Canonical(notification.Where(pair => pair.Key is not ("sign" or "sign_type"))), sign);

    private static bool Verify(string text, string sign) =>
        Keys.Alipay.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String(sign), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string Canonical(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}

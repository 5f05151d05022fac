using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Tests.Support;

/// <summary>An answer of API v3 as it came.</summary>
internal sealed record V3Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => (string?)Json["code"];

    public string? Serial => Headers.GetValueOrDefault("Wechatpay-Serial");
}

/// <summary>A merchant of API v3 written for these tests alone: signs requests, verifies and decrypts.</summary>
internal sealed class WeChatV3Client(SandboxHost sandbox, string mchId = WeChatV3Keys.MchId, string appId = WeChatV3Keys.AppId)
{
    public const string Native = "/v3/pay/transactions/native";

    private static readonly JsonSerializerOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An order of one fen; members given here replace those of the same name, null removes one.</summary>
    public JsonObject Order(string outTradeNo, string notifyUrl = "http://127.0.0.1:9/notify", params (string Name, JsonNode? Value)[] members)
    {
        var order = new JsonObject
        {
            ["appid"] = appId,
            ["mchid"] = mchId,
            ["description"] = "测试",
            ["out_trade_no"] = outTradeNo,
            ["notify_url"] = notifyUrl,
            ["amount"] = new JsonObject { ["total"] = 1 },
        };
        foreach (var (name, value) in members)
        {
            order[name] = value;
        }

        return order;
    }

    public static JsonObject Payer(string openId = WeChatV3Keys.OpenId) => new() { ["openid"] = openId };

    public Task<V3Answer> PostAsync(string path, JsonNode body, string? serial = null) =>
        SendAsync(Request(HttpMethod.Post, path, body.ToJsonString(Raw), serial: serial));

    public Task<V3Answer> GetAsync(string path, string? serial = null) => SendAsync(Request(HttpMethod.Get, path, "", serial: serial));

    public Task<V3Answer> QueryAsync(string outTradeNo, string? serial = null) =>
        GetAsync($"/v3/pay/transactions/out-trade-no/{outTradeNo}?mchid={mchId}", serial);

    public Task<V3Answer> CloseAsync(string outTradeNo) =>
        PostAsync($"/v3/pay/transactions/out-trade-no/{outTradeNo}/close", new JsonObject { ["mchid"] = mchId });

    /// <summary>A signed request. Whatever is given here is signed as such, so that one thing at a time can be wrong.</summary>
    public HttpRequestMessage Request(
        HttpMethod method, string target, string body, RSA? key = null, string? serialNo = null, TimeSpan ago = default, string? serial = null, string? signedTarget = null)
    {
        var timestamp = (sandbox.Time.GetUtcNow() - ago).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var signature = Sign(key ?? WeChatV3Keys.Merchant, $"{method}\n{signedTarget ?? target}\n{timestamp}\n{nonce}\n{body}\n");
        // In another order than the documentation's, as any is right.
        var authorization = $"serial_no=\"{serialNo ?? WeChatV3Keys.SerialNo}\",timestamp=\"{timestamp}\",signature=\"{signature}\",mchid=\"{mchId}\",nonce_str=\"{nonce}\"";
        var request = new HttpRequestMessage(method, target);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("User-Agent", "test/1.0");
        request.Headers.Authorization = new AuthenticationHeaderValue("WECHATPAY2-SHA256-RSA2048", authorization);
        if (serial is not null)
        {
            request.Headers.TryAddWithoutValidation("Wechatpay-Serial", serial);
        }

        if (method != HttpMethod.Get)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    public async Task<V3Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await sandbox.Client.SendAsync(request))
        {
            var headers = response.Headers.ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
            return new V3Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
        }
    }

    /// <summary>The certificates that WeChat Pay gives to this merchant, by their serial numbers.</summary>
    public async Task<Dictionary<string, RSA>> CertificatesAsync()
    {
        var answer = await GetAsync("/v3/certificates");
        return answer.Json["data"]!.AsArray().ToDictionary(
            item => (string)item!["serial_no"]!,
            item => X509Certificate2.CreateFromPem(Decrypt(item!["encrypt_certificate"]!)).GetRSAPublicKey()!);
    }

    public static string Decrypt(JsonNode resource)
    {
        var bytes = Convert.FromBase64String((string)resource["ciphertext"]!);
        var plain = new byte[bytes.Length - 16];
        using var aes = new AesGcm(Encoding.ASCII.GetBytes(WeChatV3Keys.ApiV3Key), 16);
        aes.Decrypt(
            Encoding.ASCII.GetBytes((string)resource["nonce"]!), bytes.AsSpan(0, plain.Length), bytes.AsSpan(plain.Length), plain, Encoding.UTF8.GetBytes((string)resource["associated_data"]!));
        return Encoding.UTF8.GetString(plain);
    }

    public static string Sign(RSA key, string text) =>
        Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static bool IsSigned(IReadOnlyDictionary<string, string> headers, string body, RSA key)
    {
        var signature = new byte[1024];
        return Convert.TryFromBase64String(headers["Wechatpay-Signature"], signature, out var length) && key.VerifyData(
            Encoding.UTF8.GetBytes($"{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n{body}\n"),
            signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

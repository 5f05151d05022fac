using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Modular.Sandbox.Tests.Support;

/// <summary>A merchant of API v2 written for these tests alone: signs requests, and verifies answers and notifications.</summary>
internal sealed class V2Merchant(SandboxHost sandbox, string signType = "MD5")
{
    public string NotifyUrl { get; set; } = "http://127.0.0.1:9/notify";

    public Dictionary<string, string> Order(string outTradeNo, string tradeType = "NATIVE") => new()
    {
        ["body"] = "测试",
        ["out_trade_no"] = outTradeNo,
        ["total_fee"] = "1",
        ["spbill_create_ip"] = "203.0.113.9",
        ["notify_url"] = NotifyUrl,
        ["trade_type"] = tradeType,
        [tradeType switch { "JSAPI" => "openid", "MWEB" => "scene_info", _ => "product_id" }] = tradeType switch
        {
            "JSAPI" => "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "MWEB" => """{"h5_info":{"type":"Wap","wap_url":"http://127.0.0.1:5080","wap_name":"shop"}}""",
            _ => "p1",
        },
    };

    /// <summary>Orders and insists on success.</summary>
    public async Task<Dictionary<string, string>> PlaceAsync(string outTradeNo, string tradeType = "NATIVE")
    {
        var answer = await CallAsync("pay/unifiedorder", Order(outTradeNo, tradeType));
        Assert.True(answer.GetValueOrDefault("result_code") == "SUCCESS", string.Join(' ', answer));
        return answer;
    }

    public async Task<string> StateAsync(string outTradeNo)
    {
        var answer = await CallAsync("pay/orderquery", new() { ["out_trade_no"] = outTradeNo });
        return answer.GetValueOrDefault("trade_state") ?? answer["err_code"];
    }

    /// <summary>Calls, and insists on a right signature wherever there must be one.</summary>
    public async Task<Dictionary<string, string>> CallAsync(string path, Dictionary<string, string> fields)
    {
        var answer = Read(await PostAsync(path, Xml(Complete(fields))));
        Assert.True(answer["return_code"] == "FAIL" ? !answer.ContainsKey("sign") : IsSigned(answer), string.Join(' ', answer));
        return answer;
    }

    /// <summary>The fields of every request and the signature, added where they are not given.</summary>
    public Dictionary<string, string> Complete(Dictionary<string, string> fields)
    {
        var whole = new Dictionary<string, string>
        {
            ["appid"] = WeChatKeys.AppId,
            ["mch_id"] = WeChatKeys.MchId,
            ["nonce_str"] = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
            ["sign_type"] = signType,
        };
        foreach (var (name, value) in fields)
        {
            whole[name] = value;
        }

        whole.TryAdd("sign", Sign(whole));
        return whole;
    }

    public Task<string> PostAsync(string path, string xml) => PostAsync(sandbox.Client, new Uri("/" + path, UriKind.Relative), xml);

    /// <summary>Asks for a refund over a client that shows a certificate, and insists on a right signature wherever there must be one.</summary>
    public async Task<Dictionary<string, string>> RefundAsync(HttpClient certified, Dictionary<string, string> fields)
    {
        var answer = Read(await PostAsync(certified, new Uri(sandbox.TlsUrl + "/secapi/pay/refund"), Xml(Complete(fields))));
        Assert.True(answer["return_code"] == "FAIL" ? !answer.ContainsKey("sign") : IsSigned(answer), string.Join(' ', answer));
        return answer;
    }

    /// <summary>What is sealed in the notification of a refund.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5358", Justification = "The protocol's mode is ECB.")]
    public static Dictionary<string, string> Open(Dictionary<string, string> message)
    {
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(OldHash(WeChatKeys.ApiV2Key)));
        var text = Encoding.UTF8.GetString(aes.DecryptEcb(Convert.FromBase64String(message["req_info"]), PaddingMode.PKCS7));
        // One wrong key in 256 leaves a padding that looks right.
        return text.StartsWith("<root>", StringComparison.Ordinal) ? Read(text) : throw new CryptographicException("What was sealed is no <root>.");
    }

    private static async Task<string> PostAsync(HttpClient client, Uri address, string xml)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(xml));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/xml; charset=utf-8");
        using var response = await client.PostAsync(address, content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public bool IsSigned(Dictionary<string, string> message) => message.GetValueOrDefault("sign") == Sign(message);

    /// <summary>The five parameters of getBrandWCPayRequest with their signature.</summary>
    public Dictionary<string, string> Launch(string prepayId)
    {
        var parameters = new Dictionary<string, string>
        {
            ["appId"] = WeChatKeys.AppId,
            ["timeStamp"] = "1795579200",
            ["nonceStr"] = "nonce",
            ["package"] = "prepay_id=" + prepayId,
            ["signType"] = signType,
        };
        parameters["paySign"] = Sign(parameters);
        return parameters;
    }

    public Dictionary<string, string> AppLaunch(string prepayId)
    {
        var parameters = new Dictionary<string, string>
        {
            ["appid"] = WeChatKeys.AppId,
            ["partnerid"] = WeChatKeys.MchId,
            ["prepayid"] = prepayId,
            ["package"] = "Sign=WXPay",
            ["noncestr"] = "nonce",
            ["timestamp"] = "1795579200",
        };
        parameters["sign"] = Sign(parameters);
        return parameters;
    }

    public static string Xml(Dictionary<string, string> fields) =>
        new XElement("xml", fields.Select(field => new XElement(field.Key, field.Value))).ToString(SaveOptions.DisableFormatting);

    public static Dictionary<string, string> Read(string xml) =>
        XElement.Parse(xml).Elements().ToDictionary(element => element.Name.LocalName, element => element.Value);

    private string Sign(Dictionary<string, string> fields)
    {
        var text = string.Join('&', fields.Where(field => field.Key != "sign" && field.Value.Length > 0)
            .OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}")) + "&key=" + WeChatKeys.ApiV2Key;
        return Convert.ToHexString(signType == "MD5"
            ? OldHash(text)
            : HMACSHA256.HashData(Encoding.UTF8.GetBytes(WeChatKeys.ApiV2Key), Encoding.UTF8.GetBytes(text)));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The protocol's default algorithm is MD5.")]
    private static byte[] OldHash(string text) => MD5.HashData(Encoding.UTF8.GetBytes(text));
}

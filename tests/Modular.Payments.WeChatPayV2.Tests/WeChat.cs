using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>WeChat's side, written from its documents and not with the plugin's code: it signs with a key of these tests and writes XML.</summary>
internal static class WeChat
{
    public const string Hmac = "HMAC-SHA256";
    public const string Md5 = "MD5";

    public static string Sign(IEnumerable<KeyValuePair<string, string>> fields, string type = Hmac, string key = Some.ApiKey)
    {
        var text = string.Join('&', fields
            .Where(field => field.Key != "sign" && field.Value.Length > 0)
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}={field.Value}")) + "&key=" + key;
        var bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5351 // WeChat Pay defines it.
        return Convert.ToHexString(type == Md5 ? MD5.HashData(bytes) : HMACSHA256.HashData(Encoding.ASCII.GetBytes(key), bytes));
#pragma warning restore CA5351
    }

    /// <summary>Texts in CDATA and numbers plain, one field on a line, as WeChat Pay writes.</summary>
    public static string Xml(IEnumerable<KeyValuePair<string, string>> fields) =>
        "<xml>\n" + string.Concat(fields.Select(f => $"<{f.Key}>{(f.Value.Length > 0 && f.Value.All(char.IsAsciiDigit) ? f.Value : $"<![CDATA[{f.Value}]]>")}</{f.Key}>\n")) + "</xml>";

    /// <summary>The fields with their signature at the end, as XML.</summary>
    public static string Signed(IEnumerable<KeyValuePair<string, string>> fields, string type = Hmac, string key = Some.ApiKey) =>
        Xml([.. fields, KeyValuePair.Create("sign", Sign(fields, type, key))]);

    /// <summary>A signed answer of the instance's account with these fields.</summary>
    public static string Answer(params (string Name, string Value)[] fields) => Signed(AnswerFields(fields));

    public static Dictionary<string, string> AnswerFields(params (string Name, string Value)[] fields)
    {
        var answer = new Dictionary<string, string>
        {
            ["return_code"] = "SUCCESS",
            ["return_msg"] = "OK",
            ["appid"] = Some.AppId,
            ["mch_id"] = Some.MchId,
            ["nonce_str"] = "IITRi8Iabbblz1Jc",
            ["result_code"] = "SUCCESS",
        };
        foreach (var (name, value) in fields)
        {
            answer[name] = value;
        }

        return answer;
    }

    public static string Failure(string code) => Answer(("result_code", "FAIL"), ("err_code", code), ("err_code_des", "说明"));

    /// <summary>What the real host says to a stranger (sheet 1.1): no signature, no other field.</summary>
    public const string SignatureError = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[签名错误]]></return_msg>\n</xml>";

    public static HttpResponseMessage Http(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("text/plain") } } };
}

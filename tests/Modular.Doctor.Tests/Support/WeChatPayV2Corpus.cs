using System.Net;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPayV2;

namespace Modular.Doctor.Tests.Support;

/// <summary>Notifications of WeChat Pay's API v2, written from its documents, each with one fault.</summary>
internal static class WeChatPayV2Corpus
{
    public const string ApiKey = "apiv2-secret-0123456789abcdefghi";
    private const string OtherApiKey = "other-secret-0123456789abcdefghi";
    private const string Md5Name = "MD5";
    private const string HmacName = "HMAC-SHA256";
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["AppId"] = "wx2421b1c4370ec43b",
        ["MchId"] = "1900000109",
        ["ApiKey"] = ApiKey,
        ["AppSecret"] = "5ecret5ecret5ecret5ecret5ecret55",
    };

    public static Party Party { get; } = new("wechatpay-v2", new WeChatPayV2Plugin(), Settings, [.. Corpus()], [ApiKey, OtherApiKey, "5ecret5ecret5ecret5ecret5ecret55"]);

    /// <summary>The notification of a refund, which has no signature.</summary>
    public static RawRequest Refund()
    {
        const string Text = "<root><out_refund_no>R1</out_refund_no><out_trade_no>P1</out_trade_no><refund_fee>1</refund_fee><refund_status>SUCCESS</refund_status></root>";
#pragma warning disable CA5351, CA5358 // WeChat Pay defines them.
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(ApiKey))));
        var reqInfo = Convert.ToBase64String(aes.EncryptEcb(Encoding.UTF8.GetBytes(Text), PaddingMode.PKCS7));
#pragma warning restore CA5351, CA5358
        return Notify($"<xml><return_code>SUCCESS</return_code><appid>{Settings["AppId"]}</appid><mch_id>{Settings["MchId"]}</mch_id><nonce_str>n</nonce_str><req_info>{reqInfo}</req_info></xml>");
    }

    public static List<KeyValuePair<string, string>> Fields(params (string Name, string? Value)[] changes)
    {
        var fields = new List<KeyValuePair<string, string>>
        {
            new("appid", "wx2421b1c4370ec43b"),
            new("attach", "客房"),
            new("bank_type", "CFT"),
            new("cash_fee", "36790"),
            new("coupon_count", "1"),
            new("coupon_fee", "10"),
            new("coupon_fee_0", "10"),
            new("coupon_id_0", "10000"),
            new("fee_type", "CNY"),
            new("is_subscribe", "N"),
            new("mch_id", "1900000109"),
            new("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
            new("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
            new("out_trade_no", "P20261122000001"),
            new("result_code", "SUCCESS"),
            new("return_code", "SUCCESS"),
            new("time_end", "20261122122959"),
            new("total_fee", "36800"),
            new("trade_type", "NATIVE"),
            new("transaction_id", "4200000000202611220000000001"),
        };
        foreach (var (name, value) in changes)
        {
            fields.RemoveAll(field => field.Key == name);
            if (value is not null)
            {
                fields.Add(new(name, value));
            }
        }

        return fields;
    }

    public static string Text(IEnumerable<KeyValuePair<string, string>> fields, IComparer<string>? order = null) =>
        string.Join('&', fields.Where(f => f.Value.Length > 0).OrderBy(f => f.Key, order ?? StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));

    public static string Hash(string text, string type = HmacName, string key = ApiKey, Encoding? charset = null)
    {
        var bytes = (charset ?? Encoding.UTF8).GetBytes(text);
#pragma warning disable CA5351 // WeChat Pay defines it.
        return Convert.ToHexString(type == Md5Name ? MD5.HashData(bytes) : HMACSHA256.HashData(Encoding.ASCII.GetBytes(key), bytes));
#pragma warning restore CA5351
    }

    public static string Sign(IEnumerable<KeyValuePair<string, string>> fields, string type = HmacName, string key = ApiKey) => Hash($"{Text(fields)}&key={key}", type, key);

    public static string Xml(IEnumerable<KeyValuePair<string, string>> fields) =>
        "<xml>" + string.Concat(fields.Select(f => $"<{f.Key}><![CDATA[{f.Value}]]></{f.Key}>")) + "</xml>";

    public static string Xml(IEnumerable<KeyValuePair<string, string>> fields, string sign) => Xml([.. fields, new("sign", sign)]);

    public static RawRequest Notify(string body, params (string Name, string Value)[] headers) => Notify(Encoding.UTF8.GetBytes(body), headers);

    private static RawRequest Notify(byte[] body, params (string Name, string Value)[] headers) =>
        new("POST", "", [new("Content-Type", "text/xml"), .. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))], body);

    private static List<KeyValuePair<string, string>> With(IEnumerable<KeyValuePair<string, string>> fields, string name, Func<string, string> change) =>
        [.. fields.Select(f => f.Key == name ? new(name, change(f.Value)) : f)];

    private static ConfiguredInstance Other(string name, params (string Name, string? Value)[] settings) =>
        new(name, new ProviderSettings(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))));

    private static IEnumerable<Broken> Corpus() => [.. Sound(), .. Signatures(), .. Values(), .. Structure(), .. Altered()];

    private static IEnumerable<Broken> Sound()
    {
        yield return new("an ordinary notification", Broken.Valid, Notify(Xml(Fields(), Sign(Fields()))));
        yield return new("an empty value", Broken.Valid, Notify(Xml(Fields(("attach", "")), Sign(Fields(("attach", ""))))));
        yield return new("sign_type signed", Broken.Valid, Notify(Xml(Fields(("sign_type", HmacName)), Sign(Fields(("sign_type", HmacName))))));
        yield return new("MD5", Broken.Valid, Notify(Xml(Fields(), Sign(Fields(), Md5Name)))) { Changes = { ["SignType"] = Md5Name } };
        yield return new("values with everything in them", Broken.Valid, Notify(Xml(Fields(("attach", "a+b %41 &amp; \\\" 客房")), Sign(Fields(("attach", "a+b %41 &amp; \\\" 客房"))))));
    }

    private static IEnumerable<Broken> Signatures()
    {
        var fields = Fields();
        var md5 = new Dictionary<string, string?> { ["SignType"] = Md5Name };
        yield return new("signed with MD5", Causes.Md5InsteadOfHmac, Notify(Xml(fields, Sign(fields, Md5Name))));
        yield return new("named and signed with MD5", Causes.Md5InsteadOfHmac, Notify(Xml(Fields(("sign_type", Md5Name)), Sign(Fields(("sign_type", Md5Name)), Md5Name))));
        yield return new("signed with HMAC", Causes.HmacInsteadOfMd5, Notify(Xml(fields, Sign(fields)))) { Changes = md5 };
        yield return new("small letters", Causes.SignCase, Notify(Xml(fields, Sign(fields).ToLowerInvariant())));
        yield return new("small letters of MD5", Causes.SignCase, Notify(Xml(fields, Sign(fields, Md5Name).ToLowerInvariant()))) { Changes = md5 };
        yield return new("no key at the end", Causes.KeyTrailing, Notify(Xml(fields, Hash(Text(fields)))));
        yield return new("the key joined directly", Causes.KeyTrailing, Notify(Xml(fields, Hash(Text(fields) + ApiKey, Md5Name)))) { Changes = md5 };
        yield return new("an ampersand after the key", Causes.KeyTrailing, Notify(Xml(fields, Hash($"{Text(fields)}&key={ApiKey}&"))));
        yield return new("MD5 without any key", Causes.KeyTrailing, Notify(Xml(fields, Hash(Text(fields), Md5Name)))) { Changes = md5 };
        yield return new("another merchant's key", Causes.OtherApiKey, Notify(Xml(fields, Sign(fields, key: OtherApiKey)))) { Others = [Other("wechat-b", ("ApiKey", OtherApiKey))] };
        yield return new("the key of v3", Causes.OtherApiKey, Notify(Xml(fields, Sign(fields, key: OtherApiKey)))) { Others = [Other("wechat-v3", ("ApiV3Key", OtherApiKey))] };
        yield return new("the sandbox's key", Causes.SandboxCredentials, Notify(Xml(fields, Sign(fields, key: OtherApiKey))))
        {
            Others = [Other("wechat-sandbox", ("ApiKey", OtherApiKey), ("BaseUrl", "https://api.mch.weixin.qq.com/xdc/apiv2sandbox"))],
        };
        yield return new("sign_type not signed", Causes.SignTypeExcluded, Notify(Xml(Fields(("sign_type", HmacName)), Sign(fields))));
        yield return new("sign_type lost", Causes.SignTypeExcluded, Notify(Xml(fields, Sign(Fields(("sign_type", HmacName))))));
        yield return new("sign_type changed", Causes.SignTypeWrong, Notify(Xml(Fields(("sign_type", Md5Name)), Sign(Fields(("sign_type", HmacName))))));
        var mixed = Fields(("Zone", "1"), ("bizCode", "2"), ("biz_type", "3"));
        yield return new("sorted by a language", Causes.CultureSort, Notify(Xml(mixed, Hash($"{Text(mixed, StringComparer.InvariantCulture)}&key={ApiKey}"))));
        yield return new("sorted without regard to case", Causes.CultureSort, Notify(Xml(mixed, Hash($"{Text(mixed, StringComparer.OrdinalIgnoreCase)}&key={ApiKey}"))));
        var backwards = Enumerable.Reverse(fields).ToList();
        yield return new("not sorted", Causes.NotSorted, Notify(Xml(backwards, Hash($"{string.Join('&', backwards.Select(f => $"{f.Key}={f.Value}"))}&key={ApiKey}"))));
        yield return new("signed in GBK", Causes.CharsetGbk, Notify(Xml(fields, Hash($"{Text(fields)}&key={ApiKey}", charset: Gbk))));
        yield return new("empty values signed", Causes.EmptyValueDropped, Notify(Xml(Fields(("device_info", "")), Hash($"{string.Join('&', Fields(("device_info", "")).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"))}&key={ApiKey}"))));
    }

    private static IEnumerable<Broken> Values()
    {
        var fields = Fields(("attach", "\"A+B\" %3D"));
        var sign = Sign(fields);
        yield return new("a plus sign that became a space", Causes.PlusBecameSpace, Notify(Xml(With(fields, "attach", v => v.Replace('+', ' ')), sign)));
        yield return new("an escape decoded", Causes.DecodedTwice, Notify(Xml(With(fields, "attach", Uri.UnescapeDataString), sign)));
        yield return new("a value encoded", Causes.NotDecoded, Notify(Xml(With(fields, "attach", Uri.EscapeDataString), sign)));
        yield return new("entities in CDATA", Causes.HtmlEscaped, Notify(Xml(With(fields, "attach", WebUtility.HtmlEncode), sign)));
        yield return new("backslashes", Causes.BackslashEscaped, Notify(Xml(With(fields, "attach", v => v.Replace("\"", "\\\"", StringComparison.Ordinal)), sign)));
        yield return new("a space cut off", Causes.TrimmedValue, Notify(Xml(Fields(("attach", "客房")), Sign(Fields(("attach", "客房 "))))));
        yield return new("a field added", Causes.ExtraParameter, Notify(Xml([.. fields, new("merchant_id", "7")], sign)));
        yield return new("several fields added", Causes.ExtraParameter, Notify(Xml([new("m", "home"), .. fields, new("c", "pay"), new("a", "notify")], sign)));
        yield return new("a field twice", Causes.ExtraParameter, Notify(Xml([.. fields, new("attach", "x")], sign)));
        var lines = Fields(("attach", "one\r\ntwo"));
        yield return new("CRLF within a value", Causes.BodyNewlines, Notify(Xml(Fields(("attach", "one\ntwo")), Sign(lines))));
        yield return new("read as ISO 8859-1", Causes.CharsetLatin1, Notify(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Xml(Fields(), Sign(Fields()))))));
    }

    private static IEnumerable<Broken> Structure()
    {
        var fields = Fields();
        var body = Xml(fields, Sign(fields));
        yield return new("turned to GBK", Causes.CharsetGbk, Notify(Gbk.GetBytes(body)));
        yield return new("turned to GBK and declared so", Causes.CharsetGbk, Notify(Gbk.GetBytes("<?xml version=\"1.0\" encoding=\"GBK\"?>" + body)));
        yield return new("the body escaped for HTML", Causes.HtmlEscaped, Notify(body.Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)));
        yield return new("the body percent-encoded", Causes.NotDecoded, Notify(WebUtility.UrlEncode(body)));
        yield return new("a line before the declaration", Causes.BodyNewlines, Notify("\n<?xml version=\"1.0\" encoding=\"utf-8\"?>" + body));
        yield return new("formatted", Causes.BodyReserialized, Notify("<xml>\n" + string.Concat(fields.Append(new("sign", Sign(fields))).Select(f => $"  <{f.Key}>\n    {f.Value}\n  </{f.Key}>\n")) + "</xml>"));
        yield return new("a message of v3", Causes.WrongApiVersion, Notify("""{"id":"EV-1","resource":{}}"""));
        yield return new("no signature", Causes.MissingSignature, Notify(Xml(fields)));
        yield return new("an empty signature", Causes.MissingSignature, Notify(Xml(fields, "")));
        yield return new("XML that breaks off", Causes.Truncated, Notify(body[..400]));
        yield return new("XML that breaks off within a name", Causes.Truncated, Notify(body[..(body.IndexOf("</openid>", StringComparison.Ordinal) + 5)]));
        yield return new("XML without its end", Causes.Truncated, Notify(body[..^6]));
        yield return new("shorter than promised", Causes.Truncated, Notify(body[..300], ("Content-Length", $"{Encoding.UTF8.GetByteCount(body)}")));
        yield return new("a signature cut off", Causes.Truncated, Notify(Xml(fields, Sign(fields)[..32])));
    }

    private static IEnumerable<Broken> Altered()
    {
        var fields = Fields();
        yield return new("another amount", "", Notify(Xml(With(fields, "total_fee", _ => "1"), Sign(fields))));
        yield return new("a field removed", "", Notify(Xml(Fields(("cash_fee", null)), Sign(fields))));
        yield return new("two values swapped", "", Notify(Xml(With(With(fields, "cash_fee", _ => "36800"), "total_fee", _ => "36790"), Sign(fields))));
        yield return new("an unknown key", "", Notify(Xml(fields, Sign(fields, key: OtherApiKey))));
        yield return new("another amount in small letters", "", Notify(Xml(With(fields, "total_fee", _ => "1"), Sign(fields).ToLowerInvariant())));
        yield return new("an ampersand added to the last value", "", Notify(Xml(With(fields, "transaction_id", value => value + "&"), Sign(fields))));
        yield return new("a space within a value", "", Notify(Xml(With(fields, "total_fee", _ => "368 00"), Sign(fields))));
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Alipay;

namespace Modular.Doctor.Tests.Support;

/// <summary>Alipay's messages, written from its documents, each with one fault.</summary>
internal static class AlipayCorpus
{
    private const string AppId = "2021004000000001";
    private static readonly Encoding Utf8 = new UTF8Encoding(false);
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
    private static readonly Encoding Latin1 = Encoding.Latin1;

    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["AppId"] = AppId,
        ["SellerId"] = "2088000000000001",
        ["PrivateKey"] = Keys.Private(Keys.Merchant),
        ["AlipayPublicKey"] = Keys.Public(Keys.Provider),
    };

    private static string ProviderCertificate { get; } = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=the gateway", Keys.Provider, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        .CreateSelfSigned(Party.Now.AddYears(-1), Party.Now.AddYears(1)).ExportCertificatePem();

    public static Party Party { get; } = new("alipay", new AlipayPlugin(), Settings, [.. Corpus()], [Keys.Private(Keys.Merchant)]);

    public static List<KeyValuePair<string, string>> Fields(params (string Name, string? Value)[] changes)
    {
        var fields = new List<KeyValuePair<string, string>>
        {
            new("gmt_create", "2026-11-22 12:29:30"),
            new("charset", "utf-8"),
            new("seller_email", "shop@example.com"),
            new("subject", "预订庭院客房订单"),
            new("buyer_id", "2088000000000099"),
            new("invoice_amount", "368.00"),
            new("notify_id", "2026112200222122959000000000000001"),
            new("fund_bill_list", """[{"amount":"368.00","fundChannel":"ALIPAYACCOUNT"}]"""),
            new("notify_type", "trade_status_sync"),
            new("trade_status", "TRADE_SUCCESS"),
            new("receipt_amount", "368.00"),
            new("buyer_pay_amount", "368.00"),
            new("app_id", AppId),
            new("seller_id", "2088000000000001"),
            new("gmt_payment", "2026-11-22 12:29:59"),
            new("notify_time", "2026-11-22 12:30:00"),
            new("version", "1.0"),
            new("out_trade_no", "P20261122000001"),
            new("total_amount", "368.00"),
            new("trade_no", "2026112222001400000000000001"),
            new("auth_app_id", AppId),
            new("buyer_logon_id", "sho***@example.com"),
            new("point_amount", "0.00"),
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
        string.Join('&', fields.OrderBy(field => field.Key, order ?? StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));

    public static string Sign(string text, RSA? key = null, Encoding? charset = null) => Keys.Sign(key ?? Keys.Provider, (charset ?? Utf8).GetBytes(text));

    public static List<KeyValuePair<string, string>> Signed(IEnumerable<KeyValuePair<string, string>> fields, RSA? key = null, string? sign = null) =>
        [.. fields, new("sign_type", "RSA2"), new("sign", sign ?? Sign(Text(fields), key))];

    public static string Encode(IEnumerable<KeyValuePair<string, string>> fields, Encoding? charset = null) =>
        string.Join('&', fields.Select(field => $"{field.Key}={Escape(field.Value, charset ?? Utf8)}"));

    public static RawRequest Notify(string body, params (string Name, string Value)[] headers) =>
        new("POST", "", [new("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), .. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))], Latin1.GetBytes(body));

    private static string Escape(string value, Encoding charset) => Latin1.GetString(WebUtility.UrlEncodeToBytes(charset.GetBytes(value), 0, charset.GetByteCount(value)));

    // A signature with a plus sign in it, as nearly all have; made sure of, so that no test depends on luck.
    private static List<KeyValuePair<string, string>> SignedWithPlus()
    {
        for (var number = 0; ; number++)
        {
            var fields = Signed(Fields(("trade_no", $"20261122220014000000000{number:00000}")));
            if (fields[^1].Value.Contains('+', StringComparison.Ordinal))
            {
                return fields;
            }
        }
    }

    private static List<KeyValuePair<string, string>> With(IEnumerable<KeyValuePair<string, string>> fields, string name, Func<string, string> change) =>
        [.. fields.Select(field => field.Key == name ? new(name, change(field.Value)) : field)];

    private static ConfiguredInstance Other(string name, params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Settings)
        {
            ["AppId"] = "2021004000000002",
            ["PrivateKey"] = Keys.Private(Keys.OtherMerchant),
            ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider),
        };
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        return new ConfiguredInstance(name, new ProviderSettings(settings));
    }

    private static IEnumerable<Broken> Corpus() =>
    [
        .. Sound(), .. WrongKeys(), .. PlusSigns(), .. Decoding(), .. Filters(), .. Missing(), .. Added(), .. SignTypes(), .. Order(), .. Charsets(), .. Structure(), .. Altered(),
    ];

    private static IEnumerable<Broken> Sound()
    {
        yield return new("an ordinary notification", Broken.Valid, Notify(Encode(Signed(Fields()))));
        yield return new("values with everything in them", Broken.Valid, Notify(Encode(Signed(Fields(("subject", "预订 & “庭院” +客房=订单 %41 &amp; \\\""), ("passback_params", "a%3D1%26b"), ("body", ""))))));
        var gbk = Fields(("charset", "GBK"));
        yield return new("a notification in GBK", Broken.Valid, Notify(Encode(Signed(gbk, sign: Sign(Text(gbk), charset: Gbk)), Gbk)));
        var empty = Fields(("body", ""));
        yield return new("an empty value that is not signed", Broken.Valid, Notify(Encode(Signed(empty, sign: Sign(Text(Fields()))))));
        var query = Fields(("method", "alipay.trade.page.pay.return"), ("notify_id", null), ("trade_status", null), ("notify_type", null), ("timestamp", "2026-11-22 12:30:00"));
        yield return new("a return", Broken.Valid, new RawRequest("GET", Encode(Signed(query)), [], ReadOnlyMemory<byte>.Empty));
    }

    private static IEnumerable<Broken> WrongKeys()
    {
        var right = Notify(Encode(Signed(Fields())));
        yield return new("the application's own public key in Alipay's place", Causes.OwnPublicKey, right) { Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.Merchant) } };
        yield return new("the application's own certificate in Alipay's place", Causes.OwnPublicKey, right)
        {
            Changes = { ["AlipayPublicKey"] = null, ["AlipayCertificate"] = Keys.MerchantCertificate.ExportCertificatePem(), ["AppCertificate"] = Keys.MerchantCertificate.ExportCertificatePem() },
        };
        yield return new("a message for another application", Causes.OtherKey, Notify(Encode(Signed(Fields(("app_id", "2021004000000002")), Keys.OtherProvider)))) { Others = [Other("alipay-b")] };
        yield return new("the key of another application", Causes.OtherKey, right)
        {
            Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider) },
            Others = [Other("alipay-b", ("AlipayPublicKey", Keys.Public(Keys.Provider)))],
        };
        yield return new("signed with the merchant's own key", Causes.OtherKey, Notify(Encode(Signed(Fields(), Keys.Merchant))));
        yield return new("a message of the sandbox", Causes.SandboxCredentials, Notify(Encode(Signed(Fields(), Keys.OtherProvider))))
        {
            Others = [Other("alipay-sandbox", ("Gateway", "https://openapi-sandbox.dl.alipaydev.com/gateway.do"))],
        };
        yield return new("a message of production at the sandbox's instance", Causes.SandboxCredentials, Notify(Encode(Signed(Fields(), Keys.OtherProvider))))
        {
            Changes = { ["Gateway"] = "https://openapi.alipaydev.com/gateway.do" },
            Others = [Other("alipay")],
        };
        yield return new("an application of the sandbox with production's gateway", Causes.SandboxCredentials, Notify(Encode(Signed(Fields(("app_id", "9021000100000001"), ("auth_app_id", "9021000100000001")), Keys.Stranger))))
        {
            Changes = { ["AppId"] = "9021000100000001" },
        };
    }

    private static IEnumerable<Broken> PlusSigns()
    {
        var signed = SignedWithPlus();
        yield return new("plus signs of the signature not escaped", Causes.PlusBecameSpace, Notify(Encode(signed).Replace("%2B", "+", StringComparison.Ordinal)));
        yield return new("plus signs of the signature became %20", Causes.PlusBecameSpace, Notify(Encode(With(signed, "sign", sign => sign.Replace('+', ' '))).Replace("+", "%20", StringComparison.Ordinal)));
        yield return new("the plus sign of a value", Causes.PlusBecameSpace, Notify(Encode(With(Signed(Fields(("subject", "WiFi+早餐"))), "subject", value => value.Replace('+', ' ')))));
        yield return new("one of two plus signs beside a real space", Causes.PlusBecameSpace, Notify(Encode(With(Signed(Fields(("subject", "A+B C"))), "subject", value => value.Replace('+', ' ')))));
        var query = With(signed, "sign", sign => sign.Replace('+', ' '));
        yield return new("a return with spaces in its signature", Causes.PlusBecameSpace, new RawRequest("GET", Encode(query), [], ReadOnlyMemory<byte>.Empty));
    }

    private static IEnumerable<Broken> Decoding()
    {
        var signed = Signed(Fields(("passback_params", "a%3D1%26b%3D2")));
        yield return new("a value decoded twice", Causes.DecodedTwice, Notify(Encode(With(signed, "passback_params", Uri.UnescapeDataString))));
        yield return new("a value in lower-case escapes decoded twice", Causes.DecodedTwice, Notify(Encode(With(Signed(Fields(("passback_params", "merchantBizType%3d3C%7c1"))), "passback_params", Uri.UnescapeDataString))));
        yield return new("an escaped letter decoded twice", Causes.DecodedTwice, Notify(Encode(With(Signed(Fields(("subject", "客房 %41"))), "subject", Uri.UnescapeDataString))));
        yield return new("an escaped percent sign decoded twice", Causes.DecodedTwice, Notify(Encode(With(Signed(Fields(("subject", "100%25 羊毛"))), "subject", Uri.UnescapeDataString))));
        yield return new("all values decoded twice, signature included", Causes.DecodedTwice, Notify(Encode(signed.Select(f => KeyValuePair.Create(f.Key, WebUtility.UrlDecode(f.Value))))));
        yield return new("the whole body decoded before", Causes.DecodedTwice, Notify(Latin1.GetString(Utf8.GetBytes(string.Join('&', Signed(Fields(("subject", "A&B 客房"))).Select(f => $"{f.Key}={f.Value}"))))));
        yield return new("all values encoded twice", Causes.NotDecoded, Notify(Encode(Signed(Fields()).Select(f => KeyValuePair.Create(f.Key, WebUtility.UrlEncode(f.Value))))));
        yield return new("all values encoded twice with %20", Causes.NotDecoded, Notify(Encode(Signed(Fields()).Select(f => KeyValuePair.Create(f.Key, Uri.EscapeDataString(f.Value))))));
        yield return new("one value encoded twice", Causes.NotDecoded, Notify(Encode(With(Signed(Fields()), "subject", Uri.EscapeDataString))));
        yield return new("the signature encoded twice", Causes.NotDecoded, Notify(Encode(With(SignedWithPlus(), "sign", Uri.EscapeDataString))));
        yield return new("the whole body encoded", Causes.NotDecoded, Notify(WebUtility.UrlEncode(Encode(Signed(Fields())))));
        yield return new("the whole body as one parameter", Causes.NotDecoded, Notify("data=" + WebUtility.UrlEncode(Encode(Signed(Fields())))));
    }

    private static IEnumerable<Broken> Filters()
    {
        var signed = Signed(Fields(("body", "\"A\" & 'B' <c>")));
        yield return new("quotation marks as entities", Causes.HtmlEscaped, Notify(Encode(With(signed, "fund_bill_list", WebUtility.HtmlEncode))));
        yield return new("all values as entities", Causes.HtmlEscaped, Notify(Encode(signed.Select(f => KeyValuePair.Create(f.Key, f.Key == "subject" ? f.Value : WebUtility.HtmlEncode(f.Value))))));
        yield return new("entities that escape Chinese too", Causes.HtmlEscaped, Notify(Encode(With(signed, "subject", value => string.Concat(value.Select(c => $"&#{(int)c};"))))));
        yield return new("entities escaped twice", Causes.HtmlEscaped, Notify(Encode(With(signed, "fund_bill_list", value => WebUtility.HtmlEncode(WebUtility.HtmlEncode(value))))));
        yield return new("ampersands of the body as entities", Causes.HtmlEscaped, Notify(Encode(Signed(Fields())).Replace("&", "&amp;", StringComparison.Ordinal)));
        yield return new("quotation marks with backslashes", Causes.BackslashEscaped, Notify(Encode(With(signed, "fund_bill_list", value => value.Replace("\"", "\\\"", StringComparison.Ordinal)))));
        yield return new("a space cut off at the end", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("subject", "客房 "))), "subject", value => value.Trim()))));
        yield return new("a space cut off at the beginning", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("body", " two nights"))), "body", value => value.Trim()))));
        yield return new("a line end cut off", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("passback_params", "x\r\n"))), "passback_params", value => value.Trim()))));
        yield return new("an ideographic space cut off", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("subject", "客房\u3000"))), "subject", value => value.Trim()))));
    }

    private static IEnumerable<Broken> Missing()
    {
        static IEnumerable<KeyValuePair<string, string>> Without(IEnumerable<KeyValuePair<string, string>> fields, params string[] names) => fields.Where(f => !names.Contains(f.Key));
        yield return new("an empty body dropped", Causes.EmptyValueDropped, Notify(Encode(Without(Signed(Fields(("body", ""))), "body"))));
        yield return new("two empty values dropped", Causes.EmptyValueDropped, Notify(Encode(Without(Signed(Fields(("body", ""), ("passback_params", ""))), "body", "passback_params"))));
        yield return new("an empty value dropped from a return", Causes.EmptyValueDropped, new RawRequest("GET", Encode(Without(Signed(Fields(("out_biz_no", ""))), "out_biz_no")), [], ReadOnlyMemory<byte>.Empty));
        yield return new("no signature", Causes.MissingSignature, Notify(Encode(Fields()) + "&sign_type=RSA2"));
        yield return new("an empty signature", Causes.MissingSignature, Notify(Encode(Fields()) + "&sign_type=RSA2&sign="));
    }

    private static IEnumerable<Broken> Added()
    {
        var body = Encode(Signed(Fields()));
        yield return new("a query of our own address", Causes.ExtraParameter, new RawRequest("GET", "lang=zh&" + body, [], ReadOnlyMemory<byte>.Empty));
        yield return new("a router's parameter", Causes.ExtraParameter, Notify(body + "&route=payment%2Fnotify"));
        yield return new("several parameters of a router", Causes.ExtraParameter, Notify("m=home&c=pay&a=notify&" + body));
        yield return new("a tracker's parameters", Causes.ExtraParameter, new RawRequest("GET", body + "&utm_source=x&utm_medium=y", [], ReadOnlyMemory<byte>.Empty));
        yield return new("a parameter with a known name", Causes.ExtraParameter, Notify(body + "&body=x"));
        yield return new("a parameter that stands twice", Causes.ExtraParameter, Notify(body + "&subject=x"));
    }

    private static IEnumerable<Broken> SignTypes()
    {
        var fields = Fields();
        yield return new("sign_type signed", Causes.SignTypeIncluded, Notify(Encode(Signed(fields, sign: Sign(Text(fields.Append(new("sign_type", "RSA2"))))))));
        yield return new("sign_type lost", Causes.SignTypeExcluded, Notify(Encode(Signed(fields)).Replace("&sign_type=RSA2", "", StringComparison.Ordinal)));
        yield return new("sign_type names another algorithm", Causes.SignTypeWrong, Notify(Encode(Signed(fields)).Replace("sign_type=RSA2", "sign_type=RSA", StringComparison.Ordinal)));
#pragma warning disable CA5350 // The weak algorithm is what the case is about.
        var sha1 = Convert.ToBase64String(Keys.Provider.SignData(Utf8.GetBytes(Text(fields)), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350
        yield return new("signed with SHA-1", Causes.Sha1InsteadOfSha256, Notify(Encode(Signed(fields, sign: sha1)).Replace("sign_type=RSA2", "sign_type=RSA", StringComparison.Ordinal)));
    }

    private static IEnumerable<Broken> Order()
    {
        var mixed = Fields(("Zone", "1"), ("bizCode", "2"), ("biz_type", "3"));
        yield return new("sorted without regard to case", Causes.CultureSort, Notify(Encode(Signed(mixed, sign: Sign(Text(mixed, StringComparer.OrdinalIgnoreCase))))));
        yield return new("sorted by a language", Causes.CultureSort, Notify(Encode(Signed(mixed, sign: Sign(Text(mixed, StringComparer.InvariantCulture))))));
        var fields = Fields();
        yield return new("not sorted", Causes.NotSorted, Notify(Encode(Signed(fields, sign: Sign(string.Join('&', fields.Select(f => $"{f.Key}={f.Value}")))))));
    }

    private static IEnumerable<Broken> Charsets()
    {
        var (utf8, gbk) = (Fields(), Fields(("charset", "GBK")));
        yield return new("declared and sent UTF-8, signed GBK", Causes.CharsetGbk, Notify(Encode(Signed(utf8, sign: Sign(Text(utf8), charset: Gbk)))));
        yield return new("declared and signed UTF-8, sent GBK", Causes.CharsetGbk, Notify(Encode(Signed(utf8), Gbk)));
        yield return new("declared UTF-8, signed and sent GBK, which the shop takes, because it verifies bytes", Broken.Valid, Notify(Encode(Signed(utf8, sign: Sign(Text(utf8), charset: Gbk)), Gbk)));
        yield return new("declared and sent GBK, signed UTF-8", Causes.CharsetUtf8, Notify(Encode(Signed(gbk, sign: Sign(Text(gbk))), Gbk)));
        yield return new("declared and signed GBK, sent UTF-8", Causes.CharsetUtf8, Notify(Encode(Signed(gbk, sign: Sign(Text(gbk), charset: Gbk)))));
        yield return new("read as ISO 8859-1 on the way", Causes.CharsetLatin1, Notify(Encode(Signed(utf8).Select(f => KeyValuePair.Create(f.Key, Latin1.GetString(Utf8.GetBytes(f.Value)))))));
    }

    private static IEnumerable<Broken> Structure()
    {
        var body = Encode(Signed(Fields()));
        yield return new("a body shorter than promised", Causes.Truncated, Notify(body[..500], ("Content-Length", $"{body.Length}")));
        yield return new("a signature cut off", Causes.Truncated, Notify(Encode(With(Signed(Fields()), "sign", sign => sign[..200]))));
        yield return new("the padding of the signature cut off", Causes.Truncated, Notify(Encode(With(Signed(Fields()), "sign", sign => sign.TrimEnd('=')))));
        yield return new("a line end after the body", Causes.BodyNewlines, Notify(body + "\n"));
        yield return new("a byte order mark before the body", Causes.BodyBom, Notify("\u00EF\u00BB\u00BF" + body));
        yield return new("the form turned to JSON", Causes.BodyReserialized, Notify(Latin1.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Signed(Fields()).ToDictionary()))));
        yield return new("a message of the legacy gateway", Causes.WrongApiVersion, Notify("notify_type=trade_status_sync&total_fee=368.00&use_coupon=N&out_trade_no=P1&trade_status=TRADE_SUCCESS&sign_type=MD5&sign=0123456789abcdef0123456789abcdef"));
        yield return new("another certificate", Causes.UnknownSerial, Notify(Encode(Signed(Fields(("alipay_cert_sn", new string('a', 32))), Keys.Stranger))))
        {
            Changes = { ["AlipayPublicKey"] = null, ["AlipayCertificate"] = ProviderCertificate },
        };
    }

    // What no harmless cause explains.
    private static IEnumerable<Broken> Altered()
    {
        yield return new("another amount", "", Notify(Encode(With(Signed(Fields()), "total_amount", _ => "0.01"))));
        yield return new("another application", "", Notify(Encode(With(Signed(Fields()), "app_id", _ => "9021000100000001"))));
        yield return new("two values swapped", "", Notify(Encode(With(With(Signed(Fields()), "trade_no", _ => "P20261122000001"), "out_trade_no", _ => "2026112222001400000000000001"))));
        yield return new("a field removed", "", Notify(Encode(Signed(Fields()).Where(f => f.Key != "total_amount"))));
        yield return new("a stranger's signature", "", Notify(Encode(Signed(Fields(), Keys.Stranger))));
        yield return new("another amount with entities", "", Notify(Encode(With(With(Signed(Fields()), "fund_bill_list", WebUtility.HtmlEncode), "total_amount", _ => "0.01"))));
    }
}

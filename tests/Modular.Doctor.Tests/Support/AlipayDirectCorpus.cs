using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.AlipayDirect;

namespace Modular.Doctor.Tests.Support;

/// <summary>Messages of Alipay's legacy gateway, written from its documents, each with one fault.</summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Alipay's legacy gateway defines it.")]
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Alipay's legacy gateway defines it.")]
internal static class AlipayDirectCorpus
{
    private const string Key = "direct0secret0123456789abcdefghi";
    private const string OtherKey = "other00secret0123456789abcdefghi";
    private const string Partner = "2088000000000001";
    private static readonly Encoding Utf8 = new UTF8Encoding(false);
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
    private static readonly Encoding Latin1 = Encoding.Latin1;

    public static readonly Dictionary<string, string?> Settings = new() { ["Partner"] = Partner, ["Key"] = Key };

    /// <summary>The same contract with RSA.</summary>
    public static readonly Dictionary<string, string?> RsaSettings = new()
    {
        ["SignType"] = "RSA",
        ["Key"] = null,
        ["PrivateKey"] = Keys.Private(Keys.Merchant),
        ["AlipayPublicKey"] = Keys.Public(Keys.Provider),
    };

    public static Party Party { get; } = new("alipay-direct", new AlipayDirectPlugin(), Settings, [.. Corpus()], [Key, OtherKey, Keys.Private(Keys.Merchant)]);

    public static List<KeyValuePair<string, string>> Fields(params (string Name, string? Value)[] changes)
    {
        var fields = new List<KeyValuePair<string, string>>
        {
            new("discount", "0.00"),
            new("payment_type", "1"),
            new("subject", "预订庭院客房订单"),
            new("trade_no", "2026112222001400000000000001"),
            new("buyer_email", "guest@example.com"),
            new("gmt_create", "2026-11-22 12:29:30"),
            new("notify_type", "trade_status_sync"),
            new("quantity", "1"),
            new("out_trade_no", "P20261122000001"),
            new("seller_id", Partner),
            new("notify_time", "2026-11-22 12:30:00"),
            new("body", "两晚 \"庭院\" <大床>"),
            new("trade_status", "TRADE_SUCCESS"),
            new("is_total_fee_adjust", "N"),
            new("total_fee", "368.00"),
            new("gmt_payment", "2026-11-22 12:29:59"),
            new("seller_email", "shop@example.com"),
            new("price", "368.00"),
            new("buyer_id", "2088000000000099"),
            new("notify_id", "64f2a4b5c6d7e8f90123456789abcdef0a"),
            new("use_coupon", "N"),
            new("extra_common_param", "a%3D1%26b"),
        };
        return Changed(fields, changes);
    }

    public static List<KeyValuePair<string, string>> ReturnFields(params (string Name, string? Value)[] changes) => Changed(
        Fields(("gmt_create", null), ("gmt_payment", null), ("quantity", null), ("price", null), ("discount", null), ("use_coupon", null), ("is_total_fee_adjust", null)),
        [("is_success", "T"), ("exterface", "create_direct_pay_by_user"), .. changes]);

    public static string Text(IEnumerable<KeyValuePair<string, string>> fields, IComparer<string>? order = null) =>
        string.Join('&', fields.Where(field => field.Value.Length > 0).OrderBy(field => field.Key, order ?? StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));

    public static string Md5(string ended, Encoding? charset = null) => Convert.ToHexStringLower(MD5.HashData((charset ?? Utf8).GetBytes(ended)));

    public static string Rsa(string text, RSA? key = null, Encoding? charset = null) =>
        Convert.ToBase64String((key ?? Keys.Provider).SignData((charset ?? Utf8).GetBytes(text), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));

    public static List<KeyValuePair<string, string>> Signed(IEnumerable<KeyValuePair<string, string>> fields, string? sign = null) =>
        [.. fields, new("sign_type", "MD5"), new("sign", sign ?? Md5(Text(fields) + Key))];

    public static List<KeyValuePair<string, string>> RsaSigned(IEnumerable<KeyValuePair<string, string>> fields, string? sign = null) =>
        [.. fields, new("sign_type", "RSA"), new("sign", sign ?? Rsa(Text(fields)))];

    public static string Encode(IEnumerable<KeyValuePair<string, string>> fields, Encoding? charset = null) =>
        string.Join('&', fields.Select(field => $"{field.Key}={Escape(field.Value, charset ?? Utf8)}"));

    public static RawRequest Notify(string body, params (string Name, string Value)[] headers) =>
        new("POST", "", [new("Content-Type", "application/x-www-form-urlencoded; text/html; charset=utf-8"), .. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))], Latin1.GetBytes(body));

    public static RawRequest Return(string query) => new("GET", query, [], ReadOnlyMemory<byte>.Empty);

    /// <summary>A notification signed with RSA whose signature has a plus sign in it, as nearly all have.</summary>
    public static List<KeyValuePair<string, string>> RsaSignedWithPlus()
    {
        for (var number = 0; ; number++)
        {
            var fields = RsaSigned(Fields(("trade_no", $"20261122220014000000000{number:00000}")));
            if (fields[^1].Value.Contains('+', StringComparison.Ordinal))
            {
                return fields;
            }
        }
    }

    private static List<KeyValuePair<string, string>> Changed(List<KeyValuePair<string, string>> fields, (string Name, string? Value)[] changes)
    {
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

    private static string Escape(string value, Encoding charset) => Latin1.GetString(WebUtility.UrlEncodeToBytes(charset.GetBytes(value), 0, charset.GetByteCount(value)));

    private static List<KeyValuePair<string, string>> With(IEnumerable<KeyValuePair<string, string>> fields, string name, Func<string, string> change) =>
        [.. fields.Select(field => field.Key == name ? new(name, change(field.Value)) : field)];

    private static ConfiguredInstance Other(string name, params (string Name, string? Value)[] settings) =>
        new(name, new ProviderSettings(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))));

    private static Broken WithRsa(Broken broken)
    {
        foreach (var (name, value) in RsaSettings)
        {
            broken.Changes.TryAdd(name, value);
        }

        return broken;
    }

    private static IEnumerable<Broken> Corpus() =>
    [
        .. Sound(), .. WrongKeys(), .. Joints(), .. PlusSigns().Select(WithRsa), .. Values(), .. Parameters(), .. SignTypes(), .. Orders(), .. Charsets(), .. Structure(), .. Altered(),
    ];

    private static IEnumerable<Broken> Sound()
    {
        yield return new("an ordinary notification", Broken.Valid, Notify(Encode(Signed(Fields()))));
        yield return new("a return", Broken.Valid, Return(Encode(Signed(ReturnFields()))));
        yield return WithRsa(new("a notification with RSA", Broken.Valid, Notify(Encode(RsaSigned(Fields())))));
        yield return WithRsa(new("a return with RSA", Broken.Valid, Return(Encode(RsaSigned(ReturnFields())))));
        yield return new("a notification in GBK", Broken.Valid, Notify(Encode(Signed(Fields(), Md5(Text(Fields()) + Key, Gbk)), Gbk))) { Changes = { ["InputCharset"] = "gbk" } };
        var named = Fields(("_input_charset", "GBK"));
        yield return new("a notification that names GBK itself", Broken.Valid, Notify(Encode(Signed(named, Md5(Text(named) + Key, Gbk)), Gbk)));
        yield return new("an empty value that is not signed", Broken.Valid, Notify(Encode(Signed(Fields(("body", ""))))));
        var counted = string.Join('&', Fields(("body", "")).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));
        yield return new("an empty value that is signed", Broken.Valid, Notify(Encode(Signed(Fields(("body", "")), Md5(counted + Key)))));
        yield return new("values with everything in them", Broken.Valid, Notify(Encode(Signed(Fields(("subject", "预订 & “庭院” +客房 %41 &amp; \\\""))))));
        foreach (var name in (string[])["m", "c", "a", "s"])
        {
            yield return new($"the parameter {name} of a router, which is never signed", Broken.Valid, Notify($"{Encode(Signed(Fields()))}&{name}=payment"));
        }

        yield return new("several parameters of a router with a notification", Broken.Valid, Notify("m=Home&" + Encode(Signed(Fields())) + "&c=Pay&a=notify&s="));
        yield return new("several parameters of a router with a return", Broken.Valid, Return("m=home&c=pay&a=back&" + Encode(Signed(ReturnFields()))));
        yield return WithRsa(new("several parameters of a router with RSA", Broken.Valid, Notify("m=home&c=pay&a=notify&" + Encode(RsaSigned(Fields())))));
    }

    private static IEnumerable<Broken> WrongKeys()
    {
        var right = Notify(Encode(RsaSigned(Fields())));
        yield return WithRsa(new("the merchant's own public key in Alipay's place", Causes.OwnPublicKey, right) { Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.Merchant) } });
        yield return WithRsa(new("signed with the merchant's own key", Causes.OtherKey, Notify(Encode(RsaSigned(Fields(), Rsa(Text(Fields()), Keys.Merchant))))));
        yield return WithRsa(new("the public key of another instance", Causes.OtherKey, right)
        {
            Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider) },
            Others = [Other("direct-b", ("SignType", "RSA"), ("AlipayPublicKey", Keys.Public(Keys.Provider)))],
        });
        yield return WithRsa(new("the public key of the open platform's instance", Causes.OtherKey, right)
        {
            Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider) },
            Others = [Other("alipay", ("AppId", "2021004000000001"), ("AlipayPublicKey", Keys.Public(Keys.Provider)))],
        });
        yield return new("another contract's key", Causes.OtherApiKey, Notify(Encode(Signed(Fields(), Md5(Text(Fields()) + OtherKey))))) { Others = [Other("direct-b", ("Key", OtherKey))] };
        yield return new("another contract's key on a return", Causes.OtherApiKey, Return(Encode(Signed(ReturnFields(), Md5(Text(ReturnFields()) + OtherKey))))) { Others = [Other("direct-b", ("Key", OtherKey))] };
        yield return new("the sandbox's key", Causes.SandboxCredentials, Notify(Encode(Signed(Fields(), Md5(Text(Fields()) + OtherKey)))))
        {
            Others = [Other("direct-sandbox", ("Key", OtherKey), ("Gateway", "https://mapi.alipaydev.com/gateway.do"))],
        };
        yield return WithRsa(new("production's public key at the sandbox's instance", Causes.SandboxCredentials, right)
        {
            Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider), ["Gateway"] = "https://mapi.alipaydev.com/gateway.do" },
            Others = [Other("direct", ("AlipayPublicKey", Keys.Public(Keys.Provider)))],
        });
        yield return new("a key that nobody here has", "", Notify(Encode(Signed(Fields(), Md5(Text(Fields()) + OtherKey)))));
        yield return WithRsa(new("a stranger's signature", "", Notify(Encode(RsaSigned(Fields(), Rsa(Text(Fields()), Keys.Stranger))))));
        yield return new("no key at all", "", Notify(Encode(Signed(Fields())))) { Changes = { ["Key"] = null } };
    }

    private static IEnumerable<Broken> Joints()
    {
        var text = Text(Fields());
        yield return new("the letters of the signature in capitals", Causes.SignCase, Notify(Encode(Signed(Fields(), Md5(text + Key).ToUpperInvariant()))));
        yield return new("one letter of the signature a capital", "", Notify(Encode(Signed(Fields(), OneCapital(Md5(text + Key))))));
        yield return new("the key joined with &key=", Causes.KeyTrailing, Notify(Encode(Signed(Fields(), Md5($"{text}&key={Key}")))));
        yield return new("the key joined with &key= and in capitals, as WeChat Pay has it", Causes.KeyTrailing, Notify(Encode(Signed(Fields(), Md5($"{text}&key={Key}").ToUpperInvariant()))));
        yield return new("an ampersand left before the key", Causes.KeyTrailing, Notify(Encode(Signed(Fields(), Md5($"{text}&{Key}")))));
        yield return new("an ampersand after the key", Causes.KeyTrailing, Notify(Encode(Signed(Fields(), Md5($"{text}{Key}&")))));
        yield return new("no key at the end", Causes.KeyTrailing, Notify(Encode(Signed(Fields(), Md5(text)))));
    }

    private static IEnumerable<Broken> PlusSigns()
    {
        var signed = RsaSignedWithPlus();
        yield return new("plus signs of the signature not escaped", Causes.PlusBecameSpace, Notify(Encode(signed).Replace("%2B", "+", StringComparison.Ordinal)));
        yield return new("spaces in the signature", Causes.PlusBecameSpace, Notify(Encode(With(signed, "sign", sign => sign.Replace('+', ' ')))));
        yield return new("a return with spaces in its signature", Causes.PlusBecameSpace, Return(ReturnWithSpaces()));
        yield return new("the signature encoded twice", Causes.NotDecoded, Notify(Encode(With(signed, "sign", Uri.EscapeDataString))));
    }

    private static string ReturnWithSpaces()
    {
        for (var number = 0; ; number++)
        {
            var fields = RsaSigned(ReturnFields(("trade_no", $"20261122220014000000000{number:00000}")));
            if (fields[^1].Value.Contains('+', StringComparison.Ordinal))
            {
                return Encode(With(fields, "sign", sign => sign.Replace('+', ' ')));
            }
        }
    }

    private static IEnumerable<Broken> Values()
    {
        var signed = Signed(Fields());
        yield return new("the plus sign of a value", Causes.PlusBecameSpace, Notify(Encode(With(Signed(Fields(("subject", "WiFi+早餐"))), "subject", value => value.Replace('+', ' ')))));
        yield return new("a value decoded twice", Causes.DecodedTwice, Notify(Encode(With(signed, "extra_common_param", Uri.UnescapeDataString))));
        var notifyId = Signed(Fields(("notify_id", "RqPnCoPT3K9%2Fvwbh3I%2BFioE227%2BPfNMl8jwyZqMiiXQWxhOCmQ5MQO%2FWd93rvCB%2BaiGg")));
        yield return new("a notify_id decoded twice", Causes.DecodedTwice, Notify(Encode(With(notifyId, "notify_id", Uri.UnescapeDataString))));
        yield return new("the whole body decoded before", Causes.DecodedTwice, Notify(Latin1.GetString(Utf8.GetBytes(string.Join('&', Signed(Fields()).Select(f => $"{f.Key}={f.Value}"))))));
        yield return new("one value encoded twice", Causes.NotDecoded, Notify(Encode(With(signed, "subject", Uri.EscapeDataString))));
        yield return new("all values encoded twice", Causes.NotDecoded, Notify(Encode(signed.Select(f => KeyValuePair.Create(f.Key, WebUtility.UrlEncode(f.Value))))));
        yield return new("the whole body as one parameter", Causes.NotDecoded, Notify("data=" + WebUtility.UrlEncode(Encode(signed))));
        yield return new("a value as entities", Causes.HtmlEscaped, Notify(Encode(With(signed, "body", WebUtility.HtmlEncode))));
        yield return new("ampersands of a return as entities", Causes.HtmlEscaped, Return(Encode(Signed(ReturnFields())).Replace("&", "&amp;", StringComparison.Ordinal)));
        yield return new("quotation marks with backslashes", Causes.BackslashEscaped, Notify(Encode(With(signed, "body", value => value.Replace("\"", "\\\"", StringComparison.Ordinal)))));
        yield return new("a space cut off at the end", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("subject", "客房 "))), "subject", value => value.Trim()))));
        yield return new("an ideographic space of GBK cut off", Causes.TrimmedValue, Notify(Encode(With(Signed(Fields(("subject", "客房\u3000")), Md5(Text(Fields(("subject", "客房\u3000"))) + Key, Gbk)), "subject", value => value.Trim()), Gbk)))
        {
            Changes = { ["InputCharset"] = "gbk" },
        };
    }

    private static IEnumerable<Broken> Parameters()
    {
        var body = Encode(Signed(Fields()));
        foreach (var name in (string[])["route", "r", "mm", "%6D"])
        {
            yield return new($"the parameter {name} that nobody signed", Causes.ExtraParameter, Notify($"{body}&{name}=payment"));
        }

        yield return new("a router's parameters and one of another kind", Causes.ExtraParameter, Notify($"m=Home&{body}&route=payment"));
        yield return WithRsa(new("a query of our own address on a return with RSA", Causes.ExtraParameter, Return("lang=zh&" + Encode(RsaSigned(ReturnFields())))));
        yield return new("a parameter that stands twice", Causes.ExtraParameter, Notify(body + "&subject=x"));
        var empty = string.Join('&', Fields(("body", "")).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));
        yield return new("an empty value that was signed and dropped", Causes.EmptyValueDropped, Notify(Encode(Signed(Fields(("body", null)), Md5(empty + Key)))));
        yield return new("no signature", Causes.MissingSignature, Notify(Encode(Fields()) + "&sign_type=MD5"));
        yield return new("an empty signature on a return", Causes.MissingSignature, Return(Encode(ReturnFields()) + "&sign_type=MD5&sign="));
    }

    private static IEnumerable<Broken> SignTypes()
    {
        var fields = Fields();
        yield return new("sign_type signed", Causes.SignTypeIncluded, Notify(Encode(Signed(fields, Md5(Text(fields.Append(new("sign_type", "MD5"))) + Key)))));
        yield return WithRsa(new("sign_type signed with RSA", Causes.SignTypeIncluded, Notify(Encode(RsaSigned(fields, Rsa(Text(fields.Append(new("sign_type", "RSA")))))))));
        yield return new("sign_type lost", Causes.SignTypeExcluded, Notify(Encode(Signed(fields)).Replace("&sign_type=MD5", "", StringComparison.Ordinal)));
        yield return new("sign_type names another algorithm", Causes.SignTypeWrong, Notify(Encode(Signed(fields)).Replace("sign_type=MD5", "sign_type=DSA", StringComparison.Ordinal)));
        yield return new("signed with RSA where MD5 is set", Causes.OtherSignType, Notify(Encode(RsaSigned(fields)))) { Changes = { ["AlipayPublicKey"] = Keys.Public(Keys.Provider) } };
        yield return WithRsa(new("signed with MD5 where RSA is set", Causes.OtherSignType, Notify(Encode(Signed(fields)))) { Changes = { ["Key"] = Key } });
    }

    private static IEnumerable<Broken> Orders()
    {
        var mixed = Fields(("Zone", "1"), ("bizCode", "2"), ("biz_type", "3"));
        yield return new("sorted without regard to case", Causes.CultureSort, Notify(Encode(Signed(mixed, Md5(Text(mixed, StringComparer.OrdinalIgnoreCase) + Key)))));
        yield return WithRsa(new("sorted by a language", Causes.CultureSort, Notify(Encode(RsaSigned(mixed, Rsa(Text(mixed, StringComparer.InvariantCulture)))))));
        var fields = Fields();
        yield return new("not sorted", Causes.NotSorted, Notify(Encode(Signed(fields, Md5(string.Join('&', fields.Select(f => $"{f.Key}={f.Value}")) + Key)))));
    }

    private static IEnumerable<Broken> Charsets()
    {
        var fields = Fields();
        var gbk = new Dictionary<string, string?> { ["InputCharset"] = "gbk" };
        yield return new("sent UTF-8, signed GBK", Causes.CharsetGbk, Notify(Encode(Signed(fields, Md5(Text(fields) + Key, Gbk)))));
        yield return new("signed UTF-8, sent GBK", Causes.CharsetGbk, Notify(Encode(Signed(fields), Gbk)));
        yield return WithRsa(new("sent UTF-8, signed GBK with RSA", Causes.CharsetGbk, Notify(Encode(RsaSigned(fields, Rsa(Text(fields), charset: Gbk))))));
        yield return new("sent GBK, signed UTF-8 where GBK is set", Causes.CharsetUtf8, Notify(Encode(Signed(fields), Gbk))) { Changes = gbk };
        yield return new("signed GBK, sent UTF-8 where GBK is set", Causes.CharsetUtf8, Notify(Encode(Signed(fields, Md5(Text(fields) + Key, Gbk))))) { Changes = gbk };
        yield return new("read as ISO 8859-1 on the way", Causes.CharsetLatin1, Notify(Encode(Signed(fields).Select(f => KeyValuePair.Create(f.Key, Latin1.GetString(Utf8.GetBytes(f.Value)))))));
        yield return new("signed and sent UTF-8 where GBK is set, which the shop takes, because it verifies bytes", Broken.Valid, Notify(Encode(Signed(fields)))) { Changes = gbk };
    }

    private static IEnumerable<Broken> Structure()
    {
        var body = Encode(Signed(Fields()));
        yield return new("a body shorter than promised", Causes.Truncated, Notify(body[..400], ("Content-Length", $"{body.Length}")));
        yield return new("a body that ends within an escape", Causes.Truncated, Notify(Encode(Signed(Fields(("body", null)))[..^1].Append(new("sign", new string('0', 32))).Append(new("body", "房")))[..^4]));
        yield return new("a signature cut off", Causes.Truncated, Notify(body[..^12]));
        yield return WithRsa(new("a signature of RSA cut off", Causes.Truncated, Notify(Encode(With(RsaSigned(Fields()), "sign", sign => sign[..200])))));
        yield return WithRsa(new("the padding of the signature cut off", Causes.Truncated, Notify(Encode(With(RsaSigned(Fields()), "sign", sign => sign.TrimEnd('='))))));
        yield return new("a line end after the body", Causes.BodyNewlines, Notify(body + "\r\n"));
        yield return new("a byte order mark before the body", Causes.BodyBom, Notify("\u00EF\u00BB\u00BF" + body));
        yield return new("the form turned to JSON", Causes.BodyReserialized, Notify(Latin1.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Signed(Fields()).ToDictionary()))));
        yield return new("a message of the open platform", Causes.WrongApiVersion, AlipayCorpus.Notify(AlipayCorpus.Encode(AlipayCorpus.Signed(AlipayCorpus.Fields()))));
        yield return new("a message of WeChat Pay's API v2", Causes.WrongApiVersion, WeChatPayV2Corpus.Notify(WeChatPayV2Corpus.Xml(WeChatPayV2Corpus.Fields(), WeChatPayV2Corpus.Sign(WeChatPayV2Corpus.Fields()))));
        yield return new("a message of WeChat Pay's API v3", Causes.WrongApiVersion, WeChatPayCorpus.Notify(WeChatPayCorpus.Body()));
        yield return new("a message of the old gateway for phones", Causes.WrongApiVersion, Notify("service=alipay.wap.trade.create.direct&v=1.0&sec_id=MD5&notify_data=%3Cnotify%3E%3C%2Fnotify%3E&sign=0123456789abcdef0123456789abcdef"));
    }

    // What no harmless cause explains.
    private static IEnumerable<Broken> Altered()
    {
        var signed = Signed(Fields());
        yield return new("another amount", "", Notify(Encode(With(signed, "total_fee", _ => "0.01"))));
        yield return new("another seller", "", Notify(Encode(With(signed, "seller_id", _ => "2088000000000002"))));
        yield return new("another status on a return", "", Return(Encode(With(Signed(ReturnFields(), null), "trade_status", _ => "TRADE_FINISHED"))));
        yield return new("two values swapped", "", Notify(Encode(With(With(signed, "buyer_id", _ => Partner), "seller_id", _ => "2088000000000099"))));
        yield return new("a field removed", "", Notify(Encode(signed.Where(f => f.Key != "total_fee"))));
        yield return new("another amount with entities", "", Notify(Encode(With(With(signed, "body", WebUtility.HtmlEncode), "total_fee", _ => "0.01"))));
        yield return new("another amount and a router's parameter", "", Notify(Encode(With(signed, "total_fee", _ => "0.01")) + "&m=home"));
        yield return new("another amount and capitals", "", Notify(Encode(With(With(signed, "sign", sign => sign.ToUpperInvariant()), "total_fee", _ => "0.01"))));
        yield return WithRsa(new("another amount with RSA", "", Notify(Encode(With(RsaSigned(Fields()), "total_fee", _ => "0.01")))));

        // The signed text stays the same when a parameter is drawn into the value before it, and then no parameter names the seller.
        var drawn = Encode(With(signed.Where(f => f.Key != "seller_id"), "seller_email", value => $"{value}&seller_id={Partner}"));
        yield return new("one parameter drawn into another", "", Notify(drawn));
        yield return new("one parameter drawn into another, and one added", "", Notify(drawn + "&m=home"));
        yield return new("one parameter drawn into another, with entities", "", Notify(Encode(With(With(signed.Where(f => f.Key != "seller_id"), "seller_email", value => $"{value}&seller_id={Partner}"), "body", WebUtility.HtmlEncode))));
    }

    private static string OneCapital(string sign)
    {
        var at = sign.AsSpan().IndexOfAnyInRange('a', 'f');
        return $"{sign[..at]}{char.ToUpperInvariant(sign[at])}{sign[(at + 1)..]}";
    }
}

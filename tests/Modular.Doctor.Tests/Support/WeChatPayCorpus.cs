using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPay;

namespace Modular.Doctor.Tests.Support;

/// <summary>Notifications of WeChat Pay's API v3, written from its documents, each with one fault.</summary>
internal static class WeChatPayCorpus
{
    private const string ApiV3Key = "apiv3-secret-0123456789abcdefghi";
    private const string OtherApiV3Key = "other-secret-0123456789abcdefghi";
    private const string ApiKey = "apiv2-secret-0123456789abcdefghi";
    private const string KeyId = "PUB_KEY_ID_0119000072912026112200000001";
    private const string Nonce = "d824f2e086d3c1df967785d13fcd22ef";
    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["AppId"] = "wx2421b1c4370ec43b",
        ["MchId"] = "1900007291",
        ["MerchantSerialNo"] = "00408B07E79B8269FEC3D5D3E6AB8ED163A6A380",
        ["PrivateKey"] = Keys.Private(Keys.Merchant),
        ["ApiV3Key"] = ApiV3Key,
        ["PublicKeyId"] = KeyId,
        ["PublicKey"] = Keys.Public(Keys.Provider),
        ["AppSecret"] = "app-secret-0123456789abcdefghijk",
    };

    public static Party Party { get; } = new(
        "wechatpay", new WeChatPayPlugin(), Settings, [.. Corpus()], [Keys.Private(Keys.Merchant), ApiV3Key, OtherApiV3Key, ApiKey, "app-secret-0123456789abcdefghijk"]);

    private const string Refund = """{"mchid":"1900007291","transaction_id":"4200001234202611220000000001","out_trade_no":"P20261122000001","refund_id":"50000000382019052709732678859","out_refund_no":"R20261122000001","refund_status":"SUCCESS","success_time":"2026-11-22T12:29:59+08:00","user_received_account":"招商银行信用卡0403","amount":{"total":36800,"refund":800,"payer_total":36800,"payer_refund":800}}""";

    public static string Body(string key = ApiV3Key)
    {
        const string Content = """{"mchid":"1900007291","appid":"wx2421b1c4370ec43b","out_trade_no":"P20261122000001","transaction_id":"4200001234202611220000000001","trade_type":"NATIVE","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"","success_time":"2026-11-22T12:29:59+08:00","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":36800,"payer_total":36800,"currency":"CNY","payer_currency":"CNY"}}""";
        return Body(key, Content, "TRANSACTION.SUCCESS", "transaction");
    }

    private static string Body(string key, string content, string eventType, string type)
    {
        var plain = Encoding.UTF8.GetBytes(content);
        var sealedBytes = new byte[plain.Length + 16];
        using var aes = new AesGcm(Encoding.UTF8.GetBytes(key), 16);
        aes.Encrypt("fdasfjihihih"u8, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), Encoding.UTF8.GetBytes(type));
        return $$$"""{"id":"EV-2026112211223320873","create_time":"2026-11-22T12:30:00+08:00","resource_type":"encrypt-resource","event_type":"{{{eventType}}}","summary":"支付成功","resource":{"original_type":"{{{type}}}","algorithm":"AEAD_AES_256_GCM","ciphertext":"{{{Convert.ToBase64String(sealedBytes)}}}","associated_data":"{{{type}}}","nonce":"fdasfjihihih"}}""";
    }

    public static List<KeyValuePair<string, string>> Headers(byte[] body, RSA? key = null, string serial = KeyId, int seconds = 0, string? signature = null)
    {
        var timestamp = Party.Now.AddSeconds(seconds).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] text = [.. Encoding.ASCII.GetBytes($"{timestamp}\n{Nonce}\n"), .. body, (byte)'\n'];
        return
        [
            new("Content-Type", "application/json"),
            new("Wechatpay-Timestamp", timestamp),
            new("Wechatpay-Nonce", Nonce),
            new("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"),
            new("Wechatpay-Serial", serial),
            new("Wechatpay-Signature", signature ?? Keys.Sign(key ?? Keys.Provider, text)),
        ];
    }

    /// <summary>The body that arrives is not always the one that was signed.</summary>
    public static RawRequest Notify(string signed, string? arrived = null) => Notify(Encoding.UTF8.GetBytes(signed), Encoding.UTF8.GetBytes(arrived ?? signed));

    public static RawRequest Notify(byte[] signed, byte[] arrived) => new("POST", "", Headers(signed), arrived);

    private static RawRequest Notify(Func<byte[], List<KeyValuePair<string, string>>> headers)
    {
        var body = Encoding.UTF8.GetBytes(Body());
        return new("POST", "", headers(body), body);
    }

    private static List<KeyValuePair<string, string>> With(List<KeyValuePair<string, string>> headers, string name, Func<string, string> change) =>
        [.. headers.Select(h => h.Key == name ? new(name, change(h.Value)) : h)];

    private static ConfiguredInstance Other(string name, params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Settings)
        {
            ["MchId"] = "1900007292",
            ["PrivateKey"] = Keys.Private(Keys.OtherMerchant),
            ["PublicKey"] = Keys.Public(Keys.OtherProvider),
            ["PublicKeyId"] = "PUB_KEY_ID_0119000072922026112200000002",
            ["ApiV3Key"] = OtherApiV3Key,
        };
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        return new ConfiguredInstance(name, new ProviderSettings(settings));
    }

    private static string Indented(string body, string indent = "  ", string newLine = "\n")
    {
        using var written = new MemoryStream();
        using (var writer = new Utf8JsonWriter(written, new JsonWriterOptions { Indented = true, IndentSize = indent.Length, NewLine = newLine, Encoder = Compact.Encoder }))
        {
            JsonNode.Parse(body)!.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(written.ToArray());
    }

    private static IEnumerable<Broken> Corpus()
    {
        var body = Body();
        yield return new("an ordinary notification", Broken.Valid, Notify(body));
        yield return new("an indented notification that is signed so", Broken.Valid, Notify(Indented(body)));
        yield return new("a refund", Broken.Valid, Notify(Body(ApiV3Key, Refund, "REFUND.SUCCESS", "refund")));
        yield return new("four minutes late", Broken.Valid, Notify(bytes => Headers(bytes, seconds: -240)));

        yield return new("the merchant's own public key in WeChat Pay's place", Causes.OwnPublicKey, Notify(body)) { Changes = { ["PublicKey"] = Keys.Public(Keys.Merchant) } };
        yield return new("the merchant's own certificate in WeChat Pay's place", Causes.OwnPublicKey, Notify(body)) { Changes = { ["PublicKey"] = Keys.MerchantCertificate.ExportCertificatePem() } };
        yield return new("signed with the merchant's key", Causes.OtherKey, Notify(bytes => Headers(bytes, Keys.Merchant)));
        yield return new("a message for another merchant", Causes.OtherKey, Notify(bytes => Headers(bytes, Keys.OtherProvider, "PUB_KEY_ID_0119000072922026112200000002"))) { Others = [Other("wechatpay-b")] };
        yield return new("another merchant's key under our id", Causes.OtherKey, Notify(body))
        {
            Changes = { ["PublicKey"] = Keys.Public(Keys.OtherProvider) },
            Others = [Other("wechatpay-b", ("PublicKey", Keys.Public(Keys.Provider)))],
        };
        yield return new("a message of a sandbox", Causes.SandboxCredentials, Notify(bytes => Headers(bytes, Keys.OtherProvider))) { Others = [Other("wechat-sandbox", ("BaseUrl", "http://127.0.0.1:5090"))] };
        yield return new("the content sealed with another instance's key", Causes.OtherApiKey, Notify(Body(OtherApiV3Key))) { Others = [Other("wechatpay-b")] };
        yield return new("a refund sealed with another instance's key", Causes.OtherApiKey, Notify(Body(OtherApiV3Key, Refund, "REFUND.SUCCESS", "refund"))) { Others = [Other("wechatpay-b")] };
        yield return new("the content sealed with the key of v2", Causes.OtherApiKey, Notify(Body(ApiKey))) { Others = [new("wechatpay-v2", new ProviderSettings([new("ApiKey", ApiKey)]))] };
        yield return new("the content sealed with an unknown key", "", Notify(Body(OtherApiV3Key)));

        yield return new("an unknown public key", Causes.UnknownSerial, Notify(bytes => Headers(bytes, Keys.Stranger, "PUB_KEY_ID_0119000072912026112200000009")));
        yield return new("the right key under another id", Causes.UnknownSerial, Notify(bytes => Headers(bytes, serial: "PUB_KEY_ID_0119000072912026112200000009")));
        yield return new("an unknown certificate", Causes.UnknownSerial, Notify(bytes => Headers(bytes, Keys.Stranger, "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C")));
        yield return new("a serial that is none", Causes.UnknownSerial, Notify(bytes => Headers(bytes, Keys.Stranger, "../../etc/passwd")));
        foreach (var broken in CertificateMode())
        {
            yield return broken;
        }

        yield return new("ten minutes late", Causes.ClockSkew, Notify(bytes => Headers(bytes, seconds: -600)));
        yield return new("an hour old, and kept since it arrived", Broken.Valid, Notify(bytes => Headers(bytes, seconds: -3600)) with { ReceivedAt = Party.Now.AddHours(-1) });
        yield return new("kept since yesterday, and ten minutes late when it arrived", Causes.ClockSkew, Notify(bytes => Headers(bytes, seconds: -86400)) with { ReceivedAt = Party.Now.AddDays(-1).AddMinutes(10) });
        yield return new("an hour ahead", Causes.ClockSkew, Notify(bytes => Headers(bytes, seconds: 3600)));
        yield return new("a test of WeChat Pay's", Causes.Probe, Notify(bytes => Headers(bytes, signature: "WECHATPAY/SIGNTEST/" + new string('A', 320))));
        yield return new("a message of v2", Causes.WrongApiVersion, new RawRequest("POST", "", [new("Content-Type", "text/xml")], "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>"u8.ToArray()));
        foreach (var header in (string[])["Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Nonce", "Wechatpay-Timestamp"])
        {
            yield return new($"without {header}", Causes.MissingSignature, Notify(bytes => [.. Headers(bytes).Where(h => h.Key != header)]));
        }

        yield return new("another signature type", Causes.SignTypeWrong, Notify(bytes => With(Headers(bytes), "Wechatpay-Signature-Type", _ => "WECHATPAY2-SM2-WITH-SM3")));
        foreach (var broken in Bodies(body).Concat(Cuts(body)).Concat(Altered(body)))
        {
            yield return broken;
        }
    }

    // No setting holds a platform certificate, so without the running shop nothing tells a true message from a false one.
    private static IEnumerable<Broken> CertificateMode()
    {
        const string Certificate = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
        yield return Without(new("a platform certificate's message without the shop", "", Notify(bytes => Headers(bytes, Keys.Stranger, Certificate))));
        yield return Without(new("a platform certificate's message cut off", Causes.Truncated, new("POST", "", Headers(Encoding.UTF8.GetBytes(Body()), Keys.Stranger, Certificate), Encoding.UTF8.GetBytes(Body()[..420]))));
        yield return Without(new("six minutes behind, with a certificate that is not known", Causes.ClockSkew, Notify(bytes => Headers(bytes, Keys.Stranger, Certificate, seconds: -360))));
        yield return Without(new("six minutes ahead, with a certificate that is not known", Causes.ClockSkew, Notify(bytes => Headers(bytes, Keys.Stranger, Certificate, seconds: 360))));
        yield return Without(new("a public key's message where there are certificates only", Causes.UnknownSerial, Notify(bytes => Headers(bytes))));
        yield return Without(new("a serial that is none where there are certificates only", Causes.UnknownSerial, Notify(bytes => Headers(bytes, Keys.Stranger, "5157F09"))));
        yield return new("an unknown certificate and six minutes behind", Causes.ClockSkew, Notify(bytes => Headers(bytes, Keys.Stranger, Certificate, seconds: -360)));

        static Broken Without(Broken broken) => broken with { Changes = new() { ["PublicKeyId"] = null, ["PublicKey"] = null } };
    }

    private static IEnumerable<Broken> Bodies(string body)
    {
        yield return new("indented", Causes.BodyReserialized, Notify(body, Indented(body)));
        yield return new("indented by four with CRLF", Causes.BodyReserialized, Notify(body, Indented(body, "    ", "\r\n")));
        yield return new("escaped by System.Text.Json", Causes.BodyReserialized, Notify(body, JsonSerializer.Serialize(JsonNode.Parse(body))));
        yield return new("slashes escaped", Causes.BodyReserialized, Notify(body, body.Replace("/", "\\/", StringComparison.Ordinal)));
        yield return new("written by Python", Causes.BodyReserialized, Notify(body, body.Replace("\":", "\": ", StringComparison.Ordinal).Replace(",\"", ", \"", StringComparison.Ordinal).Replace("支付成功", "\\u652f\\u4ed8\\u6210\\u529f", StringComparison.Ordinal)));
        yield return new("members sorted by name", Causes.BodyReserialized, Notify(body, Sorted(JsonNode.Parse(body)!).ToJsonString(Compact)));
        yield return new("signed indented, arrived compact", Causes.BodyReserialized, Notify(Indented(body), body));
        yield return new("CRLF instead of LF", Causes.BodyNewlines, Notify(Indented(body), Indented(body).ReplaceLineEndings("\r\n")));
        yield return new("LF instead of CRLF", Causes.BodyNewlines, Notify(Indented(body, newLine: "\r\n"), Indented(body)));
        yield return new("a line end added", Causes.BodyNewlines, Notify(body, body + "\n"));
        yield return new("CRLF added", Causes.BodyNewlines, Notify(body, body + "\r\n"));
        yield return new("a line end cut off", Causes.BodyNewlines, Notify(body + "\n", body));
        yield return new("a byte order mark added", Causes.BodyBom, Notify(body, "\uFEFF" + body));
        yield return new("a byte order mark lost", Causes.BodyBom, Notify("\uFEFF" + body, body));
        yield return new("a byte order mark and a line end added", Causes.BodyBom, Notify(body, "\uFEFF" + body + "\n"));
        yield return new("turned to GBK", Causes.CharsetGbk, Notify(Encoding.UTF8.GetBytes(body), Gbk.GetBytes(body)));
        yield return new("read as ISO 8859-1", Causes.CharsetLatin1, Notify(body, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body))));
        yield return new("escaped for HTML", Causes.HtmlEscaped, Notify(body, body.Replace("\"", "&quot;", StringComparison.Ordinal)));
        yield return new("percent-encoded", Causes.NotDecoded, Notify(body, Uri.EscapeDataString(body)));
        yield return new("plus signs of the signature lost", Causes.PlusBecameSpace, PlusLost());
    }

    private static IEnumerable<Broken> Cuts(string body)
    {
        yield return new("shorter than promised", Causes.Truncated, Notify(body, body[..300]) is var cut ? cut with { Headers = [.. cut.Headers, new("Content-Length", $"{Encoding.UTF8.GetByteCount(body)}")] } : cut);
        yield return new("JSON that breaks off", Causes.Truncated, Notify(body, body[..420]));
        yield return new("JSON without its last brace", Causes.Truncated, Notify(body, body[..^1]));
        yield return new("a signature cut off", Causes.Truncated, Notify(bytes => With(Headers(bytes), "Wechatpay-Signature", s => s[..128])));
        yield return new("the padding of the signature cut off", Causes.Truncated, Notify(bytes => With(Headers(bytes), "Wechatpay-Signature", s => s.TrimEnd('='))));
    }

    private static IEnumerable<Broken> Altered(string body)
    {
        yield return new("another event", "", Notify(body, body.Replace("TRANSACTION.SUCCESS", "TRANSACTION.FAILURE", StringComparison.Ordinal)));
        yield return new("another event, indented", "", Notify(body, Indented(body.Replace("TRANSACTION.SUCCESS", "TRANSACTION.FAILURE", StringComparison.Ordinal))));
        yield return new("another nonce", "", Notify(bytes => With(Headers(bytes), "Wechatpay-Nonce", n => n.Replace('d', 'e'))));
        yield return new("another time", "", Notify(bytes => With(Headers(bytes, seconds: -600), "Wechatpay-Timestamp", _ => Party.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))));
        yield return new("a member added", "", Notify(body, body.Replace("{\"id\"", "{\"x\":1,\"id\"", StringComparison.Ordinal)));
        yield return new("a stranger's signature under our id", "", Notify(bytes => Headers(bytes, Keys.Stranger)));
    }

    private static RawRequest PlusLost()
    {
        for (var seconds = 0; ; seconds--)
        {
            var body = Encoding.UTF8.GetBytes(Body());
            var headers = Headers(body, seconds: seconds);
            if (headers[^1].Value.Contains('+', StringComparison.Ordinal))
            {
                return new("POST", "", With(headers, "Wechatpay-Signature", s => s.Replace('+', ' ')), body);
            }
        }
    }

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)Sorted(m.Value!))))
        : node.DeepClone();
}

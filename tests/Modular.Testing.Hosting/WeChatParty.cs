using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Modular.Testing.Hosting;

/// <summary>A notification ready to be posted: its headers and its body.</summary>
public sealed record WeChatMessage(IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public WeChatMessage With(string header, string? value) => this with
    {
        Headers = Headers.Where(pair => pair.Key != header).Concat(value is null ? [] : [KeyValuePair.Create(header, value)]).ToDictionary(),
    };
}

/// <summary>
/// The keys of a test merchant and of its WeChat Pay, and notifications of both generations made by hand with them. Written for
/// tests and not shared with the plugins or the sandbox, so that a mistake in either does not agree with itself.
/// </summary>
public sealed class WeChatParty : IDisposable
{
    public const string AppId = "wx8888888888888888";
    public const string MchId = "1900000109";
    public const string AppSecret = "0123456789abcdef0123456789abcdef";
    public const string ApiV3Key = "V3keyOfTheTestMerchant0123456789";
    public const string ApiKey = "V2keyOfTheTestMerchant0123456789";
    public const string MerchantSerialNo = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567";
    public const string PublicKeyId = "PUB_KEY_ID_0119000001092026112500000000";

    // WeChat Pay writes Chinese as it is.
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public RSA MerchantKey { get; } = RSA.Create(2048);

    /// <summary>WeChat Pay's key of public-key mode.</summary>
    public RSA WeChatKey { get; } = RSA.Create(2048);

    /// <summary>The facts of a payment as v3 tells them.</summary>
    public static Dictionary<string, object?> PaidResource(string paymentNo, long fen, string? transactionId = null) => new()
    {
        ["appid"] = AppId,
        ["mchid"] = MchId,
        ["out_trade_no"] = paymentNo,
        ["transaction_id"] = transactionId ?? NewTransactionId(),
        ["trade_type"] = "NATIVE",
        ["trade_state"] = "SUCCESS",
        ["trade_state_desc"] = "支付成功",
        ["bank_type"] = "OTHERS",
        ["attach"] = "",
        ["success_time"] = "2026-11-25T20:00:02+08:00",
        ["payer"] = new { openid = "oTestPayer0000000000000000001" },
        ["amount"] = new { total = fen, payer_total = fen, currency = "CNY", payer_currency = "CNY" },
    };

    /// <summary>The fields of a payment's notification as v2 sends them.</summary>
    public static SortedDictionary<string, string> PaidFields(string paymentNo, string totalFee, string? transactionId = null) => new(StringComparer.Ordinal)
    {
        ["return_code"] = "SUCCESS",
        ["appid"] = AppId,
        ["mch_id"] = MchId,
        ["nonce_str"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)),
        ["result_code"] = "SUCCESS",
        ["openid"] = "oTestPayer0000000000000000001",
        ["is_subscribe"] = "N",
        ["trade_type"] = "NATIVE",
        ["bank_type"] = "OTHERS",
        ["total_fee"] = totalFee,
        ["fee_type"] = "CNY",
        ["cash_fee"] = totalFee,
        ["transaction_id"] = transactionId ?? NewTransactionId(),
        ["out_trade_no"] = paymentNo,
        ["attach"] = "",
        ["time_end"] = "20261125200002",
    };

    /// <summary>A v3 notification about <paramref name="resource"/>, rightly encrypted and signed unless told otherwise.</summary>
    public WeChatMessage NotifyV3(
        object resource,
        DateTimeOffset now,
        string eventType = "TRANSACTION.SUCCESS",
        string originalType = "transaction",
        string? associatedData = "transaction",
        string apiV3Key = ApiV3Key,
        RSA? key = null)
    {
        var nonce = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 12);
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = new Guid(RandomNumberGenerator.GetBytes(16)).ToString(),
            create_time = now.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
            resource_type = "encrypt-resource",
            event_type = eventType,
            summary = "支付成功",
            resource = new
            {
                original_type = originalType,
                algorithm = "AEAD_AES_256_GCM",
                ciphertext = Encrypt(JsonSerializer.SerializeToUtf8Bytes(resource, Unescaped), nonce, associatedData ?? "", apiV3Key),
                associated_data = associatedData,
                nonce,
            },
        }, Unescaped);
        return SignV3(body, now, key);
    }

    /// <summary>Signs a body as v3 signs notifications.</summary>
    public WeChatMessage SignV3(byte[] body, DateTimeOffset now, RSA? key = null, string serial = PublicKeyId)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var signed = (key ?? WeChatKey).SignData([.. Encoding.ASCII.GetBytes($"{timestamp}\n{nonce}\n"), .. body, (byte)'\n'], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new WeChatMessage(
            new Dictionary<string, string>
            {
                ["Content-Type"] = "application/json",
                ["Wechatpay-Timestamp"] = timestamp,
                ["Wechatpay-Nonce"] = nonce,
                ["Wechatpay-Signature"] = Convert.ToBase64String(signed),
                ["Wechatpay-Serial"] = serial,
                ["Wechatpay-Signature-Type"] = "WECHATPAY2-SHA256-RSA2048",
            },
            body);
    }

    /// <summary>A v2 notification: the fields and their signature as XML.</summary>
    public static WeChatMessage NotifyV2(IReadOnlyDictionary<string, string> fields, string key = ApiKey, bool md5 = false) =>
        Xml(fields.Append(new("sign", SignV2(fields, key, md5))));

    /// <summary>The signature of v2 over all fields that are not empty.</summary>
    public static string SignV2(IEnumerable<KeyValuePair<string, string>> fields, string key = ApiKey, bool md5 = false)
    {
        var text = string.Join('&', fields.Where(field => field.Value.Length > 0).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}")) + $"&key={key}";
        var bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexString(md5 ? WeakHash(bytes) : HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), bytes));
    }

    /// <summary>Fields as XML, in the order given.</summary>
    public static WeChatMessage Xml(IEnumerable<KeyValuePair<string, string>> fields) => Xml(
        "<xml>" + string.Concat(fields.Select(field => $"<{field.Key}><![CDATA[{field.Value}]]></{field.Key}>\n")) + "</xml>");

    public static WeChatMessage Xml(string text) => new(new Dictionary<string, string> { ["Content-Type"] = "text/xml" }, Encoding.UTF8.GetBytes(text));

    public static string NewTransactionId() =>
        "42000" + string.Concat(Enumerable.Range(0, 23).Select(_ => (char)('0' + RandomNumberGenerator.GetInt32(10))));

    public static HttpContent Content(WeChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var content = new ByteArrayContent(message.Body);
        if (message.Headers.TryGetValue("Content-Type", out var type))
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return content;
    }

    public void Dispose()
    {
        MerchantKey.Dispose();
        WeChatKey.Dispose();
    }

    private static string Encrypt(byte[] plain, string nonce, string associatedData, string key)
    {
        using var aes = new AesGcm(Encoding.ASCII.GetBytes(key), 16);
        var (cipher, tag) = (new byte[plain.Length], new byte[16]);
        aes.Encrypt(Encoding.ASCII.GetBytes(nonce), plain, cipher, tag, Encoding.UTF8.GetBytes(associatedData));
        return Convert.ToBase64String([.. cipher, .. tag]);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The protocol's own choice.")]
    private static byte[] WeakHash(byte[] bytes) => MD5.HashData(bytes);
}

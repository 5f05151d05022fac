using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Things with ordinary values, of which a test changes the one that it is about.</summary>
internal static class Some
{
    public const string AppId = "wx2421b1c4370ec43b";
    public const string MchId = "1900007291";
    public const string MerchantSerialNo = "00408B07E79B8269FEC3D5D3E6AB8ED163A6A380";
    public const string ApiV3Key = "0123456789abcdefghijklmnopqrstuv";
    public const string PublicKeyId = "PUB_KEY_ID_0119000072912026112200000001";
    public const string PaymentNo = "P20261122000001";
    public const string AppSecret = "5ecre7000000000000000000000000ff";
    public const string OpenId = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

    public static Dictionary<string, string?> CertificateModeSettings() => new()
    {
        ["AppId"] = AppId,
        ["MchId"] = MchId,
        ["MerchantSerialNo"] = MerchantSerialNo,
        ["PrivateKey"] = Keys.Merchant.ExportPkcs8PrivateKeyPem(),
        ["ApiV3Key"] = ApiV3Key,
        ["AppSecret"] = AppSecret,
    };

    public static Dictionary<string, string?> PublicKeyModeSettings() => new(CertificateModeSettings())
    {
        ["PublicKeyId"] = PublicKeyId,
        ["PublicKey"] = Keys.WeChat.ExportSubjectPublicKeyInfoPem(),
    };

    /// <summary>An instance in public-key mode unless other settings are given; without a gateway every call fails.</summary>
    public static IPaymentProvider Provider(Dictionary<string, string?>? settings = null, StubGateway? gateway = null, FakeTimeProvider? clock = null) =>
        new WeChatPayPlugin().Create(new ProviderContext(
            "wechat",
            new ProviderSettings(settings ?? PublicKeyModeSettings()),
            new HttpClient(gateway ?? new StubGateway(_ => new HttpResponseMessage(HttpStatusCode.NotImplemented))),
            clock ?? Clock()));

    public static FakeTimeProvider Clock() => new(Keys.Now);

    public static StartRequest Start(PaymentScene scene) => new()
    {
        PaymentNo = PaymentNo,
        Amount = Money.Cny(36800),
        Subject = "预订庭院客房订单",
        Scene = scene,
        NotifyUrl = new Uri("https://shop.example/payments/wechat/notify"),
        ReturnUrl = new Uri("https://shop.example/payments/wechat/return"),
        QuitUrl = new Uri("https://shop.example/orders/1"),
        CreatedAt = Keys.Now,
        ExpiresAt = Keys.Now.AddMinutes(30),
        ClientIp = "203.0.113.9",
        PayerId = OpenId,
    };

    public static PaymentReference Reference() => new(PaymentNo, null, Keys.Now);

    /// <summary>A paid transaction as queries and notifications describe it.</summary>
    public static string Transaction(string state = "SUCCESS", string number = PaymentNo, string amount = """{"total":36800,"payer_total":36700,"currency":"CNY","payer_currency":"CNY"}""", string more = "") =>
        $$"""{"mchid":"{{MchId}}","appid":"{{AppId}}","out_trade_no":"{{number}}","transaction_id":"4200001234202611220000000001","trade_type":"NATIVE","trade_state":"{{state}}","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"","success_time":"2026-11-22T12:29:59+08:00","payer":{"openid":"{{OpenId}}"},"amount":{{amount}}{{more}}}""";

    public static RefundRequest RefundRequest() => new()
    {
        RefundNo = "R20261122000001",
        Payment = Reference(),
        PaymentAmount = Money.Cny(36800),
        Amount = Money.Cny(800),
        Reason = "客房已满",
        NotifyUrl = new Uri("https://shop.example/payments/wechat/notify"),
        CreatedAt = Keys.Now,
    };

    /// <summary>A refund as answers describe it.</summary>
    public static string Refund(string status, string amount = """{"total":36800,"refund":800,"from":[],"payer_total":36700,"payer_refund":798,"settlement_refund":800,"settlement_total":36800,"discount_refund":2,"currency":"CNY","refund_fee":4}""") =>
        $$"""{"refund_id":"50000000382019052709732678859","out_refund_no":"R20261122000001","transaction_id":"4200001234202611220000000001","out_trade_no":"{{PaymentNo}}","channel":"ORIGINAL","user_received_account":"招商银行信用卡0403","success_time":"2026-11-22T12:29:59+08:00","create_time":"2026-11-22T12:29:00+08:00","status":"{{status}}","funds_account":"UNSETTLED","amount":{{amount}}}""";

    /// <summary>A refund as notifications describe it: the state under another name, the merchant, and no currency.</summary>
    public static string RefundContent(string status) =>
        $$$"""{"mchid":"{{{MchId}}}","transaction_id":"4200001234202611220000000001","out_trade_no":"{{{PaymentNo}}}","refund_id":"50000000382019052709732678859","out_refund_no":"R20261122000001","refund_status":"{{{status}}}","success_time":"2026-11-22T12:29:59+08:00","user_received_account":"招商银行信用卡0403","amount":{"total":36800,"refund":800,"payer_total":36700,"payer_refund":798}}""";

    /// <summary>A notification's body around <paramref name="content"/>.</summary>
    public static string Envelope(
        string content, string eventType = "TRANSACTION.SUCCESS", string originalType = "transaction", string? associatedData = "transaction", string nonce = "fdasfjihihih",
        string key = ApiV3Key, string algorithm = "AEAD_AES_256_GCM") =>
        $$$"""{"id":"EV-2026112211223320873","create_time":"2026-11-22T12:30:00+08:00","resource_type":"encrypt-resource","event_type":"{{{eventType}}}","summary":"支付成功","resource":{"original_type":"{{{originalType}}}","algorithm":"{{{algorithm}}}","ciphertext":"{{{Seal(content, associatedData ?? "", nonce, key)}}}",{{{(associatedData is null ? "" : $"\"associated_data\":\"{associatedData}\",")}}}"nonce":"{{{nonce}}}"}}""";

    /// <summary>AES-256-GCM as WeChat Pay does it: Base64 of ciphertext and tag.</summary>
    public static string Seal(string content, string associatedData, string nonce, string key = ApiV3Key)
    {
        var plain = Encoding.UTF8.GetBytes(content);
        var text = new byte[plain.Length + 16];
        using var aes = new AesGcm(Encoding.UTF8.GetBytes(key), 16);
        aes.Encrypt(Encoding.UTF8.GetBytes(nonce), plain, text.AsSpan(0, plain.Length), text.AsSpan(plain.Length), Encoding.UTF8.GetBytes(associatedData));
        return Convert.ToBase64String(text);
    }

    /// <summary>The headers with which WeChat Pay signs a body, at <paramref name="at"/>.</summary>
    public static Dictionary<string, string> Signed(string body, RSA? key = null, string? serial = null, DateTimeOffset? at = null, string nonce = "d824f2e086d3c1df967785d13fcd22ef")
    {
        var timestamp = (at ?? Keys.Now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new Dictionary<string, string>
        {
            ["Wechatpay-Nonce"] = nonce,
            ["Wechatpay-Timestamp"] = timestamp,
            ["Wechatpay-Signature"] = Convert.ToBase64String((key ?? Keys.WeChat).SignData(Encoding.UTF8.GetBytes($"{timestamp}\n{nonce}\n{body}\n"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["Wechatpay-Signature-Type"] = "WECHATPAY2-SHA256-RSA2048",
            ["Wechatpay-Serial"] = serial ?? PublicKeyId,
        };
    }

    public static RawRequest Notify(string body, IEnumerable<KeyValuePair<string, string>>? headers = null, string? contentType = "application/json") =>
        Notify(Encoding.UTF8.GetBytes(body), headers ?? Signed(body), contentType);

    public static RawRequest Notify(byte[] body, IEnumerable<KeyValuePair<string, string>> headers, string? contentType = "application/json") =>
        new("POST", "", [.. headers, .. contentType is null ? Array.Empty<KeyValuePair<string, string>>() : [new("Content-Type", contentType)], new("User-Agent", "Mozilla/4.0")], body);

    /// <summary>The answer of <c>/v3/certificates</c>, not yet signed.</summary>
    public static string CertificateList(params Platform[] platforms) => CertificateList(ApiV3Key, platforms);

    public static string CertificateList(string key, params Platform[] platforms) =>
        $$"""{"data":[{{string.Join(',', platforms.Select(platform => CertificateEntry(platform.Serial, platform.Pem, key)))}}]}""";

    public static string CertificateEntry(string serial, string pem, string key = ApiV3Key, string algorithm = "AEAD_AES_256_GCM") =>
        $$$"""{"serial_no":"{{{serial}}}","effective_time":"2025-11-22T12:30:00+08:00","expire_time":"2030-11-22T12:30:00+08:00","encrypt_certificate":{"algorithm":"{{{algorithm}}}","nonce":"61f9c719728a","associated_data":"certificate","ciphertext":"{{{Seal(pem, "certificate", "61f9c719728a", key)}}}"}}""";
}

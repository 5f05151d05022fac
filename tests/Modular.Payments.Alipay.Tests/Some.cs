using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

/// <summary>Things with ordinary values, of which a test changes the one that it is about.</summary>
internal static class Some
{
    public const string AppId = "2021000000000001";
    public const string SellerId = "2088000000000001";
    public const string PaymentNo = "P20261122000001";

    public static Dictionary<string, string?> KeyModeSettings() => new()
    {
        ["AppId"] = AppId,
        ["SellerId"] = SellerId,
        ["PrivateKey"] = Keys.App.ExportPkcs8PrivateKeyPem(),
        ["AlipayPublicKey"] = Keys.Alipay.ExportSubjectPublicKeyInfoPem(),
    };

    public static Dictionary<string, string?> CertificateModeSettings() => new()
    {
        ["AppId"] = AppId,
        ["SellerId"] = SellerId,
        ["PrivateKey"] = Keys.App.ExportPkcs8PrivateKeyPem(),
        ["AppCertificate"] = Keys.AppCertificate.ExportCertificatePem(),
        ["AlipayCertificate"] = Keys.AlipayCertificate.ExportCertificatePem(),
        ["AlipayRootCertificate"] = Keys.Root.ExportCertificatePem(),
    };

    public static IPaymentProvider Provider(Dictionary<string, string?>? settings = null, StubGateway? gateway = null) =>
        new AlipayPlugin().Create(new ProviderContext(
            "alipay",
            new ProviderSettings(settings ?? KeyModeSettings()),
            new HttpClient(gateway ?? new StubGateway(_ => new HttpResponseMessage(HttpStatusCode.NotImplemented))),
            new FakeTimeProvider(Keys.Now)));

    public static StartRequest Start(PaymentScene scene) => new()
    {
        PaymentNo = PaymentNo,
        Amount = Money.Cny(36800),
        Subject = "预订庭院客房订单",
        Scene = scene,
        NotifyUrl = new Uri("https://shop.example/payments/alipay/notify"),
        ReturnUrl = new Uri("https://shop.example/payments/alipay/return"),
        QuitUrl = new Uri("https://shop.example/pay/P20261122000001"),
        CreatedAt = Keys.Now,
        ExpiresAt = Keys.Now.AddMinutes(30),
    };

    public static PaymentReference Reference() => new(PaymentNo, null, Keys.Now);

    public static SortedDictionary<string, string> Notification(params (string Name, string Value)[] changes)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["app_id"] = AppId,
            ["auth_app_id"] = AppId,
            ["buyer_id"] = "2088000000000099",
            ["buyer_logon_id"] = "sho***@example.com",
            ["buyer_pay_amount"] = "368.00",
            ["charset"] = "utf-8",
            ["fund_bill_list"] = "[{\"amount\":\"368.00\",\"fundChannel\":\"ALIPAYACCOUNT\"}]",
            ["gmt_create"] = "2026-11-22 12:29:30",
            ["gmt_payment"] = "2026-11-22 12:29:59",
            ["invoice_amount"] = "368.00",
            ["notify_id"] = "2026112200222122959000000000000001",
            ["notify_time"] = "2026-11-22 12:30:00",
            ["notify_type"] = "trade_status_sync",
            ["out_trade_no"] = PaymentNo,
            ["point_amount"] = "0.00",
            ["receipt_amount"] = "368.00",
            ["seller_email"] = "shop@example.com",
            ["seller_id"] = SellerId,
            ["subject"] = "预订庭院客房订单",
            ["total_amount"] = "368.00",
            ["trade_no"] = "2026112222001400000000000001",
            ["trade_status"] = "TRADE_SUCCESS",
            ["version"] = "1.0",
        };
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return fields;
    }

    /// <summary>Signs as Alipay does: without sign and sign_type, over the bytes of the charset.</summary>
    public static string Sign(IEnumerable<KeyValuePair<string, string>> fields, Encoding? charset = null, RSA? key = null)
    {
        var canonical = string.Join('&', fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));
        return Convert.ToBase64String((key ?? Keys.Alipay).SignData((charset ?? Encoding.UTF8).GetBytes(canonical), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static string Encode(IEnumerable<KeyValuePair<string, string>> fields, Encoding? charset = null) =>
        string.Join('&', fields.Select(f => $"{f.Key}={PercentEncode((charset ?? Encoding.UTF8).GetBytes(f.Value))}"));

    public static string SignedBody(IDictionary<string, string> fields, Encoding? charset = null, RSA? key = null) =>
        Encode(fields, charset) + "&sign_type=RSA2&sign=" + Uri.EscapeDataString(Sign(fields, charset, key));

    public static RawRequest Notify(string body, string? contentType = "application/x-www-form-urlencoded; charset=utf-8") =>
        new("POST", "", contentType is null ? [] : [new("Content-Type", contentType)], Encoding.Latin1.GetBytes(body));

    public static string PercentEncode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            text.Append(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' ? ((char)b).ToString() : b == (byte)' ' ? "+" : $"%{b:X2}");
        }

        return text.ToString();
    }
}

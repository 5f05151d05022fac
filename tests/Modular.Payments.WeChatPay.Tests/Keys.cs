using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Key pairs made once for the whole run; both sides' private halves, because the tests play WeChat Pay too.</summary>
internal static class Keys
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);
    public static readonly RSA Merchant = RSA.Create(2048);
    public static readonly RSA WeChat = RSA.Create(2048);
    public static readonly X509Certificate2 MerchantCertificate = SelfSigned(Merchant, "CN=the shop", Now.AddYears(-1), Now.AddYears(4), [0x40, 0x8b, 0x07, 0xe7]);
    public static readonly Platform First = new("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C", WeChat);

    // A second platform key with a serial that begins with zeros, as some real ones do.
    public static readonly Platform Second = new("00E7F2B4C39A4B0D8F6A1C2E3D4B5A69788796A5", RSA.Create(2048));

    public static X509Certificate2 SelfSigned(RSA key, string subject, DateTimeOffset from, DateTimeOffset to, byte[] serial)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), from, to, serial);
    }
}

/// <summary>One of WeChat Pay's platform keys with its certificate.</summary>
internal sealed class Platform(string serial, RSA key, DateTimeOffset? from = null, DateTimeOffset? to = null)
{
    public string Serial { get; } = serial;

    public RSA Key { get; } = key;

    public string Pem { get; } =
        Keys.SelfSigned(key, "CN=Tenpay.com sign", from ?? Keys.Now.AddYears(-1), to ?? Keys.Now.AddYears(4), Convert.FromHexString(serial)).ExportCertificatePem();
}

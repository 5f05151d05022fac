using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.Alipay.Tests;

/// <summary>Key pairs and certificates made once for the whole run; both sides' private halves, because the tests play Alipay too.</summary>
internal static class Keys
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);
    public static readonly RSA App = RSA.Create(2048);
    public static readonly RSA Alipay = RSA.Create(2048);

    private static readonly RSA RootKey = RSA.Create(2048);

    public static readonly X509Certificate2 Root = SelfSigned(RootKey, "CN=Test Root R1, OU=Certification Authority, O=Test Fin, C=CN");
    public static readonly X509Certificate2 AppCertificate = Issue(App, "CN=the shop", 41, Now.AddYears(-1), Now.AddYears(1));
    public static readonly X509Certificate2 AlipayCertificate = Issue(Alipay, "CN=the gateway", 42, Now.AddYears(-1), Now.AddYears(1));

    public static X509Certificate2 Issue(RSA key, string subject, int serial, DateTimeOffset from, DateTimeOffset to)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.Create(Root, from, to, [0x20, 0x26, 0xff, 0x00, (byte)serial]);
    }

    public static X509Certificate2 SelfSigned(RSA key, string subject) =>
        new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        {
            CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
        }.CreateSelfSigned(Now.AddYears(-2), Now.AddYears(5));
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Doctor.Tests.Support;

/// <summary>Key pairs made once for the whole run; both sides' private halves, because the tests play the providers too.</summary>
internal static class Keys
{
    public static readonly RSA Merchant = RSA.Create(2048);
    public static readonly RSA Provider = RSA.Create(2048);
    public static readonly RSA OtherMerchant = RSA.Create(2048);
    public static readonly RSA OtherProvider = RSA.Create(2048);
    public static readonly RSA Stranger = RSA.Create(2048);

    public static readonly X509Certificate2 MerchantCertificate = new CertificateRequest("CN=the shop", Merchant, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        .CreateSelfSigned(Party.Now.AddYears(-1), Party.Now.AddYears(1));

    public static string Private(RSA key) => key.ExportPkcs8PrivateKeyPem();

    public static string Public(RSA key) => key.ExportSubjectPublicKeyInfoPem();

    public static string Sign(RSA key, byte[] text) => Convert.ToBase64String(key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}

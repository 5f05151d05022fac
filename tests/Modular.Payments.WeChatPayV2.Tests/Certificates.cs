using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>Merchant certificates as WeChat Pay issues them: the merchant's number is the common name.</summary>
internal static class Certificates
{
    public static X509Certificate2 Make(string name = Some.MchId, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name},OU=Modular,O=Tests,C=CN", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(from ?? Some.Now.AddYears(-1), to ?? Some.Now.AddYears(4));
    }

    /// <summary>One line of Base64, as a setting holds it.</summary>
    public static string P12(this X509Certificate2 certificate, string password = Some.MchId) =>
        Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12, password));

    public static string Pem(this X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPrivateKey()!;
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}

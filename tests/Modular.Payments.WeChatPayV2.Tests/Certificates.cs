using System.Net;
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

    /// <summary>An authority of its own, which issues by the machine's clock and by that of the tests.</summary>
    public static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Root of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Some.Now.AddYears(-1), TimeProvider.System.GetUtcNow().AddYears(3));
    }

    /// <summary>A certificate with its key, good for a server at 127.0.0.1 as well as for a merchant.</summary>
    public static X509Certificate2 Issue(this X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore.ToUniversalTime(), authority.NotAfter.ToUniversalTime().AddDays(-1), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
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

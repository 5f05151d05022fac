using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Testing.Hosting;

/// <summary>
/// An authority of a test and what it issues: the certificate of a server at 127.0.0.1 and those with which merchants show themselves.
/// All are valid by the machine's clock, which handshakes go by.
/// </summary>
public sealed class TlsParty : IDisposable
{
    private readonly DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1);
    private readonly X509Certificate2 authority;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modular-tls-");

    public TlsParty()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Root of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority = request.CreateSelfSigned(from, from.AddYears(2));
        Server = Issue("127.0.0.1");
        File.WriteAllText(AuthorityFile, AuthorityPem);
    }

    public X509Certificate2 Server { get; }

    public string AuthorityPem => authority.ExportCertificatePem();

    /// <summary>A file with it, for <c>SSL_CERT_FILE</c>.</summary>
    public string AuthorityFile => Path.Combine(folder.FullName, "authority.crt");

    /// <summary>A merchant's certificate as WeChat Pay hands it out: a p12 under the merchant's number, here as one line of Base64.</summary>
    public string MerchantP12(string mchId)
    {
        using var certificate = Issue(mchId);
        return Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12, mchId));
    }

    public void Dispose()
    {
        Server.Dispose();
        authority.Dispose();
        folder.Delete(recursive: true);
    }

    private X509Certificate2 Issue(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, from.AddYears(1), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }
}

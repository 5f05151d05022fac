using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Sandbox.Tests.Support;

/// <summary>An authority for these tests, what it issued to the sandbox and to two merchants, and a stranger's certificate.</summary>
internal static class V2Tls
{
    // By the machine's clock, which the handshake goes by.
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

    private static readonly X509Certificate2 Authority = Root();
    private static readonly X509Certificate2 Server = Issue(Authority, "CN=127.0.0.1", server: true);

    public static X509Certificate2 Merchant { get; } = Issue(Authority, "CN=" + WeChatKeys.MchId);

    public static X509Certificate2 OtherMerchant { get; } = Issue(Authority, "CN=" + WeChatKeys.OtherMchId);

    /// <summary>The merchant's number, by an authority that the sandbox does not know.</summary>
    public static X509Certificate2 Stranger { get; } = Issue(Root(), "CN=" + WeChatKeys.MchId);

    public static string AuthorityPem => Authority.ExportCertificatePem();

    public static (string Key, string Value)[] With(params (string Key, string Value)[] settings) =>
    [
        ("WeChat:Tls:Certificate", Server.ExportCertificatePem()),
        ("WeChat:Tls:PrivateKey", Server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        ("WeChat:Tls:Authority", AuthorityPem),
        .. settings,
    ];

    /// <summary>A client that trusts this authority and no other, and shows the certificate, if any.</summary>
    public static HttpClient Client(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificates = certificate is null ? [] : [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
            },
        });
    }

    private static X509Certificate2 Root()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Root of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, From.AddYears(2));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, bool server = false)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(authority, From, From.AddYears(1), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }
}

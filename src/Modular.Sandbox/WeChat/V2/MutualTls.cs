using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// Whoever comes to an address that begins with https must show a certificate that the sandbox's authority has issued, as the
/// real host wants it for refunds; without one there is no connection. Whose it is, the method looks at.
/// </summary>
internal static class MutualTls
{
    public static void UseMutualTls(this IWebHostBuilder host, IConfiguration configuration)
    {
        var options = configuration.GetSection("Sandbox:WeChat:Tls").Get<TlsOptions>();
        host.UseKestrelHttpsConfiguration();
        if (options is not { Certificate.Length: > 0 })
        {
            return;
        }

        var (certificate, policy) = Read(options, new KeyText(configuration["Sandbox:Data"]));
        host.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = policy;
        }));
    }

    private static (X509Certificate2 Certificate, X509ChainPolicy Policy) Read(TlsOptions options, KeyText keys)
    {
        try
        {
            using var key = keys.PrivateKey(options.PrivateKey);
            using var alone = keys.Certificates(options.Certificate)[0];
            // Only this authority counts, and none that the machine trusts; it keeps no list of what it has revoked.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(keys.Certificates(options.Authority));
            return (alone.CopyWithPrivateKey(key), policy);
        }
        catch (Exception cause) when (cause is FormatException or ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException($"A key or certificate of Sandbox:WeChat:Tls cannot be read ({cause.GetType().Name}).");
        }
    }
}

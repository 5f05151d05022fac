using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>In which forms the merchant's certificate is taken, and what keeps an instance out of service.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly X509Certificate2 certificate = Certificates.Make();
    private readonly string folder = Directory.CreateTempSubdirectory("modular-v2-").FullName;

    public void Dispose()
    {
        certificate.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_file_of_the_merchant_platform_opens_with_the_merchants_number()
    {
        var path = Path.Combine(folder, "apiclient_cert.p12");
        File.WriteAllBytes(path, Convert.FromBase64String(certificate.P12()));
        Assert.Equal(certificate.Thumbprint, Shown(("ClientCertificate", path)));
    }

    [Fact]
    public void Base64_with_another_password_and_pem_as_text_or_file_are_taken_too()
    {
        Assert.Equal(certificate.Thumbprint, Shown(("ClientCertificate", certificate.P12("other")), ("ClientCertificatePassword", "other")));
        Assert.Equal(certificate.Thumbprint, Shown(("ClientCertificate", certificate.Pem())));

        var path = Path.Combine(folder, "both.pem");
        File.WriteAllText(path, certificate.Pem());
        Assert.Equal(certificate.Thumbprint, Shown(("ClientCertificate", path)));
    }

    [Fact]
    public void An_encrypted_key_in_pem_opens_with_the_password()
    {
        using var key = certificate.GetRSAPrivateKey()!;
        var pem = $"{certificate.ExportCertificatePem()}\n{key.ExportEncryptedPkcs8PrivateKeyPem("other", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))}";
        Assert.Equal(certificate.Thumbprint, Shown(("ClientCertificate", pem), ("ClientCertificatePassword", "other")));
        Assert.Contains("ClientCertificatePassword does not open", Refusal(("ClientCertificate", pem)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_setting_no_client_is_made_and_the_instance_is_in_service() =>
        Assert.Null(Shown());

    [Fact]
    public void S02_a_certificate_that_cannot_be_read_is_refused_with_a_remedy()
    {
        using var other = Certificates.Make();
        Assert.Contains("ClientCertificatePassword opens", Refusal(("ClientCertificate", certificate.P12("other"))), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal(("ClientCertificate", Path.Combine(folder, "missing.p12"))), StringComparison.Ordinal);
        Assert.Contains("neither PEM nor Base64", Refusal(("ClientCertificate", "certificate")), StringComparison.Ordinal);
        Assert.Contains("without its private key", Refusal(("ClientCertificate", certificate.ExportCertificatePem())), StringComparison.Ordinal);
        Assert.Contains("private key that belongs to it", Refusal(("ClientCertificate", certificate.ExportCertificatePem() + "\n" + other.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem())), StringComparison.Ordinal);

        using var bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        Assert.Contains("without its private key", Refusal(("ClientCertificate", bare.P12())), StringComparison.Ordinal);
    }

    [Fact]
    public void S02_an_expired_an_early_and_another_merchants_certificate_are_refused()
    {
        using var expired = Certificates.Make(to: Some.Now.AddSeconds(-1));
        using var early = Certificates.Make(from: Some.Now.AddSeconds(1));
        using var stranger = Certificates.Make("1900000110");
        Assert.Contains("expired on 2026-11-22", Refusal(("ClientCertificate", expired.P12())), StringComparison.Ordinal);
        Assert.Contains("not valid before 2026-11-22", Refusal(("ClientCertificate", early.P12())), StringComparison.Ordinal);
        var refusal = Refusal(("ClientCertificate", stranger.P12()));
        Assert.Contains("another merchant", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("1900000110", refusal, StringComparison.Ordinal);
    }

    private static string? Shown(params (string Name, string? Value)[] changes)
    {
        string? shown = null;
        Some.Provider(settings: Some.Settings(changes), httpWith: certificate =>
        {
            Assert.True(certificate.HasPrivateKey);
            shown = certificate.Thumbprint;
            return new HttpClient(StubGateway.Silent());
        });
        return shown;
    }

    private static string Refusal(params (string Name, string? Value)[] changes)
    {
        var refusal = Assert.Throws<ProviderSettingsException>(() => Shown(changes)).Message;
        Assert.StartsWith("ClientCertificate ", refusal, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal, StringComparison.Ordinal);
        return refusal;
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay;

/// <summary>The serials that every request carries in certificate mode.</summary>
internal sealed record CertificateSerials(string Application, string Root);

/// <summary>Reads the three certificates and finds the mix-ups: another application's, Alipay's in our place, ours in Alipay's.</summary>
internal static class CertificateMode
{
    private const string App = "AppCertificate";
    private const string Alipay = "AlipayCertificate";
    private const string Root = "AlipayRootCertificate";

    /// <summary>Whether the settings ask for certificate mode; half of it, or both modes at once, is an error.</summary>
    public static bool IsChosen(ProviderSettings settings)
    {
        string[] names = [App, Alipay, Root];
        var missing = names.Where(name => !settings.Has(name)).ToArray();
        var publicKey = settings.Has("AlipayPublicKey");
        if (missing.Length == names.Length)
        {
            return publicKey
                ? false
                : throw new ProviderSettingsException("AlipayPublicKey is missing: set Alipay's public key, or the three of certificate mode (AppCertificate, AlipayCertificate, AlipayRootCertificate).");
        }

        if (missing.Length > 0)
        {
            throw new ProviderSettingsException($"{string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} missing: certificate mode needs AppCertificate, AlipayCertificate and AlipayRootCertificate together.");
        }

        return !publicKey
            ? true
            : throw new ProviderSettingsException("AlipayPublicKey is set beside the certificates: remove it, or remove all three certificates, so that one mode remains.");
    }

    public static (AlipayTrust Trust, CertificateSerials Serials) Read(ProviderSettings settings, RSA privateKey, DateTimeOffset now)
    {
        var app = ReadApplication(settings, privateKey, now);
        var alipay = ReadAlipay(settings, privateKey, now);
        var serial = CertificateSerial.Of(alipay);
        return (new AlipayTrust(Key(Alipay, alipay), serial, serial), new CertificateSerials(CertificateSerial.Of(app), RootSerial(settings, now)));
    }

    /// <summary>The application's certificate, which must be the one of our own key.</summary>
    public static X509Certificate2 ReadApplication(ProviderSettings settings, RSA privateKey, DateTimeOffset now)
    {
        var app = Leaf(settings, App, now);
        using var appKey = Key(App, app);
        return SameKey(appKey, privateKey)
            ? app
            : throw new ProviderSettingsException($"{App} does not belong to PrivateKey: use the application certificate that was issued for this very key, not another application's and not Alipay's.");
    }

    /// <summary>Alipay's certificate, which must not be our own.</summary>
    public static X509Certificate2 ReadAlipay(ProviderSettings settings, RSA privateKey, DateTimeOffset now)
    {
        var alipay = Leaf(settings, Alipay, now);
        using var alipayKey = Key(Alipay, alipay);
        ProviderSettings.RefuseOwnKey(Alipay, alipayKey, privateKey, "download the certificate that the console names Alipay's, beside the application's.");
        return alipay;
    }

    // Files from the console hold the certificate first and its issuers after it.
    private static X509Certificate2 Leaf(ProviderSettings settings, string name, DateTimeOffset now)
    {
        var leaf = settings.Certificates(name)[0];
        if (now < leaf.NotBefore.ToUniversalTime())
        {
            throw new ProviderSettingsException($"{name} is not valid before {leaf.NotBefore.ToUniversalTime():u}: check the clock of this machine.");
        }

        return now <= leaf.NotAfter.ToUniversalTime()
            ? leaf
            : throw new ProviderSettingsException($"{name} expired at {leaf.NotAfter.ToUniversalTime():u}: download the renewed one from the console.");
    }

    /// <summary>The serial of Alipay's roots, as requests carry it.</summary>
    public static string RootSerial(ProviderSettings settings, DateTimeOffset now)
    {
        var all = settings.Certificates(Root);
        var serial = CertificateSerial.OfRoots(all);
        if (serial.Length == 0)
        {
            throw new ProviderSettingsException($"{Root} holds no certificate signed with RSA: download Alipay's root certificate file from the console.");
        }

        // The file is a bundle that outlives some of its members; only a wholly expired one is out of date.
        return all.Any(root => now <= root.NotAfter.ToUniversalTime())
            ? serial
            : throw new ProviderSettingsException($"{Root} expired: download the renewed one from the console.");
    }

    private static RSA Key(string name, X509Certificate2 certificate)
    {
        var key = certificate.GetRSAPublicKey()
            ?? throw new ProviderSettingsException($"{name} does not certify an RSA key: choose RSA2 when the certificate is issued.");
        return key.KeySize >= 2048
            ? key
            : throw new ProviderSettingsException($"{name} certifies a key of {key.KeySize} bits: at least 2048 are needed, make a new key pair.");
    }

    private static bool SameKey(RSA one, RSA other) =>
        one.ExportParameters(false).Modulus.AsSpan().SequenceEqual(other.ExportParameters(false).Modulus);
}

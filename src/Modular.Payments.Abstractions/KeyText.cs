using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.Abstractions;

/// <summary>Reads keys and certificates from the texts in which they are handed around. Errors name the setting and never show the value.</summary>
internal static class KeyText
{
    public static RSA ReadPrivateKey(string name, string text, int minimumBits)
    {
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new ProviderSettingsException($"{name} is encrypted with a password: store it without one, in a file that only the shop's user can read.");
        }

        if (text.Contains("PUBLIC KEY", StringComparison.Ordinal) || text.Contains("CERTIFICATE", StringComparison.Ordinal))
        {
            throw new ProviderSettingsException($"{name} holds a public key or a certificate: the private key belongs here.");
        }

        var der = Decode(name, text);
        var rsa = RSA.Create();
        try
        {
            if (!TryImport(() => rsa.ImportPkcs8PrivateKey(der, out _)) && !TryImport(() => rsa.ImportRSAPrivateKey(der, out _)))
            {
                throw TryImportPublic(der)
                    ? new ProviderSettingsException($"{name} holds a public key: the private key belongs here.")
                    : new ProviderSettingsException($"{name} is neither a PKCS#8 nor a PKCS#1 RSA private key: export it again as PEM or as one line of Base64.");
            }

            return RefuseShort(name, rsa, minimumBits);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    public static RSA ReadPublicKey(string name, string text, int minimumBits)
    {
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new ProviderSettingsException($"{name} holds a private key: the provider's public key belongs here.");
        }

        if (text.Contains("CERTIFICATE", StringComparison.Ordinal))
        {
            throw new ProviderSettingsException($"{name} holds a certificate: a public key belongs here; certificates have settings of their own.");
        }

        var der = Decode(name, text);
        var rsa = RSA.Create();
        try
        {
            if (!TryImport(() => rsa.ImportSubjectPublicKeyInfo(der, out _)) && !TryImport(() => rsa.ImportRSAPublicKey(der, out _)))
            {
                throw TryImportPrivate(der)
                    ? new ProviderSettingsException($"{name} holds a private key: the provider's public key belongs here.")
                    : new ProviderSettingsException($"{name} is no RSA public key: copy it again from the provider's console, as PEM or as one line of Base64.");
            }

            return RefuseShort(name, rsa, minimumBits);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    public static X509Certificate2Collection ReadCertificates(string name, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                certificates.ImportFromPem(text);
            }
            else
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(Decode(name, text)));
            }
        }
        catch (CryptographicException e)
        {
            throw new ProviderSettingsException($"{name} is no certificate in PEM or DER form: download it again from the provider's console.", e);
        }

        return certificates.Count > 0
            ? certificates
            : throw new ProviderSettingsException($"{name} contains no certificate: download it again from the provider's console.");
    }

    public static X509Certificate2 ReadCertificateWithKey(string name, string text, string passwordName, string password)
    {
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            return ReadPemWithKey(name, text, passwordName, password);
        }

        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadPkcs12(Decode(name, text), password);
        }
        catch (CryptographicException e)
        {
            throw new ProviderSettingsException($"{name} is no PKCS#12 file that {passwordName} opens: download the certificate again, or correct the password.", e);
        }

        if (certificate.HasPrivateKey)
        {
            return certificate;
        }

        certificate.Dispose();
        throw new ProviderSettingsException($"{name} holds a certificate without its private key: use the file that holds both, as it was downloaded (.p12).");
    }

    private static X509Certificate2 ReadPemWithKey(string name, string text, string passwordName, string password)
    {
        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) || !text.Contains("BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            throw new ProviderSettingsException($"{name} is PEM without a certificate or without its private key: write both below each other, or use the .p12 file.");
        }

        try
        {
            return text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(text, text, password)
                : X509Certificate2.CreateFromPem(text, text);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ProviderSettingsException($"{name} holds no certificate with the private key that belongs to it, or {passwordName} does not open the key: download both again.", e);
        }
    }

    private static RSA RefuseShort(string name, RSA rsa, int minimumBits) =>
        rsa.KeySize >= minimumBits
            ? rsa
            : throw new ProviderSettingsException($"{name} has {rsa.KeySize} bits: at least {minimumBits} are needed, make a new key pair.");

    private static byte[] Decode(string name, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var base64 = string.Concat(lines.Where(line => !line.StartsWith("-----", StringComparison.Ordinal)))
            .Replace(" ", "", StringComparison.Ordinal);
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new ProviderSettingsException($"{name} is neither PEM nor Base64 nor the path of a file: copy the whole key, without quotes or line breaks lost in between.", e);
        }
    }

    private static bool TryImportPublic(byte[] der)
    {
        using var rsa = RSA.Create();
        return TryImport(() => rsa.ImportSubjectPublicKeyInfo(der, out _)) || TryImport(() => rsa.ImportRSAPublicKey(der, out _));
    }

    private static bool TryImportPrivate(byte[] der)
    {
        using var rsa = RSA.Create();
        return TryImport(() => rsa.ImportPkcs8PrivateKey(der, out _)) || TryImport(() => rsa.ImportRSAPrivateKey(der, out _));
    }

    private static bool TryImport(Action import)
    {
        try
        {
            import();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Sandbox.Signing;

/// <summary>Reads keys and certificates given as PEM, as bare Base64 or as the path of a file holding either.</summary>
internal sealed class KeyText(string? folder)
{
    public RSA PrivateKey(string setting)
    {
        var text = Content(setting);
        return Import(text, (rsa, bytes) =>
        {
            try
            {
                rsa.ImportPkcs8PrivateKey(bytes, out _);
            }
            catch (CryptographicException)
            {
                rsa.ImportRSAPrivateKey(bytes, out _);
            }
        });
    }

    public RSA PublicKey(string setting)
    {
        var text = Content(setting);
        return Import(text, (rsa, bytes) =>
        {
            try
            {
                rsa.ImportSubjectPublicKeyInfo(bytes, out _);
            }
            catch (CryptographicException)
            {
                rsa.ImportRSAPublicKey(bytes, out _);
            }
        });
    }

    public X509Certificate2Collection Certificates(string setting)
    {
        var text = Content(setting);
        var found = new X509Certificate2Collection();
        if (IsPem(text))
        {
            found.ImportFromPem(text);
        }
        else
        {
            found.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text)));
        }

        return found;
    }

    private static RSA Import(string text, Action<RSA, byte[]> fromBytes)
    {
        var rsa = RSA.Create();
        if (IsPem(text))
        {
            rsa.ImportFromPem(text);
        }
        else
        {
            fromBytes(rsa, Convert.FromBase64String(text));
        }

        return rsa;
    }

    private static bool IsPem(string text) => text.Contains("-----BEGIN", StringComparison.Ordinal);

    private string Content(string setting)
    {
        if (IsPem(setting))
        {
            return setting;
        }

        // Base64 can look like a path, but no file has such a name.
        var path = folder is null ? setting : Path.Combine(folder, setting);
        return File.Exists(path) ? File.ReadAllText(path) : setting;
    }
}

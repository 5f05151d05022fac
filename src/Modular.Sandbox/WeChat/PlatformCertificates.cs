using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.WeChat;

/// <summary>A key of WeChat Pay's that signs answers and notifications.</summary>
/// <param name="Serial">What <c>Wechatpay-Serial</c> names it by.</param>
/// <param name="Certificate">Null for the key of the public key mode.</param>
internal sealed record PlatformKey(string Serial, RSA Key, X509Certificate2? Certificate)
{
    /// <summary>RSA with SHA-256, in Base64.</summary>
    public string Sign(byte[] message) => Convert.ToBase64String(Key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}

/// <summary>
/// The platform certificates that are valid for one merchant at the same time. A missing one is made when first needed, because
/// making keys takes time. Safe to use from many threads.
/// </summary>
internal sealed class PlatformCertificates
{
    private const int Years = 5;

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly bool isMade;
    private List<PlatformKey> keys;

    private PlatformCertificates(TimeProvider time, bool isMade, List<PlatformKey> keys) => (this.time, this.isMade, this.keys) = (time, isMade, keys);

    /// <summary>The oldest first; empty for a merchant of the public key mode.</summary>
    public IReadOnlyList<PlatformKey> All
    {
        get
        {
            lock (gate)
            {
                if (isMade && keys.Count == 0)
                {
                    keys = [Make()];
                }

                return keys;
            }
        }
    }

    public PlatformKey? Newest => All is [.., var newest] ? newest : null;

    public static PlatformCertificates Read(WeChatMerchantOptions options, KeyText keys, TimeProvider time)
    {
        if (!options.Certificates || options.PlatformCertificate.Length == 0)
        {
            return new PlatformCertificates(time, options.Certificates, []);
        }

        var certificate = keys.Certificates(options.PlatformCertificate)[0];
        return new PlatformCertificates(time, true, [new PlatformKey(certificate.SerialNumber, keys.PrivateKey(options.PlatformPrivateKey), certificate)]);
    }

    public PlatformKey? Find(string serial) =>
        All.FirstOrDefault(key => string.Equals(key.Serial, serial, StringComparison.OrdinalIgnoreCase));

    /// <summary>A new certificate, beside the older ones or instead of them. Null for a merchant without certificates.</summary>
    public PlatformKey? Rotate(bool drop)
    {
        if (All.Count == 0)
        {
            return null;
        }

        var made = Make();
        lock (gate)
        {
            keys = drop ? [made] : [.. keys, made];
        }

        return made;
    }

    private PlatformKey Make()
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Tenpay.com Sandbox,O=Modular Sandbox,C=CN", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var from = time.GetUtcNow().AddDays(-1);
        var serial = RandomNumberGenerator.GetBytes(20);
        // Twenty bytes in DER are a positive number that begins with neither 0x00 nor a sign bit.
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        var certificate = request.Create(request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), from, from.AddYears(Years), serial);
        return new PlatformKey(certificate.SerialNumber, key, certificate);
    }
}

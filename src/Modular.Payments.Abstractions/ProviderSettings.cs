using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.Abstractions;

/// <summary>
/// A setting is missing or wrong. The message is one sentence that names the setting, says what is wrong with it and what
/// to do; it never contains the value of a key or a secret.
/// </summary>
public sealed class ProviderSettingsException : Exception
{
    /// <inheritdoc cref="Exception(string)"/>
    public ProviderSettingsException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public ProviderSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <inheritdoc cref="Exception()"/>
    public ProviderSettingsException()
    {
    }
}

/// <summary>
/// The settings of one instance, by name without regard to case. Every reader throws
/// <see cref="ProviderSettingsException"/> with a sentence for the operator.
/// </summary>
public sealed class ProviderSettings
{
    private readonly Dictionary<string, string> values;

    /// <summary>Takes a copy of <paramref name="values"/>; blank values count as absent.</summary>
    public ProviderSettings(IEnumerable<KeyValuePair<string, string?>> values)
    {
        this.values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                this.values[name] = value.Trim();
            }
        }
    }

    /// <summary>The names of the settings that have a value.</summary>
    internal IEnumerable<string> Names => values.Keys;

    /// <summary>Whether the setting has a value.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>The value, or null when the setting is absent or blank.</summary>
    public string? Optional(string name) => values.GetValueOrDefault(name);

    /// <summary>The value.</summary>
    public string Required(string name) =>
        Optional(name) ?? throw new ProviderSettingsException($"{name} is missing: set it to the value that the provider's console shows.");

    /// <summary>
    /// An absolute address that calls go to. Plain http is accepted for loopback addresses only, so that a sandbox can be used
    /// and a real gateway cannot be reached in the clear.
    /// </summary>
    public Uri Url(string name, string? defaultValue = null)
    {
        var text = Optional(name) ?? defaultValue ?? Required(name);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            throw new ProviderSettingsException($"{name} is not an absolute http(s) address: write it like https://host/path.");
        }

        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
        {
            throw new ProviderSettingsException($"{name} uses plain http to a host that is not this machine: use https.");
        }

        return url;
    }

    /// <summary>The merchant's RSA private key: PEM, bare Base64 (PKCS#8 or PKCS#1), or the path of a file with one of these. At least <paramref name="minimumBits"/> bits. The caller owns the key.</summary>
    public RSA PrivateKey(string name, int minimumBits = 2048) => KeyText.ReadPrivateKey(name, FileOrText(name, Required(name)), minimumBits);

    /// <summary>An RSA public key: PEM, bare Base64 (SubjectPublicKeyInfo or PKCS#1), or the path of a file with one of these. At least <paramref name="minimumBits"/> bits. The caller owns the key.</summary>
    public RSA PublicKey(string name, int minimumBits = 2048) => KeyText.ReadPublicKey(name, FileOrText(name, Required(name)), minimumBits);

    /// <summary>One or more certificates: PEM text or the path of a PEM or DER file, in the order in which they stand. The caller owns them.</summary>
    public X509Certificate2Collection Certificates(string name) => KeyText.ReadCertificates(name, FileOrText(name, Required(name)));

    /// <summary>
    /// A certificate with its private key, to be shown to a provider: PKCS#12 as one line of Base64 or as the path of a file, or PEM
    /// (text or the path of a file) with both. The caller owns it.
    /// </summary>
    /// <param name="name">The setting.</param>
    /// <param name="passwordName">The setting with the password, for the error's sentence.</param>
    /// <param name="password">The password of the PKCS#12 file or of an encrypted key; ignored where there is none.</param>
    public X509Certificate2 CertificateWithKey(string name, string passwordName, string password) =>
        KeyText.ReadCertificateWithKey(name, FileOrText(name, Required(name)), passwordName, password);

    /// <summary>Refuses a public key that belongs to <paramref name="own"/>: the commonest mix-up of all is to paste the application's own public key where the provider's belongs.</summary>
    public static void RefuseOwnKey(string name, RSA providerKey, RSA own, string remedy)
    {
        ArgumentNullException.ThrowIfNull(providerKey);
        ArgumentNullException.ThrowIfNull(own);
        if (providerKey.ExportParameters(false).Modulus.AsSpan().SequenceEqual(own.ExportParameters(false).Modulus))
        {
            throw new ProviderSettingsException($"{name} is the public half of your own PrivateKey: {remedy}");
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the file from being read becomes one sentence for the operator.")]
    private static string FileOrText(string name, string value)
    {
        // A path has no line breaks and is short; a key is neither or does not exist as a file.
        if (value.Contains('\n') || value.Length > 1024 || value.StartsWith("-----", StringComparison.Ordinal) || !LooksLikePath(value))
        {
            return value;
        }

        try
        {
            var bytes = File.ReadAllBytes(value);
            if (bytes.Length > 256 * 1024)
            {
                throw new ProviderSettingsException($"{name} names a file larger than 256 KiB, which is no key and no certificate.");
            }

            // A DER file becomes the Base64 that the readers take as well.
            return bytes.Length > 0 && bytes[0] == 0x30 && Array.Exists(bytes, b => b is 0 or > 0x7e)
                ? Convert.ToBase64String(bytes)
                : System.Text.Encoding.UTF8.GetString(bytes).Trim('\uFEFF', ' ', '\r', '\n');
        }
        catch (Exception e) when (e is not ProviderSettingsException)
        {
            throw new ProviderSettingsException($"{name} names a file that cannot be read ({e.GetType().Name}): check the path and the rights of the shop's user.", e);
        }
    }

    // Bare Base64 may contain slashes but never a dot or a backslash; a path to a key practically always has an extension or exists.
    private static bool LooksLikePath(string value) =>
        File.Exists(value) || value.Contains('.') || value.Contains('\\') || (value.StartsWith('/') && value.Length < 120);
}

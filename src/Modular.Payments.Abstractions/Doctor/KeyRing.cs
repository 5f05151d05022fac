using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>A public key that is configured somewhere in this shop.</summary>
/// <param name="Instance">The instance that holds it; null for the one that is examined.</param>
/// <param name="Setting">The setting that holds it; for a private key, of which only the public half is kept here.</param>
/// <param name="Key">The key.</param>
public sealed record KnownKey(ConfiguredInstance? Instance, string Setting, RSA Key)
{
    /// <summary>How the operator knows it.</summary>
    public string Name => Instance is null ? $"the own {Setting}" : $"{Setting} of the instance {Instance.Name}";
}

/// <summary>A shared secret that is configured somewhere in this shop. It is tried and never shown.</summary>
/// <param name="Instance">The instance that holds it; null for the one that is examined.</param>
/// <param name="Setting">The setting that holds it.</param>
/// <param name="Value">The secret.</param>
public sealed record KnownSecret(ConfiguredInstance? Instance, string Setting, string Value)
{
    /// <summary>How the operator knows it.</summary>
    public string Name => Instance is null ? $"the own {Setting}" : $"{Setting} of the instance {Instance.Name}";

    /// <summary>The name alone: a record's own text would hold the secret.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// The keys that a message may have been signed with by mistake: those of the examined instance and of all others, as far as
/// they can be read. Settings are recognised by how their names end (<c>PublicKey</c>, <c>Certificate</c>, <c>PrivateKey</c>, <c>Key</c>).
/// </summary>
public sealed class KeyRing : IDisposable
{
    // The keys of the old gateways have 1024 bits; a diagnosis reads what an instance would refuse.
    private const int MinimumBits = 512;
    private const int MaxInstances = 64;

    private readonly List<KnownKey> keys = [];
    private readonly List<KnownSecret> secrets = [];

    /// <summary>Reads the keys of the request's instance and of the others.</summary>
    public KeyRing(DiagnosisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Add(null, request.Settings);
        foreach (var other in request.Others.Take(MaxInstances))
        {
            Add(other, other.Settings);
        }
    }

    /// <summary>Every public key, the examined instance's first.</summary>
    public IReadOnlyList<KnownKey> Keys => keys;

    /// <summary>Every shared secret, the examined instance's first.</summary>
    public IReadOnlyList<KnownSecret> Secrets => secrets;

    /// <summary>The key in a setting of the examined instance; null when there is none or it cannot be read.</summary>
    public RSA? Own(string setting) => keys.FirstOrDefault(key => key.Instance is null && key.Setting.Equals(setting, StringComparison.OrdinalIgnoreCase))?.Key;

    /// <summary>Whether a setting of the examined instance holds the public half of its own <c>PrivateKey</c>.</summary>
    public bool IsOwnPublicKey(string setting) =>
        Own(setting) is { } key && Own("PrivateKey") is { } own
        && key.ExportParameters(false).Modulus.AsSpan().SequenceEqual(own.ExportParameters(false).Modulus);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in keys)
        {
            key.Key.Dispose();
        }
    }

    private void Add(ConfiguredInstance? instance, ProviderSettings settings)
    {
        foreach (var name in settings.Names)
        {
            if (ReadKey(settings, name) is { } key)
            {
                keys.Add(new KnownKey(instance, name, key));
            }
            else if (IsSharedSecret(name) && settings.Optional(name) is { Length: <= 256 } secret)
            {
                secrets.Add(new KnownSecret(instance, name, secret));
            }
        }
    }

    private static bool IsSharedSecret(string name) => EndsWith(name, "Key") && !EndsWith(name, "PublicKey") && !EndsWith(name, "PrivateKey");

    private static RSA? ReadKey(ProviderSettings settings, string name) =>
        EndsWith(name, "PublicKey") ? Try(() => settings.PublicKey(name, MinimumBits)) ?? Try(() => Certified(settings, name))
        : EndsWith(name, "PrivateKey") ? Try(() => settings.PrivateKey(name, MinimumBits))
        : EndsWith(name, "Certificate") && !EndsWith(name, "RootCertificate") ? Try(() => Certified(settings, name))
        : null;

    private static RSA? Certified(ProviderSettings settings, string name)
    {
        var certificates = settings.Certificates(name);
        try
        {
            return certificates[0].GetRSAPublicKey();
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static RSA? Try(Func<RSA?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ProviderSettingsException or CryptographicException)
        {
            return null;
        }
    }

    private static bool EndsWith(string name, string end) => name.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}

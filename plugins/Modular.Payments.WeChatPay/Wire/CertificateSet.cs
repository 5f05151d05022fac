using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>One of WeChat Pay's platform certificates, reduced to what a check needs.</summary>
/// <param name="Serial">The serial in <see cref="KeySerial.Normal"/> form.</param>
/// <param name="Key">The certified key, at least 2048 bits.</param>
/// <param name="From">The first moment of validity, UTC.</param>
/// <param name="To">The last moment of validity, UTC.</param>
internal sealed record PlatformCertificate(string Serial, RSA Key, DateTimeOffset From, DateTimeOffset To)
{
    public KeyLookup.Found Lookup { get; } = new(Key);

    public bool IsValid(DateTimeOffset now) => From <= now && now <= To;
}

/// <summary>
/// The platform certificates that are known, immutable. Several are valid at once while one follows the other. Keys are not
/// disposed when a certificate falls out, because another thread may be verifying with one.
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a set in the ordinary sense.")]
internal sealed class CertificateSet
{
    // A new certificate comes about every five years.
    private const int MaxCertificates = 32;

    public static readonly CertificateSet Empty = new([]);

    private readonly FrozenDictionary<string, PlatformCertificate> bySerial;

    private CertificateSet(IEnumerable<PlatformCertificate> certificates) =>
        bySerial = certificates.ToFrozenDictionary(certificate => certificate.Serial, StringComparer.Ordinal);

    /// <summary>The certificate that <paramref name="serial"/> names, if it is valid at <paramref name="now"/>.</summary>
    public PlatformCertificate? Find(string serial, DateTimeOffset now) =>
        bySerial.TryGetValue(KeySerial.Normal(serial), out var certificate) && certificate.IsValid(now) ? certificate : null;

    /// <summary>
    /// This set with <paramref name="fetched"/> added. What is no longer listed stays until it expires: a message that was signed
    /// with it may still be under way. A certificate that is known already keeps its key.
    /// </summary>
    public CertificateSet With(IEnumerable<PlatformCertificate> fetched, DateTimeOffset now) =>
        new(bySerial.Values.Concat(fetched)
            .Where(certificate => now <= certificate.To)
            .DistinctBy(certificate => certificate.Serial)
            .OrderByDescending(certificate => certificate.To)
            .Take(MaxCertificates));
}

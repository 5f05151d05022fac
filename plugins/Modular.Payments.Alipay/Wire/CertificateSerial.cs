using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Alipay's own name for a certificate: 32 lower-case hex digits of MD5 over the issuer and the serial number in decimal.
/// The issuer is written most specific part first (<c>CN=…,OU=…,O=…,C=…</c>), without blanks and without escaping.
/// </summary>
internal static class CertificateSerial
{
    private const string RsaSignatures = "1.2.840.113549.1.1";

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The serial is a name that Alipay defines, not a protection.")]
    public static string Of(X509Certificate2 certificate)
    {
        var text = new StringBuilder();
        foreach (var part in certificate.IssuerName.EnumerateRelativeDistinguishedNames(reversed: true))
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(ShortName(part.GetSingleElementType())).Append('=').Append(part.GetSingleElementValue());
        }

        text.Append(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true));
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The serials of the certificates signed with RSA, joined with <c>_</c>; Alipay's bundle also holds SM2 ones, which do not count.</summary>
    public static string OfRoots(X509Certificate2Collection roots) =>
        string.Join('_', roots.Where(root => root.SignatureAlgorithm.Value?.StartsWith(RsaSignatures, StringComparison.Ordinal) == true).Select(Of));

    private static string ShortName(Oid type) => type.Value switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "E",
        var other => other ?? "",
    };
}

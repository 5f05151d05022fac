using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Modular.Sandbox.Alipay.Wire;

/// <summary>The serial numbers of certificate mode: MD5 of the issuer's name and the decimal serial number.</summary>
internal static class CertificateSerial
{
    private const string RsaSignatures = "1.2.840.113549.1.1";

    public static string Of(X509Certificate2 certificate)
    {
        var serial = new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);
        var text = IssuerName(certificate) + serial.ToString(CultureInfo.InvariantCulture);
#pragma warning disable CA5351 // The protocol names certificates by MD5; nothing is protected by it.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
    }

    /// <summary>Those of a root file that are signed with RSA; the others belong to the SM2 suite.</summary>
    public static string OfRoots(X509Certificate2Collection roots) =>
        string.Join('_', roots.Where(root => root.SignatureAlgorithm.Value!.StartsWith(RsaSignatures, StringComparison.Ordinal)).Select(Of));

    /// <summary>From the most particular part to the country, separated by commas without spaces.</summary>
    private static string IssuerName(X509Certificate2 certificate)
    {
        var parts = certificate.IssuerName.EnumerateRelativeDistinguishedNames(reversed: false)
            .Select(part => $"{Name(part.GetSingleElementType())}={part.GetSingleElementValue()}")
            .ToList();
        if (parts.Count > 0 && !parts[0].StartsWith("CN=", StringComparison.Ordinal))
        {
            parts.Reverse();
        }

        return string.Join(',', parts);
    }

    private static string Name(Oid type) => type.Value switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        var other => other ?? "",
    };
}

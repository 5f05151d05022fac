using System.Globalization;
using System.Text.RegularExpressions;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>The header with which a merchant signs a request.</summary>
internal sealed partial record V3Authorization(string MchId, string Nonce, string Signature, long Timestamp, string SerialNo)
{
    private const string Scheme = V3Headers.SignatureType + " ";

    /// <summary>The attributes in any order; null when the header is not of this form.</summary>
    public static V3Authorization? Read(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.Ordinal) || !Attributes().IsMatch(header[Scheme.Length..]))
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Attribute().Matches(header[Scheme.Length..]))
        {
            if (!values.TryAdd(match.Groups["name"].Value, match.Groups["value"].Value))
            {
                return null;
            }
        }

        return values.Count == 5
            && values.TryGetValue("mchid", out var mchId)
            && values.TryGetValue("nonce_str", out var nonce)
            && values.TryGetValue("signature", out var signature)
            && values.TryGetValue("serial_no", out var serial)
            && long.TryParse(values.GetValueOrDefault("timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            ? new V3Authorization(mchId, nonce, signature, timestamp, serial)
            : null;
    }

    [GeneratedRegex("""^[a-z_]+="[^"]*"(,[a-z_]+="[^"]*"){4}$""", RegexOptions.CultureInvariant)]
    private static partial Regex Attributes();

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Attribute();
}

using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Alipay's side of the gateway, written from the protocol and not from the plugin.</summary>
internal static class Alipay
{
    public static byte[] Canonical(IEnumerable<KeyValuePair<string, string>> fields, Dialect dialect) => dialect.Encoding.GetBytes(string.Join(
        '&',
        fields.Where(f => f.Value.Length > 0 && f.Key is not ("sign" or "sign_type")).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")));

    public static string Sign(IEnumerable<KeyValuePair<string, string>> fields, Dialect dialect, string md5Key = Keys.Md5, RSA? rsa = null) =>
        SignBytes(Canonical(fields, dialect), dialect.SignType, md5Key, rsa);

#pragma warning disable CA5350, CA5351 // The gateway has no stronger algorithms.
    public static string SignBytes(byte[] text, string signType, string md5Key = Keys.Md5, RSA? rsa = null) => signType == "MD5"
        ? Convert.ToHexStringLower(MD5.HashData([.. text, .. Encoding.ASCII.GetBytes(md5Key)]))
        : Convert.ToBase64String((rsa ?? Keys.Alipay).SignData(text, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));

    /// <summary>Whether a request of the shop is signed as Alipay wants it.</summary>
    public static bool Accepts(IReadOnlyDictionary<string, string> request, Dialect dialect) => dialect.SignType == "MD5"
        ? request["sign"] == Sign(request, dialect)
        : Keys.Shop.VerifyData(Canonical(request, dialect), Convert.FromBase64String(request["sign"]), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
#pragma warning restore CA5350, CA5351

    /// <summary>A form body or query with these fields and their signature at the end.</summary>
    public static string Signed(IEnumerable<KeyValuePair<string, string>> fields, Dialect dialect, string md5Key = Keys.Md5, RSA? rsa = null) =>
        $"{Encode(fields, dialect)}&sign={Uri.EscapeDataString(Sign(fields, dialect, md5Key, rsa))}&sign_type={dialect.SignType}";

    public static string Encode(IEnumerable<KeyValuePair<string, string>> fields, Dialect dialect) =>
        string.Join('&', fields.Select(f => $"{f.Key}={PercentEncode(dialect.Encoding.GetBytes(f.Value))}"));

    /// <summary>Decodes a form body or query once.</summary>
    public static Dictionary<string, string> Decode(string encoded, Dialect dialect) => encoded
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => dialect.Encoding.GetString(PercentDecode(pair[1])), StringComparer.Ordinal);

    public static string PercentEncode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            text.Append(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' ? ((char)b).ToString() : b == (byte)' ' ? "+" : $"%{b:X2}");
        }

        return text.ToString();
    }

    public static byte[] PercentDecode(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add(text[i] == '+' ? (byte)' ' : (byte)text[i]);
            }
        }

        return [.. bytes];
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.AlipayDirect.Wire;

/// <summary>
/// Sorted <c>name=value</c> pairs without empty ones, <c>sign</c> and <c>sign_type</c>, joined with <c>&amp;</c>, in the bytes of the
/// charset: MD5 with the key right behind them as lower-case hex, or RSA with SHA-1 as Base64.
/// </summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "The legacy gateway's own choice.")]
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The legacy gateway's own choice.")]
internal static class DirectSignature
{
    // For signatures that must be wrong; as long as a real one.
    private const string NobodysMd5Key = "00000000000000000000000000000000";

    public static string Text(IEnumerable<KeyValuePair<string, string>> parameters) => string.Join('&', parameters
        .Where(pair => pair.Key is not ("sign" or "sign_type") && pair.Value.Length > 0)
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Alipay's signature for the merchant. A type that the merchant has no keys for is signed with a key that nobody knows.</summary>
    public static string Sign(DirectMerchant merchant, string signType, string text, Encoding charset, bool wrongKey = false)
    {
        var bytes = charset.GetBytes(text);
        return signType == "RSA"
            ? Convert.ToBase64String(((wrongKey ? null : merchant.AlipayKey) ?? NobodysKey.Value).SignData(bytes, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1))
            : Md5(bytes, (wrongKey ? null : merchant.Md5Key) ?? NobodysMd5Key);
    }

    /// <summary>Whether the merchant signed the text. The merchant must have the keys of the type.</summary>
    public static bool Verify(DirectMerchant merchant, string signType, string text, Encoding charset, string sign)
    {
        var bytes = charset.GetBytes(text);
        if (signType == "MD5")
        {
            return string.Equals(Md5(bytes, merchant.Md5Key!), sign, StringComparison.Ordinal);
        }

        var signature = new byte[sign.Length];
        return Convert.TryFromBase64String(sign, signature, out var length)
            && merchant.MerchantKey!.VerifyData(bytes, signature.AsSpan(0, length), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
    }

    private static string Md5(byte[] bytes, string key) => Convert.ToHexStringLower(MD5.HashData([.. bytes, .. Encoding.ASCII.GetBytes(key)]));
}

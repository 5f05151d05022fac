using System.Security.Cryptography;
using System.Text;

namespace Modular.Sandbox.Alipay.Wire;

/// <summary>Sorted <c>name=value</c> pairs, joined with <c>&amp;</c>, signed with RSA.</summary>
internal static class WireSignature
{
    /// <summary>What a request signs: everything but the signature itself and empty values.</summary>
    public static string OfRequest(IEnumerable<KeyValuePair<string, string>> parameters) =>
        Join(parameters.Where(pair => pair.Key != "sign" && pair.Value.Length > 0));

    /// <summary>What a payment notification and a return sign: without sign_type as well.</summary>
    public static string OfNotification(IEnumerable<KeyValuePair<string, string>> parameters) =>
        Join(parameters.Where(pair => pair.Key is not ("sign" or "sign_type")));

    public static string Sign(RSA key, string text, Encoding charset, string signType = "RSA2") =>
        Convert.ToBase64String(key.SignData(charset.GetBytes(text), Hash(signType), RSASignaturePadding.Pkcs1));

    public static bool Verify(RSA key, string text, Encoding charset, string signature)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyData(charset.GetBytes(text), bytes.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string Join(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static HashAlgorithmName Hash(string signType) =>
        signType == "RSA" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
}

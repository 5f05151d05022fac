using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// The signature of API v2: every field with a value but <c>sign</c>, sorted by its bytes, joined raw, with the key at the
/// end; MD5, or HMAC-SHA256 with the same key, as upper-case hex.
/// </summary>
internal static class V2Signature
{
    public const string Md5 = "MD5";
    public const string HmacSha256 = "HMAC-SHA256";

    private const int HmacLength = 64;

    public static bool IsAlgorithm(string name) => name is Md5 or HmacSha256;

    /// <summary>What a message is signed with: as it says, else by the length of its signature, as the official SDK does.</summary>
    public static string AlgorithmOf(IReadOnlyDictionary<string, string> fields) =>
        fields.GetValueOrDefault("sign_type") is { Length: > 0 } named ? named
        : fields.GetValueOrDefault("sign")?.Length == HmacLength ? HmacSha256 : Md5;

    public static string Sign(IEnumerable<KeyValuePair<string, string>> fields, string key, string algorithm)
    {
        var text = string.Join('&', fields
            .Where(field => field.Key != "sign" && field.Value.Length > 0)
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}={field.Value}")
            .Append($"key={key}"));
        return Convert.ToHexString(algorithm == HmacSha256 ? Hmac(text, key) : OldHash(text));
    }

    /// <summary>In constant time. False also for an algorithm that is none.</summary>
    public static bool Verify(IReadOnlyDictionary<string, string> fields, string key)
    {
        var algorithm = AlgorithmOf(fields);
        return IsAlgorithm(algorithm) && fields.TryGetValue("sign", out var sign) && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Sign(fields, key, algorithm)), Encoding.UTF8.GetBytes(sign));
    }

    private static byte[] Hmac(string text, string key) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));

    [SuppressMessage("Security", "CA5351", Justification = "The protocol's default algorithm is MD5.")]
    private static byte[] OldHash(string text) => MD5.HashData(Encoding.UTF8.GetBytes(text));
}

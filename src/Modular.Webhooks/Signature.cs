using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Webhooks;

/// <summary>
/// Signs as the Standard Webhooks specification says: HMAC-SHA256 over <c>id.timestamp.body</c> in UTF-8, written as
/// <c>v1,</c> and base64. A secret is 24 to 64 bytes, written in base64, with or without <c>whsec_</c> before it. Thread-safe.
/// </summary>
internal static class Signature
{
    internal const int MinSecretBytes = 24;
    internal const int MaxSecretBytes = 64;

    private const string SecretPrefix = "whsec_";

    /// <summary>The bytes of a secret; null when the text is no secret.</summary>
    public static byte[]? ReadSecret(string text)
    {
        var encoded = text.StartsWith(SecretPrefix, StringComparison.Ordinal) ? text[SecretPrefix.Length..] : text;
        var buffer = new byte[MaxSecretBytes];
        return !encoded.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(encoded, buffer, out var length) && length >= MinSecretBytes ? buffer[..length] : null;
    }

    /// <param name="secret">The secret's bytes.</param>
    /// <param name="messageId">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970, UTC.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Of(byte[] secret, string messageId, long timestamp, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{messageId}.{timestamp}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed));
    }
}

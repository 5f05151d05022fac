using System.Security.Cryptography;
using System.Text;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>AEAD_AES_256_GCM: what API v3 encrypts with the key that only the merchant and WeChat Pay know.</summary>
internal static class V3Seal
{
    public const string Algorithm = "AEAD_AES_256_GCM";

    private const int TagLength = 16;

    /// <param name="key">32 ASCII characters.</param>
    /// <param name="nonce">12 ASCII characters.</param>
    /// <returns>Base64 of the ciphertext with the tag behind it.</returns>
    public static string Encrypt(string key, string nonce, string associatedData, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[plain.Length + TagLength];
        using var aes = new AesGcm(Encoding.ASCII.GetBytes(key), TagLength);
        aes.Encrypt(
            Encoding.ASCII.GetBytes(nonce), plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), Encoding.UTF8.GetBytes(associatedData));
        return Convert.ToBase64String(sealedBytes);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Seals what a notification of a refund says: AES-256, ECB, PKCS#7, with the lower-case hex of the key's MD5.</summary>
internal static class V2Seal
{
    [SuppressMessage("Security", "CA5351", Justification = "The protocol derives the key so.")]
    [SuppressMessage("Security", "CA5358", Justification = "The protocol's mode is ECB.")]
    public static string Close(string text, string apiKey)
    {
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(apiKey))));
        return Convert.ToBase64String(aes.EncryptEcb(Encoding.UTF8.GetBytes(text), PaddingMode.PKCS7));
    }
}

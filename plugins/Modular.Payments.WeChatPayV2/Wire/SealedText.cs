using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Opens <c>req_info</c>: Base64 of AES-256 in ECB mode with PKCS#7 padding, the key being the lower-case hex of the MD5 of the APIv2
/// key. Nothing is signed, so that it opens is what says who sealed it; whatever goes wrong looks the same from outside. Safe for several
/// threads.
/// </summary>
internal sealed class SealedText
{
    private const int BlockBytes = 16;

    private readonly byte[] key;

    public SealedText(string apiKey)
        : this(KeyOf(apiKey))
    {
    }

    private SealedText(byte[] key) => this.key = key;

    /// <summary>With the cipher's own key of 32 bytes, for texts that others have published.</summary>
    public static SealedText WithKey(byte[] key) => new(key);

    /// <summary>The cipher's key.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "WeChat Pay derives the key so.")]
    public static byte[] KeyOf(string apiKey) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(apiKey))));

    /// <summary>The text, or null when it does not open.</summary>
    public byte[]? Open(string sealedText)
    {
        var sealedBytes = new byte[Base64.GetMaxDecodedFromUtf8Length(sealedText.Length)];
        if (!Convert.TryFromBase64String(sealedText, sealedBytes, out var length) || length == 0 || length % BlockBytes != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = key;
        try
        {
            return Decrypt(aes, sealedBytes.AsSpan(0, length));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "WeChat Pay defines it.")]
    private static byte[] Decrypt(Aes aes, ReadOnlySpan<byte> text) => aes.DecryptEcb(text, PaddingMode.PKCS7);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// AES-256-GCM under the APIv3 key (<c>AEAD_AES_256_GCM</c>), in which WeChat Pay sends the content of notifications and its
/// certificates: Base64 of the ciphertext and the 16 bytes of the tag, a nonce of 12 bytes, and associated data that may be
/// empty or missing. May be used from several threads.
/// </summary>
internal sealed class ResourceCipher(byte[] key)
{
    /// <summary>The only algorithm that is opened.</summary>
    public const string Algorithm = "AEAD_AES_256_GCM";

    private const int TagLength = 16;
    private const int NonceLength = 12;

    // An instance keeps state that two threads must not share, and costs as much to make as to use: the one that nobody uses waits here.
    private AesGcm? spare;

    /// <summary>Whether an encrypted part names the algorithm that is opened here.</summary>
    public static bool CanOpen(JsonElement resource) => resource.Member("algorithm"u8) is { ValueKind: JsonValueKind.String } name && name.ValueEquals(Algorithm);

    /// <summary>
    /// Decrypts the object that has <c>ciphertext</c>, <c>nonce</c> and <c>associated_data</c>. A wrong form and a wrong key are
    /// told apart, because the remedies differ; there is no doubt when there is content.
    /// </summary>
    public byte[]? Decrypt(JsonElement resource, out Doubt? doubt)
    {
        var nonce = resource.Text("nonce"u8);
        if (nonce is null || Encoding.UTF8.GetByteCount(nonce) != NonceLength)
        {
            doubt = new Doubt(RefusalReason.Malformed, $"The nonce of the encrypted part is not {NonceLength} bytes long.");
            return null;
        }

        if (resource.Member("ciphertext"u8) is not { ValueKind: JsonValueKind.String } text || !text.TryGetBytesFromBase64(out var sealedBytes) || sealedBytes.Length < TagLength)
        {
            doubt = new Doubt(RefusalReason.Malformed, "The ciphertext of the encrypted part is missing, not Base64 or shorter than its tag.");
            return null;
        }

        var content = Open(Encoding.UTF8.GetBytes(nonce), sealedBytes, Encoding.UTF8.GetBytes(resource.Text("associated_data"u8) ?? ""));
        doubt = content is not null ? null : new Doubt(
            RefusalReason.WrongSignature,
            "The encrypted part cannot be decrypted with ApiV3Key: compare it with the APIv3 key in the merchant console; the APIv2 key is another one.");
        return content;
    }

    /// <summary>The content, or null when key, nonce, associated data and tag do not belong together.</summary>
    public byte[]? Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData)
    {
        var content = new byte[sealedBytes.Length - TagLength];
        var aes = Interlocked.Exchange(ref spare, null) ?? new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(nonce, sealedBytes[..^TagLength], sealedBytes[^TagLength..], content, associatedData);
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            if (Interlocked.CompareExchange(ref spare, aes, null) is not null)
            {
                aes.Dispose();
            }
        }
    }
}

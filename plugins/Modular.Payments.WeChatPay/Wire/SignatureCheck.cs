using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// SHA-256 with RSA and PKCS#1 v1.5 padding, and nothing else: the algorithm is ours, a message that names another one is
/// refused instead of obeyed. There is no exception for any kind of signature.
/// </summary>
internal static class SignatureCheck
{
    public const string Algorithm = "WECHATPAY2-SHA256-RSA2048";
    private const int MaxBytes = 1024;

    /// <summary>Whether <paramref name="key"/> signed exactly this timestamp, nonce and body.</summary>
    public static bool IsAuthentic(SignatureHeaders headers, ReadOnlySpan<byte> body, RSA key)
    {
        Span<byte> signature = stackalloc byte[MaxBytes];
        if (!TryDecode(headers.Signature, signature, out var length))
        {
            return false;
        }

        using var canonical = CanonicalText.OfMessage(headers.Timestamp, headers.Nonce, body);
        return key.VerifyData(canonical.Bytes, signature[..length], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    // White space and stray bits at the end, which decoders forgive, are refused: there is one way to write a signature.
    private static bool TryDecode(string base64, Span<byte> signature, out int length)
    {
        length = 0;
        Span<byte> text = stackalloc byte[MaxBytes];
        Span<byte> again = stackalloc byte[MaxBytes];
        return base64.Length <= MaxBytes
            && Ascii.FromUtf16(base64, text, out var encoded) == OperationStatus.Done
            && Base64.DecodeFromUtf8(text[..encoded], signature, out _, out length) == OperationStatus.Done
            && Base64.EncodeToUtf8(signature[..length], again, out _, out var written) == OperationStatus.Done
            && again[..written].SequenceEqual(text[..encoded]);
    }
}

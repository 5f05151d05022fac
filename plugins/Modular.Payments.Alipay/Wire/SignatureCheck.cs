using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// RSA2, that is SHA-256 with RSA and PKCS#1 v1.5 padding, and nothing else: the algorithm is ours, a message that names
/// another one is refused instead of obeyed.
/// </summary>
internal static class SignatureCheck
{
    public const string Algorithm = "RSA2";

    // A key of 4096 bits makes 684 characters; whatever is much longer is not worth decoding.
    private const int MaxSignatureLength = 1024;

    /// <summary>Checks <c>sign</c> and <c>sign_type</c>. Null when the message is authentic.</summary>
    public static (RefusalReason Reason, string Detail)? Refusal(in FormMessage message, AlipayTrust trust)
    {
        if (!message.TryGet("sign"u8, out var sign) || sign.IsEmpty)
        {
            return (RefusalReason.MissingSignature, "The message has no sign.");
        }

        if (!message.TryGet("sign_type"u8, out var type))
        {
            return (RefusalReason.WrongAlgorithm, "The message has no sign_type; only RSA2 is accepted.");
        }

        if (!type.SequenceEqual("RSA2"u8))
        {
            return (RefusalReason.WrongAlgorithm, "The message names another sign_type than RSA2: choose RSA2 for the application in Alipay's console.");
        }

        Span<byte> signature = stackalloc byte[MaxSignatureLength];
        if (!TryDecode(sign, signature, out var length))
        {
            return sign.Contains((byte)' ')
                ? (RefusalReason.WrongSignature, "The sign has spaces where Base64 has plus signs: something in between decoded the message once too often.")
                : (RefusalReason.WrongSignature, "The sign is not Base64.");
        }

        if (Matches(message, signature[..length], trust.Key))
        {
            return null;
        }

        return trust.CertificateSerial is { } ours && message.TryGet("alipay_cert_sn"u8, out var theirs) && !IsSerial(theirs, ours)
            ? (RefusalReason.UnknownKey, $"The message was signed with another certificate than {ours}: download Alipay's current certificate from the console.")
            : (RefusalReason.WrongSignature, $"The signature does not belong to this message and {trust.Name}.");
    }

    /// <summary>
    /// Decodes a signature; false when it is too long or not the one Base64 text of its bytes. White space and stray bits
    /// at the end, which decoders forgive, are refused: there is one way to write a signature.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> base64, Span<byte> signature, out int length)
    {
        length = 0;
        if (base64.Length > MaxSignatureLength || Base64.DecodeFromUtf8(base64, signature, out _, out length) != OperationStatus.Done)
        {
            return false;
        }

        Span<byte> again = stackalloc byte[MaxSignatureLength];
        return Base64.EncodeToUtf8(signature[..length], again, out _, out var encoded) == OperationStatus.Done
            && again[..encoded].SequenceEqual(base64);
    }

    public static bool IsAuthentic(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, RSA key) =>
        key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static bool IsSerial(ReadOnlySpan<byte> text, string serial) => System.Text.Ascii.Equals(text, serial);

    // The SDKs disagree whether empty values and the certificate's serial are signed; each reading is still a signature by Alipay.
    private static bool Matches(in FormMessage message, ReadOnlySpan<byte> signature, RSA key)
    {
        if (Matches(message, CanonicalOptions.None, signature, key))
        {
            return true;
        }

        var hasEmpty = HasEmptyValue(message);
        if (hasEmpty && Matches(message, CanonicalOptions.SkipEmptyValues, signature, key))
        {
            return true;
        }

        return message.TryGet("alipay_cert_sn"u8, out _)
            && (Matches(message, CanonicalOptions.SkipCertificateSerial, signature, key)
                || (hasEmpty && Matches(message, CanonicalOptions.SkipCertificateSerial | CanonicalOptions.SkipEmptyValues, signature, key)));
    }

    private static bool Matches(in FormMessage message, CanonicalOptions options, ReadOnlySpan<byte> signature, RSA key)
    {
        using var canonical = CanonicalText.Of(message, options);
        return IsAuthentic(canonical.Bytes, signature, key);
    }

    private static bool HasEmptyValue(in FormMessage message)
    {
        foreach (ref readonly var entry in message.Entries)
        {
            if (entry.ValueLength == 0)
            {
                return true;
            }
        }

        return false;
    }
}

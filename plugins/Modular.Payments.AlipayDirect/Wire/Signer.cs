using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// One of the gateway's two ways to sign, with its keys. The algorithm is the instance's own; a message that names another one is refused
/// instead of obeyed. Both algorithms are weak by today's measure and the gateway has no better one, which is why a message is believed
/// only together with Alipay's own word (<see cref="NotifyCheck"/>). Safe for several threads.
/// </summary>
internal abstract class Signer(string name, string keyName)
{
    /// <summary>The value of <c>sign_type</c>.</summary>
    public string Name => name;

    /// <summary>The setting whose key checks what Alipay sends.</summary>
    public string KeyName => keyName;

    /// <summary>The signature of <paramref name="text"/> as it stands on the wire.</summary>
    public abstract string Sign(ReadOnlySpan<byte> text);

    /// <summary>Whether <paramref name="sign"/>, as it stands on the wire, is Alipay's over <paramref name="text"/>. There is one way to write a signature.</summary>
    public abstract bool IsAuthentic(ReadOnlySpan<byte> text, ReadOnlySpan<byte> sign);
}

/// <summary>MD5 over the text and, right after it, the key that both sides share; lower-case hex.</summary>
internal sealed class Md5Signer(byte[] key) : Signer("MD5", "Key")
{
    public override string Sign(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        Hash(text, hash);
        return Convert.ToHexStringLower(hash);
    }

    public override bool IsAuthentic(ReadOnlySpan<byte> text, ReadOnlySpan<byte> sign)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[MD5.HashSizeInBytes * 2];
        Hash(text, hash);
        return Convert.TryToHexStringLower(hash, expected, out _) && CryptographicOperations.FixedTimeEquals(expected, sign);
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Alipay's legacy gateway defines it.")]
    private void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length + key.Length);
        try
        {
            text.CopyTo(buffer);
            key.CopyTo(buffer.AsSpan(text.Length));
            MD5.HashData(buffer.AsSpan(0, text.Length + key.Length), hash);
        }
        finally
        {
            // The key stands in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}

/// <summary>SHA-1 with RSA and PKCS#1 v1.5 padding, Base64: ours with the merchant's key, Alipay's with its own.</summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Alipay's legacy gateway defines it.")]
internal sealed class RsaSigner(RSA own, RSA alipay) : Signer("RSA", "AlipayPublicKey")
{
    // A key of 4096 bits makes 684 characters; whatever is much longer is not worth decoding.
    private const int MaxSignatureLength = 1024;

    public override string Sign(ReadOnlySpan<byte> text)
    {
        var signature = new byte[(own.KeySize + 7) / 8];
        return Convert.ToBase64String(signature.AsSpan(0, own.SignData(text, signature, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1)));
    }

    public override bool IsAuthentic(ReadOnlySpan<byte> text, ReadOnlySpan<byte> sign)
    {
        Span<byte> signature = stackalloc byte[MaxSignatureLength];
        return TryDecode(sign, signature, out var length)
            && alipay.VerifyData(text, signature[..length], HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
    }

    // White space and stray bits at the end, which decoders forgive, are refused.
    private static bool TryDecode(ReadOnlySpan<byte> base64, Span<byte> signature, out int length)
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
}

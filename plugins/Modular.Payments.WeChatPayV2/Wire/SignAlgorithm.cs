using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>One of the two ways to sign in API v2. The text that is hashed ends with the key in both, see <see cref="MessageSigner"/>.</summary>
internal abstract class SignAlgorithm
{
    public static readonly SignAlgorithm HmacSha256 = new HmacSha256Algorithm();
    public static readonly SignAlgorithm Md5 = new Md5Algorithm();

    private SignAlgorithm(string name, int signatureLength)
    {
        Name = name;
        SignatureLength = signatureLength;
    }

    /// <summary>The value of <c>sign_type</c>.</summary>
    public string Name { get; }

    /// <summary>How many hex digits a signature has.</summary>
    public int SignatureLength { get; }

    /// <summary>The algorithm that a setting names, in either case; null for any other name.</summary>
    public static SignAlgorithm? Named(string name) =>
        name.Equals(HmacSha256.Name, StringComparison.OrdinalIgnoreCase) ? HmacSha256
        : name.Equals(Md5.Name, StringComparison.OrdinalIgnoreCase) ? Md5
        : null;

    /// <summary>The signature as it stands on the wire: upper-case hex.</summary>
    public abstract string Hash(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key);

    private sealed class HmacSha256Algorithm() : SignAlgorithm("HMAC-SHA256", HMACSHA256.HashSizeInBytes * 2)
    {
        public override string Hash(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(key, text, hash);
            return Convert.ToHexString(hash);
        }
    }

    private sealed class Md5Algorithm() : SignAlgorithm("MD5", MD5.HashSizeInBytes * 2)
    {
        [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "WeChat Pay defines it; it is used only when the operator sets it.")]
        public override string Hash(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
        {
            Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
            MD5.HashData(text, hash);
            return Convert.ToHexString(hash);
        }
    }
}

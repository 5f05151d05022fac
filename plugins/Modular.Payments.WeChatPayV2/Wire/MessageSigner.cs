using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Signs and checks with the APIv2 key: every field that is not empty, but <c>sign</c>, sorted by name, <c>name=value</c> joined with
/// <c>&amp;</c>, then <c>&amp;key=</c> and the key, hashed, in upper-case hex (WeChat Pay's documentation, chapter 4.3). The algorithm
/// is the instance's own; a message that names or uses the other one is refused instead of obeyed. Safe for several threads.
/// </summary>
internal sealed class MessageSigner(SignAlgorithm algorithm, string apiKey)
{
    private const int MaxEvidence = 4096;
    private readonly byte[] key = Encoding.ASCII.GetBytes(apiKey);

    public SignAlgorithm Algorithm => algorithm;

    /// <summary>The signature over <paramref name="message"/>.</summary>
    public string Sign(MessageFields message) => Sign(message, algorithm);

    /// <summary>Checks <c>sign</c> and, where it is given, <c>sign_type</c>. Null when the message is authentic.</summary>
    public (RefusalReason Reason, string Detail)? Refusal(MessageFields message)
    {
        if (message.Text("sign") is not { } sign)
        {
            return (RefusalReason.MissingSignature, "The message has no sign.");
        }

        if (message.Text("sign_type") is { } named && named != algorithm.Name)
        {
            return (RefusalReason.WrongAlgorithm, $"The message names the sign_type {ForeignText.Quote(named, 32)} and SignType is {algorithm.Name}: payments started before SignType was changed are found by asking.");
        }

        if (Matches(sign, Sign(message)))
        {
            return null;
        }

        // One more hash tells the operator whether the key or the algorithm is wrong; the message is refused either way.
        var other = algorithm == SignAlgorithm.Md5 ? SignAlgorithm.HmacSha256 : SignAlgorithm.Md5;
        if (sign.Length == other.SignatureLength && Matches(sign, Sign(message, other)))
        {
            return (RefusalReason.WrongAlgorithm, $"The message is signed with {other.Name} and our ApiKey, but SignType is {algorithm.Name}: payments started before SignType was changed are found by asking.");
        }

        return sign.Length == algorithm.SignatureLength && Matches(sign.ToUpperInvariant(), Sign(message))
            ? (RefusalReason.WrongSignature, "The sign is right but for the case of its letters, which WeChat Pay writes as capitals: something in between changed it.")
            : (RefusalReason.WrongSignature, "The signature does not belong to this message and ApiKey: if all messages are refused, copy the APIv2 key (not the APIv3 key) from the merchant platform again.");
    }

    /// <summary>What was checked, for people; the key is not in it.</summary>
    public SignatureEvidence Evidence(MessageFields message)
    {
        var canonical = new StringBuilder();
        foreach (var (name, value) in message.Sorted)
        {
            if (IsSigned(name, value))
            {
                canonical.Append(canonical.Length > 0 ? "&" : "").Append(name).Append('=').Append(value);
            }
        }

        return new SignatureEvidence(XmlText.Shorten(canonical.ToString(), MaxEvidence), "ApiKey", algorithm.Name);
    }

    private static bool IsSigned(string name, string value) => value.Length > 0 && name != "sign";

    // The signature itself is in capitals and compared as it is: there is one way to write one.
    private static bool Matches(string sign, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sign), Encoding.ASCII.GetBytes(expected));

    private string Sign(MessageFields message, SignAlgorithm with)
    {
        var size = 5 + key.Length;
        foreach (var (name, value) in message.Sorted)
        {
            size += Encoding.UTF8.GetMaxByteCount(name.Length + value.Length + 2);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var end = 0;
            foreach (var (name, value) in message.Sorted)
            {
                if (IsSigned(name, value))
                {
                    end += Encoding.UTF8.GetBytes(name, buffer.AsSpan(end));
                    buffer[end++] = (byte)'=';
                    end += Encoding.UTF8.GetBytes(value, buffer.AsSpan(end));
                    buffer[end++] = (byte)'&';
                }
            }

            "key="u8.CopyTo(buffer.AsSpan(end));
            end += 4;
            key.CopyTo(buffer.AsSpan(end));
            return with.Hash(buffer.AsSpan(0, end + key.Length), key);
        }
        finally
        {
            // The key stands in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}

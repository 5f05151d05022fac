using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Doctor;

/// <summary>A signature over the right text that was made in another way than the instance expects.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Fact">The sentence up to its colon.</param>
/// <param name="Key">What the operator knows the key by.</param>
/// <param name="Signer">The instance whose key it was, null for the examined one.</param>
internal sealed record ExplainedSignature(string Cause, string Fact, string Key, ConfiguredInstance? Signer);

/// <summary>Tries the other algorithm, the other case, other ways to join the key, and the other keys of the shop.</summary>
internal static class Signatures
{
    private const string OwnKey = "ApiKey";

    public static ExplainedSignature? Explain(string text, string sign, SignAlgorithm expected, string? apiKey, IReadOnlyList<KnownSecret> secrets)
    {
        // All in small letters is another way to write a signature; some in small letters is a signature that was changed.
        var upper = sign.Any(char.IsAsciiLetterUpper) ? sign : sign.ToUpperInvariant();
        var other = expected == SignAlgorithm.Md5 ? SignAlgorithm.HmacSha256 : SignAlgorithm.Md5;
        var otherCause = expected == SignAlgorithm.Md5 ? Causes.HmacInsteadOfMd5 : Causes.Md5InsteadOfHmac;
        if (apiKey is not null)
        {
            if (upper == KeyedText.Sign(text, apiKey, other))
            {
                return new ExplainedSignature(otherCause, $"The signature is right with {other.Name} and {OwnKey}, and SignType is {expected.Name}", OwnKey, null);
            }

            if (upper == KeyedText.Sign(text, apiKey, expected))
            {
                return new ExplainedSignature(Causes.SignCase, "The signature is right when its letters are capitals", OwnKey, null);
            }

            if (KeyJoinedOtherwise(text, upper, [expected, other], apiKey) is { } fact)
            {
                return new ExplainedSignature(Causes.KeyTrailing, fact, OwnKey, null);
            }
        }

        return secrets
            .Where(secret => secret.Value != apiKey)
            .Where(secret => upper == KeyedText.Sign(text, secret.Value, expected) || upper == KeyedText.Sign(text, secret.Value, other))
            .Select(secret => new ExplainedSignature(Causes.OtherApiKey, $"The signature is right with {secret.Name} and wrong with {OwnKey}", secret.Name, secret.Instance))
            .FirstOrDefault();
    }

    private static string? KeyJoinedOtherwise(string text, string sign, SignAlgorithm[] algorithms, string apiKey)
    {
        var key = KeyedText.Utf8(apiKey);
        foreach (var algorithm in algorithms)
        {
            if (algorithm == SignAlgorithm.Md5 && (sign == KeyedText.Hash(text, apiKey, algorithm) || sign == KeyedText.Hash(text + "&key=", apiKey, algorithm)))
            {
                return "The signature is the MD5 of the text without any key, which anybody can make, so nothing in the message may be believed";
            }

            // Without its ampersand the joint makes the right bytes also where an ampersand was added to the last value.
            string[] endings = ["", key, "&key=", $"&key={key}&", .. text.EndsWith('&') ? [] : (string[])[$"key={key}"], $"&{key}", $"&Key={key}", $"&KEY={key}", $"&apikey={key}", $"&key={key}\n", $"\n&key={key}"];
            if (endings.Any(ending => sign == KeyedText.Hash(text + ending, apiKey, algorithm)))
            {
                return $"The signature is right with {OwnKey} when the key is not joined to the text with &key=";
            }
        }

        return null;
    }
}

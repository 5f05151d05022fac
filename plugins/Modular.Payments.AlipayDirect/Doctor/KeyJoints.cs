using System.Text;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Doctor;

/// <summary>The ways in which senders are known to make an MD5 signature wrongly although text and key are right.</summary>
internal static class KeyJoints
{
    private static readonly string[] BeforeTheKey = ["&key=", "&", "key=", "&Key=", "&KEY=", "=", " ", "\n"];
    private static readonly string[] AfterTheKey = ["&", " ", "\n"];
    private static readonly string[] WithoutAnyKey = ["", "&key=", "&"];

    /// <summary>The cause and its sentence up to the colon; null when none of the ways makes this signature.</summary>
    public static (string Cause, string Fact)? Explain(string text, string sign, string key, string keyName)
    {
        var lower = sign.Any(char.IsAsciiLetterLower) ? sign : sign.ToLowerInvariant();
        var bytes = ByteText.Of(Encoding.UTF8.GetBytes(key));

        // All in capitals is another way to write a signature; some in capitals is a signature that was changed.
        if (lower != sign && lower == Hash(text + bytes))
        {
            return (Causes.SignCase, "The signature is right when its letters are small");
        }

        if (BeforeTheKey.Any(before => lower == Hash(text + before + bytes)) || AfterTheKey.Any(after => lower == Hash(text + bytes + after) || lower == Hash($"{text}&key={bytes}{after}")))
        {
            return (Causes.KeyTrailing, $"The signature is right with {keyName} when the key is not appended directly to the text");
        }

        return WithoutAnyKey.Any(end => lower == Hash(text + end))
            ? (Causes.KeyTrailing, "The signature is the MD5 of the text without any key, which anybody can make, so nothing in the message may be believed")
            : null;
    }

    // With nothing for a key the signer hashes the text as it is given.
    private static string Hash(string ended) => new Md5Signer([]).Sign(ByteText.Bytes(ended));
}

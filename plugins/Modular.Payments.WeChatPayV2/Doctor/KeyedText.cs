using System.Text;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Doctor;

/// <summary>The signed text with the key at its end, computed plainly: a diagnosis is not in a hurry. Texts are <see cref="ByteText"/>.</summary>
internal static class KeyedText
{
    /// <summary>The right signature.</summary>
    public static string Sign(string text, string key, SignAlgorithm algorithm) => Hash($"{text}&key={Utf8(key)}", key, algorithm);

    /// <summary>The hash of a text that already ends in whatever way; HMAC is keyed with <paramref name="key"/>.</summary>
    public static string Hash(string ended, string key, SignAlgorithm algorithm) => algorithm.Hash(ByteText.Bytes(ended), Encoding.UTF8.GetBytes(key));

    /// <summary>The text for people, with stars in the key's place.</summary>
    public static string Display(string text) => Ended(ByteText.Display(text));

    /// <summary>A displayed text with stars in the key's place.</summary>
    public static string Ended(string displayed) => displayed + "&key=***";

    /// <summary>The key as <see cref="ByteText"/>.</summary>
    public static string Utf8(string key) => ByteText.Of(Encoding.UTF8.GetBytes(key));
}

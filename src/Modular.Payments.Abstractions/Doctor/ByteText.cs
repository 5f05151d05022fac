using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// Bytes as text: every character is one byte (ISO 8859-1). What signatures are made over are bytes in a charset that may itself be
/// the fault, so a diagnosis keeps them, and still uses the plain operations of strings; everything that encodings do with a
/// percent sign, a plus or an ampersand concerns ASCII alone.
/// </summary>
public static class ByteText
{
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 that refuses what is not UTF-8.</summary>
    public static Encoding StrictUtf8 => Utf8;

    /// <summary>GBK (code page 936) that refuses what is not GBK.</summary>
    public static Encoding StrictGbk { get; } = CodePage(936);

    /// <summary>GB 18030 that refuses what is not GB 18030.</summary>
    public static Encoding StrictGb18030 { get; } = CodePage(54936);

    /// <summary>The bytes, one character each.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>The bytes of <paramref name="text"/> in <paramref name="charset"/>, one character each; null when the charset lacks a character.</summary>
    public static string? Encode(string text, Encoding charset)
    {
        ArgumentNullException.ThrowIfNull(charset);
        try
        {
            return Of(charset.GetBytes(text));
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text without CR and LF. Nothing else ends a line: the byte 0x85 is half of many a character of GBK.</summary>
    public static string WithoutLineEnds(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
    }

    /// <summary>The bytes again.</summary>
    public static byte[] Bytes(string byteText) => Encoding.Latin1.GetBytes(byteText);

    /// <summary>The text that the bytes spell in <paramref name="charset"/>; null when they are not valid in it.</summary>
    public static string? Decode(string byteText, Encoding charset)
    {
        ArgumentNullException.ThrowIfNull(charset);
        try
        {
            return charset.GetString(Bytes(byteText));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Text for people: what is not valid in UTF-8 is shown as GBK, and what is neither as replacement characters.</summary>
    public static string Display(string byteText) =>
        Decode(byteText, Utf8) ?? Decode(byteText, StrictGbk) ?? Encoding.UTF8.GetString(Bytes(byteText));

    // The provider is asked directly, because registering it would change what every plugin's encodings are.
    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new PlatformNotSupportedException($"Code page {number} is missing from this runtime.");
}

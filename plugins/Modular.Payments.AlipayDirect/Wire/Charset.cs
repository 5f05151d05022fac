using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// A charset of the legacy gateway; GBK is Windows' code page 936. Bytes that do not belong to it, and characters that it does not have, are
/// errors and never question marks.
/// </summary>
internal sealed class Charset
{
    public static readonly Charset Utf8 = new("utf-8", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
    public static readonly Charset Gbk = new("gbk", CodePage(936));
    private static readonly Charset Gb18030 = new("gb18030", CodePage(54936));

    private Charset(string name, Encoding encoding)
    {
        Name = name;
        Encoding = encoding;
    }

    /// <summary>The name as it is sent in <c>_input_charset</c> and as browsers know it.</summary>
    public string Name { get; }

    public Encoding Encoding { get; }

    /// <summary>The charset that a message or an XML declaration names; null when Alipay does not use it. GB2312 is read as the GBK that contains it.</summary>
    public static Charset? Named(ReadOnlySpan<char> name) =>
        name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || name.Equals("utf8", StringComparison.OrdinalIgnoreCase) ? Utf8
        : name.Equals("gbk", StringComparison.OrdinalIgnoreCase) || name.Equals("gb2312", StringComparison.OrdinalIgnoreCase) ? Gbk
        : name.Equals("gb18030", StringComparison.OrdinalIgnoreCase) ? Gb18030
        : null;

    /// <summary>
    /// How many bytes the character takes, or 0 when it cannot be sent. In GBK only ASCII and two bytes count: Windows added the euro
    /// sign as a single byte, which not every other side knows.
    /// </summary>
    public int LengthOf(Rune rune)
    {
        if (this == Utf8)
        {
            return rune.Utf8SequenceLength;
        }

        Span<char> text = stackalloc char[2];
        Span<byte> bytes = stackalloc byte[8];
        try
        {
            var length = Encoding.GetBytes(text[..rune.EncodeToUtf16(text)], bytes);
            return length == 2 || rune.IsAscii ? length : 0;
        }
        catch (EncoderFallbackException)
        {
            return 0;
        }
    }

    /// <summary>The bytes as text for a person: what cannot be read becomes a question mark.</summary>
    public string Show(ReadOnlySpan<byte> bytes)
    {
        var lenient = (Encoding)Encoding.Clone();
        lenient.DecoderFallback = DecoderFallback.ReplacementFallback;
        return lenient.GetString(bytes);
    }

    // The provider is asked directly, because registering it would change what every other plugin's encodings are.
    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new PlatformNotSupportedException($"Code page {number} is missing from this runtime.");
}

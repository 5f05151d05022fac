using System.Text;

namespace Modular.Payments.Alipay.Wire;

/// <summary>The charsets that Alipay names in <c>charset</c>. They refuse bytes that do not belong to them.</summary>
internal static class Charsets
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding Gbk = CodePage(936);
    private static readonly Encoding Gb18030 = CodePage(54936);

    /// <summary>What bills are written in.</summary>
    public static Encoding Bill => Gbk;

    /// <summary>The same for the names in a bill's ZIP file, which are only compared: a name that is no GBK is simply another one.</summary>
    public static Encoding BillNames { get; } = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    /// <summary>The charset of the message; UTF-8 when it names none, null when it names one that Alipay does not use.</summary>
    public static Encoding? Of(in FormMessage message)
    {
        if (!message.TryGet("charset"u8, out var name))
        {
            return Utf8;
        }

        return Ascii.EqualsIgnoreCase(name, "utf-8"u8) || Ascii.EqualsIgnoreCase(name, "utf8"u8) ? Utf8
            : Ascii.EqualsIgnoreCase(name, "gbk"u8) || Ascii.EqualsIgnoreCase(name, "gb2312"u8) ? Gbk
            : Ascii.EqualsIgnoreCase(name, "gb18030"u8) ? Gb18030
            : null;
    }

    // The provider is asked directly, because registering it would change what every other plugin's encodings are.
    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new PlatformNotSupportedException($"Code page {number} is missing from this runtime.");
}

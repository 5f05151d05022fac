using System.Text;

namespace Modular.Sandbox.Alipay.Wire;

/// <summary>The charsets of the protocol.</summary>
internal static class Charsets
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static Encoding? Find(string? name) => name?.ToUpperInvariant() switch
    {
        "UTF-8" or "UTF8" => Utf8,
        "GBK" or "GB2312" => Encoding.GetEncoding("gbk"),
        _ => null,
    };

    public static Encoding Of(string name) => Find(name) ?? Utf8;
}

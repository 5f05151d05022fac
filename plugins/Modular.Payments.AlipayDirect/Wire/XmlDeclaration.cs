using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Finds the encoding that an XML document declares, which must be known before the document can be read.</summary>
internal static class XmlDeclaration
{
    private const int MaxLength = 128;

    /// <summary>The declared charset; UTF-8 where none is declared, as XML has it; null for one that Alipay does not use.</summary>
    public static Charset? Charset(ReadOnlySpan<byte> document)
    {
        if (document.StartsWith(Encoding.UTF8.Preamble) || !document.StartsWith("<?xml"u8))
        {
            return Wire.Charset.Utf8;
        }

        var end = document[..Math.Min(document.Length, MaxLength)].IndexOf("?>"u8);
        if (end < 0)
        {
            return null;
        }

        var declaration = Encoding.ASCII.GetString(document[..end]);
        var at = declaration.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0)
        {
            return Wire.Charset.Utf8;
        }

        var value = declaration.AsSpan(at + "encoding".Length).TrimStart();
        if (value.IsEmpty || value[0] != '=')
        {
            return null;
        }

        value = value[1..].TrimStart();
        var quote = value.IsEmpty ? '\0' : value[0];
        var close = quote is '"' or '\'' ? value[1..].IndexOf(quote) : -1;
        return close < 0 ? null : Wire.Charset.Named(value.Slice(1, close));
    }
}

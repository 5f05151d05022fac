using System.Text;

namespace Modular.Payments;

/// <summary>
/// Finds out in which charset a kept message is written: the one that a field of it declares, or its content type, where the bytes
/// are valid in it; then UTF-8, then GBK, which old senders use without a word. For people to read; nothing is verified with it.
/// </summary>
internal static class MessageCharset
{
    private static readonly string[] Fields = ["charset", "_input_charset", "input_charset"];

    private static readonly Encoding Lenient = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Decodes a text that stands alone.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string? contentType) => Of([bytes.ToArray()], null, contentType).GetString(bytes);

    /// <summary>Decodes the percent-escaped pairs of a form or query, all in the same charset.</summary>
    public static IEnumerable<KeyValuePair<string, string>> DecodeForm(ReadOnlySpan<byte> form, string? contentType)
    {
        var pairs = new List<KeyValuePair<byte[], byte[]>>();
        foreach (var range in form.Split((byte)'&'))
        {
            var pair = form[range];
            var at = pair.IndexOf((byte)'=');
            if (!pair.IsEmpty)
            {
                pairs.Add(at < 0 ? new(Unescape(pair), []) : new(Unescape(pair[..at]), Unescape(pair[(at + 1)..])));
            }
        }

        var declared = pairs.Where(pair => Fields.Contains(Encoding.ASCII.GetString(pair.Key))).Select(pair => Encoding.ASCII.GetString(pair.Value)).FirstOrDefault();
        var charset = Of([.. pairs.Select(pair => pair.Key), .. pairs.Select(pair => pair.Value)], declared, contentType);
        return pairs.Select(pair => KeyValuePair.Create(charset.GetString(pair.Key), charset.GetString(pair.Value)));
    }

    private static Encoding Of(IReadOnlyCollection<byte[]> texts, string? declared, string? contentType)
    {
        foreach (var name in (string?[])[declared, OfContentType(contentType), "utf-8", "gbk"])
        {
            if (Strict(name) is { } charset && texts.All(text => IsValid(charset, text)))
            {
                return charset;
            }
        }

        return Lenient;
    }

    private static string? OfContentType(string? contentType)
    {
        const string Parameter = "charset=";
        var at = contentType?.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase) ?? -1;
        return at < 0 ? null : contentType![(at + Parameter.Length)..].Split(';')[0].Trim(' ', '"');
    }

    private static Encoding? Strict(string? name) => name?.ToLowerInvariant() switch
    {
        "utf-8" or "utf8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        "gbk" or "gb2312" or "gb18030" => CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        // Those are what the providers know; other names are the sender's play.
        _ => null,
    };

    private static bool IsValid(Encoding charset, byte[] text)
    {
        try
        {
            charset.GetCharCount(text);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // What is no escape stays as it came.
    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                bytes.Add(Convert.FromHexString(Encoding.ASCII.GetString(text.Slice(at + 1, 2)))[0]);
                at += 2;
            }
            else
            {
                bytes.Add(text[at] == '+' ? (byte)' ' : text[at]);
            }
        }

        return [.. bytes];
    }
}

using System.Text;

namespace Modular.Sandbox.Alipay.Wire;

/// <summary>
/// Forms and query strings in the charset they declare. The framework's own reader decodes everything as UTF-8, which
/// loses what a GBK merchant wrote.
/// </summary>
internal static class FormText
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*";

    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> text, Encoding charset)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'&');
            var pair = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (!pair.IsEmpty)
            {
                var equals = pair.IndexOf((byte)'=');
                var name = equals < 0 ? pair : pair[..equals];
                var value = equals < 0 ? [] : pair[(equals + 1)..];
                pairs.Add(new(Decode(name, charset), Decode(value, charset)));
            }
        }

        return pairs;
    }

    public static string Write(IEnumerable<KeyValuePair<string, string>> pairs, Encoding charset) =>
        string.Join('&', pairs.Select(pair => $"{Encode(pair.Key, charset)}={Encode(pair.Value, charset)}"));

    public static string Encode(string text, Encoding charset)
    {
        var encoded = new StringBuilder();
        foreach (var value in charset.GetBytes(text))
        {
            _ = Unreserved.Contains((char)value, StringComparison.Ordinal)
                ? encoded.Append((char)value)
                : value == (byte)' ' ? encoded.Append('+') : encoded.Append('%').Append(Convert.ToHexString([value]));
        }

        return encoded.ToString();
    }

    private static string Decode(ReadOnlySpan<byte> text, Encoding charset)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'%' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                bytes[length++] = Convert.ToByte(Encoding.ASCII.GetString(text.Slice(i + 1, 2)), 16);
                i += 2;
            }
            else
            {
                bytes[length++] = text[i] == (byte)'+' ? (byte)' ' : text[i];
            }
        }

        return charset.GetString(bytes, 0, length);
    }
}

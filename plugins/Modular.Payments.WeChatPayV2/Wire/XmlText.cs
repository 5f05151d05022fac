using System.Text;
using System.Xml;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Text that survives XML 1.0 unchanged.</summary>
internal static class XmlText
{
    /// <summary>
    /// The text without what XML cannot carry (U+0000 and most control characters, lone halves of surrogate pairs, U+FFFE, U+FFFF), and
    /// with the line ends that every XML reader makes of it. Signing anything else would sign what the other side never sees.
    /// </summary>
    public static string Clean(string text)
    {
        if (IsClean(text))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r')
            {
                clean.Append('\n');
                i += i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
            }
            else if (XmlConvert.IsXmlChar(c))
            {
                clean.Append(c);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], c))
            {
                clean.Append(c).Append(text[++i]);
            }
        }

        return clean.ToString();
    }

    /// <summary>At most <paramref name="length"/> characters, an ellipsis where something was cut, never half a surrogate pair.</summary>
    public static string Shorten(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            if (c == '\r' || !XmlConvert.IsXmlChar(c))
            {
                return false;
            }
        }

        return true;
    }
}

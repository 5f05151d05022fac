using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Writes a message of API v2: text in CDATA, whole numbers plain, in an order that changes every time.</summary>
internal static class FlatXmlWriter
{
    /// <summary>An answer whose order is fixed, because the real host's was seen so.</summary>
    public static string Failure(string message) =>
        $"<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg>{Cdata(message)}</return_msg>\n</xml>";

    /// <param name="fields">Each with its value; empty ones become empty elements.</param>
    /// <param name="documentType">Put before the root as it is, to see whether the receiver refuses it.</param>
    /// <param name="root">What is sealed in a notification of a refund has another root than every message.</param>
    public static string Write(IEnumerable<KeyValuePair<string, string>> fields, string documentType = "", string root = "xml")
    {
        // Which order the real host writes is not promised, and a signature that relies on one is wrong.
        var shuffled = fields.ToArray();
        RandomNumberGenerator.Shuffle<KeyValuePair<string, string>>(shuffled);
        var xml = new StringBuilder(documentType).Append('<').Append(root).Append('>');
        foreach (var (name, value) in shuffled)
        {
            xml.Append('<').Append(name).Append('>').Append(IsPlain(value) ? value : Cdata(value)).Append("</").Append(name).Append(">\n");
        }

        return xml.Append("</").Append(root).Append('>').ToString();
    }

    /// <summary>What XML 1.0 can carry of a text; the rest would make the whole message unreadable.</summary>
    public static string Legal(string text)
    {
        var legal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
            {
                legal.Append(text[i]);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                legal.Append(text[i]).Append(text[++i]);
            }
        }

        return legal.ToString();
    }

    /// <summary>Fields whose values XML can carry: what the other side cannot read it cannot verify, so this comes before signing.</summary>
    public static Dictionary<string, string> Legal(IEnumerable<KeyValuePair<string, string>> fields) =>
        fields.ToDictionary(field => field.Key, field => Legal(field.Value), StringComparer.Ordinal);

    private static bool IsPlain(string value) => value.Length is > 0 and < 10 && value.All(char.IsAsciiDigit);

    private static string Cdata(string value) =>
        $"<![CDATA[{Legal(value).Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)}]]>";
}

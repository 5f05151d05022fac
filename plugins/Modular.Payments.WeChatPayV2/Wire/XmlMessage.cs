using System.Buffers;
using System.Text;
using System.Xml;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// The one reader and the one writer of XML. A message is a flat list: the root <c>xml</c> (what is sealed inside a notification of a
/// refund has the root <c>root</c>), one element for each field, text inside.
/// Everything else that XML can do is refused, because two readers may understand it differently, and because of CVE-2018-13439: WeChat
/// Pay's own SDK let a notification read the merchant's files.
/// </summary>
internal static class XmlMessage
{
    /// <summary>Real messages have one to four kilobytes; the longest, with a list of coupons, stay far below.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Root = "xml";
    private const int MaxFields = 256;
    private const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings Strict = new()
    {
        ConformanceLevel = ConformanceLevel.Document,
        CheckCharacters = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxBytes,
        // Without a document type there is nothing to expand; zero would mean without limit.
        MaxCharactersFromEntities = 1024,
    };

    /// <summary>Reads a message. The problem is the end of a sentence that begins with what was read ("The answer …"), or null.</summary>
    public static MessageFields? Read(ReadOnlySpan<byte> bytes, out string? problem, string root = Root) =>
        ReadFields(bytes, out problem, root) is { } fields ? Sort(fields, out problem) : null;

    /// <summary>Reads the fields in the order in which they stand, where one may stand twice.</summary>
    public static List<KeyValuePair<string, string>>? ReadFields(ReadOnlySpan<byte> bytes, out string? problem, string root = Root)
    {
        if (bytes.Length > MaxBytes)
        {
            problem = $"is larger than {MaxBytes / 1024} KiB";
            return null;
        }

        try
        {
            var text = Utf8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            using var reader = XmlReader.Create(new StringReader(text), Strict);
            var fields = new List<KeyValuePair<string, string>>(32);
            problem = Walk(reader, fields, root);
            return problem is null ? fields : null;
        }
        catch (DecoderFallbackException)
        {
            problem = "is not UTF-8";
            return null;
        }
        catch (XmlException)
        {
            // The exception's own sentence may quote the message; where it stands helps nobody who has the bytes.
            problem = "is no well-formed XML without a document type";
            return null;
        }
    }

    /// <summary>Writes a message in UTF-8. Every value stands in CDATA, so that there is one way to write one.</summary>
    public static byte[] Write(MessageFields message)
    {
        var xml = new StringBuilder(1024).Append("<xml>");
        foreach (var (name, value) in message.Sorted)
        {
            // The end mark of CDATA cannot stand inside; it is divided between two sections.
            xml.Append('<').Append(name).Append("><![CDATA[").Append(value.Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)).Append("]]></").Append(name).Append('>');
        }

        return Utf8.GetBytes(xml.Append("</xml>").ToString());
    }

    private static string? Walk(XmlReader reader, List<KeyValuePair<string, string>> fields, string root)
    {
        string? field = null;
        var value = new StringBuilder();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration when IsUtf8(reader.GetAttribute("encoding")):
                case XmlNodeType.Whitespace when field is null:
                    break;
                case XmlNodeType.XmlDeclaration:
                    return "names an encoding other than UTF-8";
                case XmlNodeType.Element when Problem(reader, fields.Count, root) is { } problem:
                    return problem;
                case XmlNodeType.Element when reader.Depth == 1 && reader.IsEmptyElement:
                    fields.Add(new(reader.Name, ""));
                    break;
                case XmlNodeType.Element:
                    field = reader.Depth == 1 ? reader.Name : null;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when field is not null:
                    value.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement when field is not null:
                    fields.Add(new(field, value.ToString()));
                    value.Clear();
                    field = null;
                    break;
                case XmlNodeType.EndElement:
                    break;
                default:
                    return $"has something else than fields in it ({reader.NodeType})";
            }
        }

        return null;
    }

    private static string? Problem(XmlReader element, int fieldCount, string root) =>
        element.HasAttributes ? "has attributes or a namespace"
        : element.Depth == 0 ? (element.Name == root ? null : $"has another root than {root}")
        : element.Depth > 1 ? "has fields inside a field"
        : fieldCount >= MaxFields ? $"has more than {MaxFields} fields"
        : element.Name.Length <= MaxNameLength && !element.Name.AsSpan().ContainsAnyExcept(NameCharacters) ? null
        : "has a field whose name is none of WeChat Pay's";

    private static MessageFields? Sort(List<KeyValuePair<string, string>> fields, out string? problem)
    {
        var message = MessageFields.OfReceived(fields, out var duplicate);
        problem = duplicate is null ? null : $"has the field {duplicate} twice";
        return message;
    }

    private static bool IsUtf8(string? encoding) => encoding is null || encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}

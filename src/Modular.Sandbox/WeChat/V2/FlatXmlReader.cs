using System.Text;
using System.Xml;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// Reads the one shape of XML that API v2 speaks: a root <c>xml</c> with elements of text one level deep. A document type,
/// attributes, nesting and doubled names are refused, so that nothing can be said twice or fetched from elsewhere.
/// </summary>
internal static class FlatXmlReader
{
    private const int MostFields = 100;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        // Zero would mean without limit.
        MaxCharactersInDocument = 64 * 1024,
        IgnoreComments = true,
        IgnoreWhitespace = true,
    };

    /// <summary>The fields, or a <see cref="V2Refusal"/> that says what is wrong with the document.</summary>
    public static Dictionary<string, string> Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            throw V2Refusal.Transport("POST_DATA_EMPTY", "post数据为空");
        }

        try
        {
            using var text = new StringReader(Strict.GetString(body).TrimStart('\uFEFF'));
            using var reader = XmlReader.Create(text, Settings);
            return Fields(reader);
        }
        catch (DecoderFallbackException)
        {
            throw V2Refusal.Transport("NOT_UTF8", "编码格式错误，请使用UTF-8编码");
        }
        catch (XmlException)
        {
            throw NotFlat();
        }
    }

    private static Dictionary<string, string> Fields(XmlReader reader)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reader.MoveToContent() != XmlNodeType.Element || reader.Name != "xml" || reader.HasAttributes)
        {
            throw NotFlat();
        }

        var isEmpty = reader.IsEmptyElement;
        reader.Read();
        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
        {
            // ReadElementContentAsString throws for an element inside, and for text between elements.
            if (reader.NodeType != XmlNodeType.Element || reader.HasAttributes || fields.Count == MostFields
                || !fields.TryAdd(reader.Name, reader.ReadElementContentAsString()))
            {
                throw NotFlat();
            }
        }

        // To the end, so that what follows the root is looked at as well.
        while (reader.Read())
        {
        }

        return fields;
    }

    private static V2Refusal NotFlat() => V2Refusal.Transport("XML_FORMAT_ERROR", "XML格式错误");
}

using System.Text;
using System.Xml;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The XML of an answer: <c>alipay/{is_success, error, request/param, response/trade/…, sign, sign_type}</c>. It is kept as a flat list of
/// paths and texts. Everything else that XML can do is refused, because two readers may understand it differently.
/// </summary>
internal sealed class AnswerXml
{
    public const int MaxBytes = 64 * 1024;

    private const int MaxElements = 256;

    // alipay, response, trade, field.
    private const int MaxDepth = 4;

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

    private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);

    private AnswerXml(Charset charset) => Charset = charset;

    /// <summary>The charset of the XML declaration, in which the answer was signed as well.</summary>
    public Charset Charset { get; }

    /// <summary>Reads an answer. The problem is the end of a sentence that begins with "The answer", or null.</summary>
    public static AnswerXml? Read(ReadOnlySpan<byte> bytes, out string? problem)
    {
        if (bytes.Length > MaxBytes)
        {
            problem = $"is larger than {MaxBytes / 1024} KiB";
            return null;
        }

        if (XmlDeclaration.Charset(bytes) is not { } charset)
        {
            problem = "names an encoding other than UTF-8, GBK, GB2312 and GB18030";
            return null;
        }

        try
        {
            var text = charset.Encoding.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            using var reader = XmlReader.Create(new StringReader(text), Strict);
            var answer = new AnswerXml(charset);
            problem = answer.Fill(reader);
            return problem is null ? answer : null;
        }
        catch (DecoderFallbackException)
        {
            problem = $"is not in the encoding {charset.Name}";
            return null;
        }
        catch (XmlException)
        {
            // The exception's own sentence may quote the answer; a page of HTML is the usual cause.
            problem = "is no well-formed XML without a document type";
            return null;
        }
    }

    /// <summary>The text at a path below the root, or null when the element is absent or empty: the signature does not tell the two apart.</summary>
    public string? Text(string path) => texts.GetValueOrDefault(path) is { Length: > 0 } text ? text : null;

    /// <summary>The texts directly below a path, by name in ordinal order.</summary>
    public IEnumerable<KeyValuePair<string, string>> Below(string path) => texts
        .Where(entry => entry.Key.Length > path.Length + 1 && entry.Key.StartsWith(path, StringComparison.Ordinal) && entry.Key[path.Length] == '/')
        .Select(entry => KeyValuePair.Create(entry.Key[(path.Length + 1)..], entry.Value));

    private string? Fill(XmlReader reader)
    {
        var open = new List<string>(MaxDepth);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        var isLeaf = false;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration:
                    break;
                case XmlNodeType.Element:
                    if (!string.IsNullOrWhiteSpace(text.ToString()))
                    {
                        return "has text beside elements";
                    }

                    var isEmpty = reader.IsEmptyElement;
                    if (Enter(reader, open, seen) is { } problem)
                    {
                        return problem;
                    }

                    text.Clear();
                    isLeaf = true;
                    if (isEmpty)
                    {
                        Leave(open, isLeaf, text);
                        isLeaf = false;
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    text.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement:
                    if (!isLeaf && !string.IsNullOrWhiteSpace(text.ToString()))
                    {
                        return "has text beside elements";
                    }

                    Leave(open, isLeaf, text);
                    isLeaf = false;
                    break;
                default:
                    return $"has something else than elements and text in it ({reader.NodeType})";
            }
        }

        return null;
    }

    private static string? Enter(XmlReader reader, List<string> open, HashSet<string> seen)
    {
        if (open.Count == 0 && reader.Name != "alipay")
        {
            return "has another root than alipay";
        }

        if (open.Count == MaxDepth || seen.Count == MaxElements)
        {
            return "has too many elements, or elements too deep inside each other";
        }

        // The echo of our own request is the one place that names things by an attribute.
        var name = reader.Name;
        if (reader.HasAttributes)
        {
            var named = reader.AttributeCount == 1 ? reader.GetAttribute("name") : null;
            if (name != "param" || Path(open) != "request" || string.IsNullOrEmpty(named) || named.Contains('/', StringComparison.Ordinal))
            {
                return "has attributes or a namespace";
            }

            name = named;
        }

        open.Add(name);
        return seen.Add(Path(open)) ? null : $"has the element {ForeignText.Quote(name, 64)} twice";
    }

    private void Leave(List<string> open, bool isLeaf, StringBuilder text)
    {
        if (isLeaf)
        {
            texts[Path(open)] = text.ToString();
        }

        text.Clear();
        open.RemoveAt(open.Count - 1);
    }

    // The root is in every path and therefore in none.
    private static string Path(List<string> open) => string.Join('/', open.Skip(1));
}

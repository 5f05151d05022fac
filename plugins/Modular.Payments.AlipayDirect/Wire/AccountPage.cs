using System.Text;
using System.Xml;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// One page of the account's log:
/// <c>alipay/{is_success, error, request/param, response/account_page_query_result/{account_log_list/AccountQueryAccountLogVO*, has_next_page, page_no, page_size}, sign, sign_type}</c>.
/// As strict as <see cref="AnswerXml"/>, and for the same reason; only that rows repeat.
/// </summary>
/// <remarks>
/// The signature is that of every message over the children of the result, sorted, of which the list counts as its own text with its
/// tags: Alipay's guide to this service says so, and to write empty elements as two tags. Where Alipay does not sign,
/// the encrypted connection to the configured address is all that speaks for the page.
/// </remarks>
internal sealed class AccountPage
{
    public const int MaxBytes = 16 * 1024 * 1024;
    private const int MaxRows = 5000;
    private const int MaxDepth = 6;
    private const int MaxFields = 64;
    private const int MaxText = 4096;
    private const string Result = "response/account_page_query_result";
    private const string List = Result + "/account_log_list";
    private const string Row = List + "/AccountQueryAccountLogVO";

    private static readonly XmlReaderSettings Strict = new()
    {
        ConformanceLevel = ConformanceLevel.Document,
        CheckCharacters = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxBytes,
        MaxCharactersFromEntities = 1024,
    };

    private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly List<Dictionary<string, string>> rows = [];

    private AccountPage()
    {
    }

    /// <summary>The rows, in the page's order: texts by element.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Rows => rows;

    public bool IsSuccess => Text("is_success") == "T";

    /// <summary>Alipay's code when it said no; otherwise null.</summary>
    public string? Error => Text("is_success") == "F" ? Text("error") : null;

    public string? PageNo => Text($"{Result}/page_no");

    /// <summary>
    /// Whether there is another page. <c>has_next_page</c> says it; where it is missing, a page that is as full as its size leaves it open,
    /// and the next one, perhaps empty, decides.
    /// </summary>
    public bool HasNext => Text($"{Result}/has_next_page") switch
    {
        "T" => true,
        null => rows.Count > 0 && Text($"{Result}/page_size") == rows.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => false,
    };

    /// <summary>Reads a page and checks its signature where it has one. The problem is the end of a sentence that begins with "The answer", or null.</summary>
    public static AccountPage? Read(ReadOnlySpan<byte> bytes, Signer signer, out string? problem)
    {
        if (XmlDeclaration.Charset(bytes) is not { } charset)
        {
            problem = "names an encoding other than UTF-8, GBK, GB2312 and GB18030";
            return null;
        }

        try
        {
            var text = charset.Encoding.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            using var reader = XmlReader.Create(new StringReader(text), Strict);
            var page = new AccountPage();
            problem = page.Fill(reader) ?? page.Mistrust(text, charset, signer);
            return problem is null ? page : null;
        }
        catch (DecoderFallbackException)
        {
            problem = $"is not in the encoding {charset.Name}";
            return null;
        }
        catch (EncoderFallbackException)
        {
            problem = "holds a character that its own encoding does not have";
            return null;
        }
        catch (XmlException)
        {
            // The exception's own sentence may quote the answer.
            problem = "is no well-formed XML without a document type";
            return null;
        }
    }

    private string? Text(string path) => texts.GetValueOrDefault(path) is { Length: > 0 } text ? text : null;

    private string? Fill(XmlReader reader)
    {
        var open = new List<string>(MaxDepth);
        var text = new StringBuilder();
        var isLeaf = false;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration:
                    break;
                case XmlNodeType.Element:
                    if (!IsBlank(text))
                    {
                        return "has text beside elements";
                    }

                    var isEmpty = reader.IsEmptyElement;
                    if (Enter(reader, open) is { } refusal)
                    {
                        return refusal;
                    }

                    text.Clear();
                    isLeaf = true;
                    if (isEmpty && Leave(open, isLeaf: true, text) is { } twice)
                    {
                        return twice;
                    }

                    isLeaf = !isEmpty;
                    break;
                case XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    text.Append(reader.Value);
                    if (text.Length > MaxText)
                    {
                        return $"has a text of more than {MaxText} characters";
                    }

                    break;
                case XmlNodeType.EndElement:
                    if (!isLeaf && !IsBlank(text))
                    {
                        return "has text beside elements";
                    }

                    if (Leave(open, isLeaf, text) is { } again)
                    {
                        return again;
                    }

                    isLeaf = false;
                    break;
                default:
                    return $"has something else than elements and text in it ({reader.NodeType})";
            }
        }

        return null;
    }

    private string? Enter(XmlReader reader, List<string> open)
    {
        if (open.Count == 0 && reader.Name != "alipay")
        {
            return "has another root than alipay";
        }

        if (open.Count == MaxDepth)
        {
            return "has elements too deep inside each other";
        }

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
        if (open.Count == 5 && Path(open) == Row)
        {
            if (rows.Count == MaxRows)
            {
                return $"has more than {MaxRows} rows in one page";
            }

            rows.Add(new Dictionary<string, string>(StringComparer.Ordinal));
        }

        return null;
    }

    private string? Leave(List<string> open, bool isLeaf, StringBuilder text)
    {
        var path = Path(open);
        var isOfRow = open.Count == MaxDepth && path.StartsWith(Row + "/", StringComparison.Ordinal);
        open.RemoveAt(open.Count - 1);
        var value = text.ToString();
        text.Clear();
        if (path == Row)
        {
            return isLeaf && !string.IsNullOrWhiteSpace(value) ? "has text beside elements" : null;
        }

        if (isOfRow)
        {
            var row = rows[^1];
            return row.Count == MaxFields ? "has a row with too many fields"
                : row.TryAdd(path[(Row.Length + 1)..], value) ? null
                : "has a row that holds an element twice";
        }

        // Containers are remembered as well, so that none of them stands twice.
        return texts.Count == MaxFields ? "has too many elements"
            : texts.TryAdd(path, isLeaf ? value : "") ? null
            : $"has the element {ForeignText.Quote(path, 64)} twice";
    }

    /// <summary>Why a signed page is not believed, or null. What was read holds no comment and no CDATA, so that the tags in the text are the tags.</summary>
    private string? Mistrust(string text, Charset charset, Signer signer)
    {
        if (Text("sign") is not { } sign)
        {
            return null;
        }

        if (Text("sign_type") != signer.Name)
        {
            return $"does not name the sign_type {signer.Name}";
        }

        const string Opening = "<account_log_list>";
        const string Closing = "</account_log_list>";
        var start = text.IndexOf(Opening, StringComparison.Ordinal);
        var end = text.LastIndexOf(Closing, StringComparison.Ordinal);
        var list = start >= 0 && end > start ? text[start..(end + Closing.Length)] : "";
        var rest = new StringBuilder();
        foreach (var (path, value) in texts)
        {
            if (path.StartsWith(Result + "/", StringComparison.Ordinal) && path != List && value.Length > 0)
            {
                rest.Append(rest.Length > 0 ? "&" : "").Append(path.AsSpan(Result.Length + 1)).Append('=').Append(value);
            }
        }

        // account_log_list comes first of the names that are known; a new one before it would have to be sorted in.
        return IsAuthentic(list) || (list.Contains("/>", StringComparison.Ordinal) && IsAuthentic(Expand(list))) ? null : $"is signed, but not with {signer.KeyName}";

        bool IsAuthentic(string listed) => signer.IsAuthentic(
            charset.Encoding.GetBytes(listed.Length == 0 ? rest.ToString() : $"account_log_list={listed}{(rest.Length > 0 ? "&" : "")}{rest}"),
            Encoding.UTF8.GetBytes(sign));
    }

    /// <summary><c>&lt;memo/&gt;</c> becomes <c>&lt;memo&gt;&lt;/memo&gt;</c>; there are no attributes, and no other use of the two characters.</summary>
    private static string Expand(string xml)
    {
        var expanded = new StringBuilder(xml.Length * 2);
        var from = 0;
        for (var slash = xml.IndexOf("/>", StringComparison.Ordinal); slash >= 0; slash = xml.IndexOf("/>", from, StringComparison.Ordinal))
        {
            var open = xml.LastIndexOf('<', slash);
            var name = xml.AsSpan((open + 1)..slash).TrimEnd();
            expanded.Append(xml, from, open - from).Append('<').Append(name).Append("></").Append(name).Append('>');
            from = slash + 2;
        }

        return expanded.Append(xml, from, xml.Length - from).ToString();
    }

    private static bool IsBlank(StringBuilder text)
    {
        foreach (var chunk in text.GetChunks())
        {
            if (!chunk.Span.IsWhiteSpace())
            {
                return false;
            }
        }

        return true;
    }

    private static string Path(List<string> open) => string.Join('/', open.Skip(1));
}

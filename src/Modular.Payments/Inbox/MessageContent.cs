using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// A kept request decoded for people, in the charset that it declares, see <see cref="MessageCharset"/>. Signatures and everything else that could be used again are shortened; what cannot be decoded
/// is shown as it came, in hexadecimal where it is no text.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Headers">The headers in the order received.</param>
/// <param name="Fields">The parameters of the query and of a form or XML body; empty for other bodies.</param>
/// <param name="Text">The body where it is not made of fields.</param>
/// <param name="BodyLength">The length of the kept body in bytes.</param>
/// <param name="IsWhole">False when the body was too long to be kept whole.</param>
public sealed record MessageContent(
    string Method, IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<KeyValuePair<string, string>> Fields, string? Text, int BodyLength, bool IsWhole)
{
    private const int ShownOfSecret = 12;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static MessageContent Of(RawRequest request, bool isWhole)
    {
        var headers = request.Headers.Select(header => KeyValuePair.Create(header.Key, IsSecretHeader(header.Key) ? Shorten(header.Value) : header.Value)).ToList();
        var (fields, text) = Decode(request);
        return new MessageContent(request.Method, headers, [.. Form(Encoding.UTF8.GetBytes(request.Query), null), .. fields], text, request.Body.Length, isWhole);
    }

    private static (IReadOnlyList<KeyValuePair<string, string>> Fields, string? Text) Decode(RawRequest request)
    {
        if (request.Body.IsEmpty)
        {
            return ([], null);
        }

        var bytes = request.Body.Span;
        if (bytes.IndexOfAnyInRange((byte)0, (byte)8) >= 0)
        {
            return ([], Convert.ToHexStringLower(bytes));
        }

        var contentType = request.Header("Content-Type");
        if ((contentType ?? "").Contains("form-urlencoded", StringComparison.OrdinalIgnoreCase) && bytes.TrimStart("\uFEFF \r\n\t"u8) is not ([(byte)'{', ..] or [(byte)'<', ..]))
        {
            return (Form(bytes, contentType), null);
        }

        var text = MessageCharset.Decode(bytes, contentType);
        return text.AsSpan().TrimStart("\uFEFF \r\n\t") switch
        {
            ['{', ..] => ([], Json(text)),
            ['<', ..] => Xml(text) is { } fields ? (fields, null) : ([], text),
            _ => ([], text),
        };
    }

    private static string Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static List<KeyValuePair<string, string>>? Xml(string text)
    {
        var fields = new List<KeyValuePair<string, string>>();
        try
        {
            using var reader = XmlReader.Create(
                new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 64 * 1024, IgnoreWhitespace = true });
            reader.MoveToContent();
            reader.Read();
            while (reader.NodeType == XmlNodeType.Element)
            {
                var name = reader.Name;
                fields.Add(Field(name, reader.ReadElementContentAsString()));
            }

            return fields;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static List<KeyValuePair<string, string>> Form(ReadOnlySpan<byte> form, string? contentType) =>
        [.. MessageCharset.DecodeForm(form, contentType).Select(field => Field(field.Key, field.Value))];

    private static KeyValuePair<string, string> Field(string name, string value) =>
        new(name, name is "sign" or "paySign" or "signature" ? Shorten(value) : value);

    private static bool IsSecretHeader(string name) =>
        name.Equals("Wechatpay-Signature", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string value) => value.Length <= ShownOfSecret ? value : $"{value[..ShownOfSecret]}… ({value.Length})";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// Writes the content of a JSON text in the ways in which serializers write it. Every member, every text and every digit of a number
/// stays what it was; only spaces, escapes and the order of members differ, so that none of the results says anything else.
/// </summary>
internal static class JsonRewriting
{
    // All orders of more members than this are too many to try.
    private const int MaxPermuted = 6;
    private const int MaxDepth = 16;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    private static readonly Spacing[] Spacings =
    [
        new("", "", ",", ":"),
        new("", "", ", ", ": "),
        new("  ", "\n", ",", ": "),
        new("    ", "\n", ",", ": "),
        new("\t", "\n", ",", ": "),
        new("  ", "\r\n", ",", ": "),
        new("    ", "\r\n", ",", ": "),
        new("\t", "\r\n", ",", ": "),
        new("  ", "\n", ",", " : "),
        new("", "", ",", ": "),
    ];

    private static readonly Escapes[] EscapeStyles =
    [
        new(NonAscii: false, Upper: false, Slash: false, Html: false),
        new(NonAscii: true, Upper: false, Slash: false, Html: false),
        new(NonAscii: true, Upper: true, Slash: false, Html: false),
        new(NonAscii: false, Upper: false, Slash: true, Html: false),
        new(NonAscii: true, Upper: false, Slash: true, Html: false),
        new(NonAscii: true, Upper: true, Slash: false, Html: true),
        new(NonAscii: false, Upper: false, Slash: false, Html: true),
        new(NonAscii: true, Upper: false, Slash: false, Html: true),
    ];

    private static readonly string[] Ends = ["", "\n", "\r\n"];

    /// <summary>The usual ways first, every order of the outer members in the compact form last.</summary>
    public static IEnumerable<byte[]> Of(byte[] json, IReadOnlyList<IReadOnlyList<string>> orders)
    {
        if (Parse(json) is not { } document)
        {
            yield break;
        }

        using (document)
        {
            var root = document.RootElement;
            foreach (var order in orders.Prepend([]))
            {
                foreach (var spacing in Spacings)
                {
                    foreach (var escapes in EscapeStyles)
                    {
                        var text = Write(root, spacing, escapes, order);
                        foreach (var end in Ends)
                        {
                            yield return Encoding.UTF8.GetBytes(text + end);
                        }
                    }
                }
            }

            string[] outer = [.. root.EnumerateObject().Select(member => member.Name)];
            if (outer.Length > MaxPermuted)
            {
                yield break;
            }

            foreach (var outerOrder in Permutations(outer))
            {
                foreach (var inner in orders.Prepend([]))
                {
                    yield return Encoding.UTF8.GetBytes(Write(root, Spacings[0], EscapeStyles[0], [.. outerOrder, .. inner.Except(outer)]));
                }
            }
        }
    }

    private static JsonDocument? Parse(byte[] json)
    {
        // The document's texts are read later, and would throw then.
        if (!Utf8.IsValid(json))
        {
            return null;
        }

        try
        {
            ReadTexts(json);
            var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader says to half a surrogate pair.
        }

        return null;
    }

    // Half a surrogate pair can only be written as an escape, and the reader throws when it meets one.
    private static void ReadTexts(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    private static string Write(JsonElement element, Spacing spacing, Escapes escapes, IReadOnlyList<string> order)
    {
        var text = new StringBuilder(2048);
        Write(text, element, spacing, escapes, order, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement element, Spacing spacing, Escapes escapes, IReadOnlyList<string> order, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = element.EnumerateObject().OrderBy(member => Rank(order, member.Name));
                WriteList(text, '{', '}', members, spacing, depth, member =>
                {
                    escapes.Append(text, member.Name);
                    text.Append(spacing.Colon);
                    Write(text, member.Value, spacing, escapes, order, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteList(text, '[', ']', element.EnumerateArray(), spacing, depth, item => Write(text, item, spacing, escapes, order, depth + 1));
                break;
            case JsonValueKind.String:
                escapes.Append(text, element.GetString()!);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void WriteList<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Spacing spacing, int depth, Action<T> write)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            text.Append(isFirst ? "" : spacing.Comma);
            NewLine(text, spacing, depth + 1);
            isFirst = false;
            write(item);
        }

        if (!isFirst)
        {
            NewLine(text, spacing, depth);
        }

        text.Append(close);
    }

    private static void NewLine(StringBuilder text, Spacing spacing, int depth)
    {
        text.Append(spacing.Line);
        for (var i = 0; i < depth; i++)
        {
            text.Append(spacing.Indent);
        }
    }

    // A member that the order does not name stays behind those that it names, as received.
    private static int Rank(IReadOnlyList<string> order, string name)
    {
        for (var i = 0; i < order.Count; i++)
        {
            if (order[i] == name)
            {
                return i;
            }
        }

        return int.MaxValue;
    }

    private static IEnumerable<IReadOnlyList<string>> Permutations(string[] items) =>
        items.Length <= 1
            ? [items]
            : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (IReadOnlyList<string>)[first, .. rest]));

    private sealed record Spacing(string Indent, string Line, string Comma, string Colon);

    /// <param name="NonAscii">Writes characters beyond ASCII as \u escapes.</param>
    /// <param name="Upper">Writes the hex digits of escapes in capitals.</param>
    /// <param name="Slash">Escapes the slash, as PHP does.</param>
    /// <param name="Html">Escapes what HTML gives a meaning to, as .NET and Go do.</param>
    private sealed record Escapes(bool NonAscii, bool Upper, bool Slash, bool Html)
    {
        public void Append(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (var c in value)
            {
                switch (c)
                {
                    case '"' when Html && Upper:
                        text.Append("\\u0022");
                        break;
                    case '"' or '\\':
                        text.Append('\\').Append(c);
                        break;
                    case '/' when Slash:
                        text.Append("\\/");
                        break;
                    case '\n':
                        text.Append("\\n");
                        break;
                    case '\r':
                        text.Append("\\r");
                        break;
                    case '\t':
                        text.Append("\\t");
                        break;
                    case '\b':
                        text.Append("\\b");
                        break;
                    case '\f':
                        text.Append("\\f");
                        break;
                    // .NET writes the plus sign as an escape too, Go does not; .NET writes capitals.
                    case '<' or '>' or '&' when Html:
                    case '+' or '\'' or '`' when Html && Upper:
                    case < ' ' or '\u007f':
                    case > '\u007f' when NonAscii:
                        text.Append("\\u").Append(((int)c).ToString(Upper ? "X4" : "x4", CultureInfo.InvariantCulture));
                        break;
                    default:
                        text.Append(c);
                        break;
                }
            }

            text.Append('"');
        }
    }
}

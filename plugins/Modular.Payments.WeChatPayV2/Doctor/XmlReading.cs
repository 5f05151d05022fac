using System.Net;
using System.Text;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Doctor;

/// <summary>Reads the XML of a message as it should be read, and in the ways in which it is known to be mistaken.</summary>
internal static class XmlReading
{
    private const string Mark = "\u00EF\u00BB\u00BF";

    /// <summary>The fields in the order received, a name possibly twice; null when the message is no flat XML in UTF-8.</summary>
    public static FieldMessage? Read(ReadOnlySpan<byte> body) =>
        XmlMessage.ReadFields(body, out _) is { } fields
            ? new FieldMessage([.. fields.Select(field => new Field(Utf8(field.Key), Utf8(field.Value)))])
            : null;

    /// <summary>What the fields may have been before something handled the body as a whole.</summary>
    public static IEnumerable<FieldSuspicion> Others(string raw)
    {
        foreach (var (cause, text, when) in Candidates(raw))
        {
            if (text is not null && Read(ByteText.Bytes(text)) is { } message)
            {
                yield return new FieldSuspicion(cause, message, when);
            }
        }
    }

    /// <summary>What single values may have been before something wrote the XML anew.</summary>
    public static IEnumerable<FieldSuspicion> OtherValues(FieldMessage message)
    {
        // Every XML reader makes LF of CRLF, so a value that was signed with CRLF can only come from here.
        if (message.Map(value => value.Replace("\n", "\r\n", StringComparison.Ordinal)) is { } crlf)
        {
            yield return new FieldSuspicion(Causes.BodyNewlines, crlf, "the LF within values are CRLF again");
        }

        // A formatter indents texts too. One value with white space around it is none of its work.
        if (message.Fields.Count(field => field.Value.StartsWith('\n') && field.Value != field.Value.Trim()) > 1)
        {
            yield return new FieldSuspicion(Causes.BodyReserialized, message.Map(value => value.Trim(' ', '\t', '\r', '\n'))!, "the indentation around the values is taken off");
        }
    }

    private static IEnumerable<(string Cause, string? Text, string When)> Candidates(string raw)
    {
        if (raw.StartsWith(Mark, StringComparison.Ordinal) && raw[Mark.Length..].StartsWith(Mark, StringComparison.Ordinal))
        {
            yield return (Causes.BodyBom, raw.Replace(Mark, "", StringComparison.Ordinal), "the byte order marks before the body are taken off");
        }

        if (raw.TrimStart() is var trimmed && trimmed.Length < raw.Length)
        {
            yield return (Causes.BodyNewlines, trimmed, "the white space before the body is taken off");
        }

        // The declaration goes too: what it says of the charset is no longer true.
        if (ByteText.Decode(raw, ByteText.StrictGbk) is { } gbk)
        {
            yield return (Causes.CharsetGbk, Utf8(WithoutDeclaration(gbk)), "the bytes are read as GBK");
        }

        if (raw.Contains("&lt;xml&gt;", StringComparison.Ordinal))
        {
            yield return (Causes.HtmlEscaped, WebUtility.HtmlDecode(raw) is { } plain && plain.All(c => c <= '\u00ff') ? plain : null, "HTML's escapes are taken out of the body");
        }

        if (raw.Contains("%3Cxml%3E", StringComparison.OrdinalIgnoreCase))
        {
            var start = raw.IndexOf("%3C", StringComparison.OrdinalIgnoreCase);
            yield return (Causes.NotDecoded, FormText.Read($"body={raw[start..]}")?["body"], "the body as a whole is percent-decoded");
        }
    }

    private static string WithoutDeclaration(string text) =>
        text.StartsWith("<?xml", StringComparison.Ordinal) && text.IndexOf("?>", StringComparison.Ordinal) is var end and > 0 ? text[(end + 2)..] : text;

    private static string Utf8(string text) => ByteText.Of(Encoding.UTF8.GetBytes(text));
}

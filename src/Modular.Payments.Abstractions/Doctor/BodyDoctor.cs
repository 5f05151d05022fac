using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>A body with one suspected fault undone.</summary>
/// <param name="Cause">The suspected cause.</param>
/// <param name="Body">The bytes as they would have been without the fault.</param>
/// <param name="When">The end of the sentence "The signature is right when …".</param>
public sealed record BodySuspicion(string Cause, byte[] Body, string When);

/// <summary>
/// Finds the fault in a message whose signature is over the bytes of its body, by undoing every known one and asking the signature:
/// byte order mark, line ends, charset, and the many ways in which a serializer writes the same JSON.
/// </summary>
public static class BodyDoctor
{
    private const int MaxBody = 64 * 1024;

    /// <summary>
    /// The first suspicion that <paramref name="verifies"/> proves, or null. <paramref name="orders"/> names the members of the
    /// provider's JSON in the orders in which it is known to write them, outermost object first.
    /// </summary>
    public static BodySuspicion? Find(ReadOnlySpan<byte> body, IReadOnlyList<IReadOnlyList<string>> orders, int maxTrials, Func<byte[], bool> verifies)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(verifies);
        if (body.IsEmpty || body.Length > MaxBody)
        {
            return null;
        }

        var tried = new HashSet<string>(StringComparer.Ordinal) { ByteText.Of(body) };
        foreach (var suspicion in Suspicions(body.ToArray(), orders))
        {
            if (tried.Count > maxTrials)
            {
                return null;
            }

            if (tried.Add(ByteText.Of(suspicion.Body)) && verifies(suspicion.Body))
            {
                return suspicion;
            }
        }

        return null;
    }

    private static IEnumerable<BodySuspicion> Suspicions(byte[] body, IReadOnlyList<IReadOnlyList<string>> orders)
    {
        var text = ByteText.Of(body);
        const string Mark = "\u00EF\u00BB\u00BF";
        var unmarked = text.StartsWith(Mark, StringComparison.Ordinal) ? text[Mark.Length..] : text;
        if (unmarked.Length < text.Length)
        {
            yield return Of(Causes.BodyBom, unmarked, "the byte order mark before the body is taken off");
            foreach (var (changed, when) in LineEnds(unmarked))
            {
                yield return Of(Causes.BodyBom, changed, $"the byte order mark before the body is taken off and {when}");
            }
        }
        else
        {
            yield return Of(Causes.BodyBom, Mark + text, "a byte order mark is put before the body");
        }

        foreach (var (changed, when) in LineEnds(text))
        {
            yield return Of(Causes.BodyNewlines, changed, when);
        }

        foreach (var suspicion in Charsets(text))
        {
            yield return suspicion;
        }

        if (text.Contains('&', StringComparison.Ordinal) && FieldFaults.Entities(text, ByteText.StrictUtf8) is { } plain)
        {
            yield return Of(Causes.HtmlEscaped, plain, "HTML's escapes are taken out of the body");
        }

        if (FieldFaults.Unpercent(text, plusIsSpace: false) is { } once)
        {
            yield return Of(Causes.NotDecoded, once, "the body is percent-decoded once more");
            yield return Of(Causes.NotDecoded, FieldFaults.Unpercent(text, plusIsSpace: true)!, "the body is percent-decoded once more");
        }

        foreach (var rewritten in JsonRewriting.Of(ByteText.Bytes(unmarked), orders))
        {
            yield return new BodySuspicion(Causes.BodyReserialized, rewritten, "the JSON of the body is written in another way (spaces, escapes or order of members)");
        }
    }

    private static IEnumerable<(string Text, string When)> LineEnds(string text)
    {
        var lf = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var crlf = lf.Replace("\n", "\r\n", StringComparison.Ordinal);
        yield return (lf, "its CRLF are LF again");
        yield return (crlf, "its LF are CRLF again");
        var trimmed = text.TrimEnd('\r', '\n', ' ', '\t');
        foreach (var end in (string[])["", "\n", "\r\n"])
        {
            yield return (trimmed + end, end.Length == 0 ? "the line end after the body is taken off" : "a line end is put after the body");
            yield return (lf.TrimEnd('\n', ' ', '\t') + end, "its line ends are LF again");
            yield return (crlf.TrimEnd('\r', '\n', ' ', '\t') + end, "its line ends are CRLF again");
        }

        yield return (lf.Replace("\n", "", StringComparison.Ordinal), "the line ends within the body are taken out");
        yield return (text.Replace("\r", "\n", StringComparison.Ordinal), "its CR are LF again");
    }

    private static IEnumerable<BodySuspicion> Charsets(string text)
    {
        if (Converted(text, ByteText.StrictGbk, ByteText.StrictUtf8) is { } read)
        {
            yield return Of(Causes.CharsetGbk, read, "the bytes are read as GBK and turned to UTF-8");
        }

        if (Converted(text, ByteText.StrictUtf8, ByteText.StrictGbk) is { } signed)
        {
            yield return Of(Causes.CharsetGbk, signed, "the body is signed in GBK");
        }

        var latin1 = Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        if (Converted(text, ByteText.StrictUtf8, latin1) is { } whole)
        {
            yield return Of(Causes.CharsetLatin1, whole, "the body is turned back to the bytes from which ISO 8859-1 made it");
        }
    }

    private static string? Converted(string text, Encoding from, Encoding to) =>
        ByteText.Decode(text, from) is { } decoded ? ByteText.Encode(decoded, to) : null;

    private static BodySuspicion Of(string cause, string text, string when) => new(cause, ByteText.Bytes(text), when);
}

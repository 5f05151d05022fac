using System.Net;
using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>Forms and queries (<c>application/x-www-form-urlencoded</c>), read as they should be and in the ways in which they are known to be mistaken.</summary>
public static class FormText
{
    /// <summary>The fields, percent-decoded once, a plus as a space; null when an escape is broken or a field has no name. Names may stand twice.</summary>
    public static FieldMessage? Read(string raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return Split(raw, part => Decode(part.Replace('+', ' ')));
    }

    /// <summary>What the fields may have been before something between the provider and the shop handled the whole text.</summary>
    public static IEnumerable<FieldSuspicion> OtherReadings(string raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return Candidates(raw).Where(reading => reading.Message is not null).Select(reading => new FieldSuspicion(reading.Cause, reading.Message!, reading.When));
    }

    private static IEnumerable<(string Cause, FieldMessage? Message, string When)> Candidates(string raw)
    {
        foreach (var mark in (string[])["\u00EF\u00BB\u00BF", "%EF%BB%BF", "%ef%bb%bf"])
        {
            if (raw.StartsWith(mark, StringComparison.Ordinal))
            {
                yield return (Causes.BodyBom, Read(raw[mark.Length..]), "the byte order mark before the body is taken off");
            }
        }

        if (raw.AsSpan().ContainsAny('\r', '\n'))
        {
            yield return (Causes.BodyNewlines, Read(raw.TrimEnd('\r', '\n')), "the line end after the body is taken off");
            yield return (Causes.BodyNewlines, Read(ByteText.WithoutLineEnds(raw)), "the line ends within the body are taken out");
        }

        if (IsPlain(raw))
        {
            yield return (Causes.DecodedTwice, Rejoin(raw, plusIsSpace: false), "the body is taken as decoded already");
            yield return (Causes.DecodedTwice, Rejoin(raw, plusIsSpace: true), "the body is taken as decoded already");
        }
        else if (Read(raw) is null)
        {
            yield return (Causes.DecodedTwice, Split(raw, part => FieldFaults.Unpercent(part, plusIsSpace: true) ?? part.Replace('+', ' ')), "percent signs that are no escapes stand for themselves");
        }

        if (raw.Contains('+', StringComparison.Ordinal))
        {
            yield return (Causes.PlusBecameSpace, Split(raw, Decode), "plus signs in the body stand for themselves");
        }

        if (raw.Contains('&', StringComparison.Ordinal) && WebUtility.HtmlDecode(raw) is { } plain && plain != raw && plain.All(c => c <= '\u00ff'))
        {
            yield return (Causes.HtmlEscaped, Read(plain), "HTML's escapes are taken out of the body");
            yield return (Causes.HtmlEscaped, Rejoin(plain, plusIsSpace: false), "HTML's escapes are taken out of the body");
        }

        foreach (var whole in (string[])[raw, raw[(raw.IndexOf('=', StringComparison.Ordinal) + 1)..]])
        {
            if (whole.Contains("%3D", StringComparison.OrdinalIgnoreCase) && !whole.Contains('&', StringComparison.Ordinal) && Decode(whole) is { } once)
            {
                yield return (Causes.NotDecoded, Read(once), "the body as a whole is percent-decoded once more");
            }
        }
    }

    // Without a single escape, although something in it is always escaped: the bytes of Base64 and JSON are enough.
    private static bool IsPlain(string raw) =>
        FieldFaults.Unpercent(raw, plusIsSpace: false) is null
        && !HasEscape(raw)
        && raw.Any(c => c > '\u007e' || c is '"' or '{' or '/' or ':' or ' ');

    private static bool HasEscape(string raw)
    {
        for (var at = raw.IndexOf('%', StringComparison.Ordinal); at >= 0 && at + 2 < raw.Length; at = raw.IndexOf('%', at + 1))
        {
            if (char.IsAsciiHexDigit(raw[at + 1]) && char.IsAsciiHexDigit(raw[at + 2]))
            {
                return true;
            }
        }

        return false;
    }

    // An ampersand that is followed by no name belongs to the value before it.
    private static FieldMessage Rejoin(string raw, bool plusIsSpace)
    {
        var fields = new List<Field>();
        foreach (var part in raw.Split('&'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part.AsSpan(0, equals).ToArray().All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '[' or ']'))
            {
                var value = part[(equals + 1)..];
                fields.Add(new Field(part[..equals], plusIsSpace && part[..equals] != FieldMessage.Sign ? value.Replace('+', ' ') : value));
            }
            else if (fields.Count > 0)
            {
                fields[^1] = new Field(fields[^1].Name, $"{fields[^1].Value}&{part}");
            }
        }

        return new FieldMessage([.. fields]);
    }

    private static FieldMessage? Split(string raw, Func<string, string?> decode)
    {
        var fields = new List<Field>();
        foreach (var part in raw.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = decode(equals < 0 ? part : part[..equals]);
            var value = equals < 0 ? "" : decode(part[(equals + 1)..]);
            if (string.IsNullOrEmpty(name) || value is null)
            {
                return null;
            }

            fields.Add(new Field(name, value));
        }

        return fields.Count is > 0 and <= 128 ? new FieldMessage([.. fields]) : null;
    }

    private static string? Decode(string part) =>
        part.Contains('%', StringComparison.Ordinal) ? FieldFaults.Unpercent(part, plusIsSpace: false) : part;
}

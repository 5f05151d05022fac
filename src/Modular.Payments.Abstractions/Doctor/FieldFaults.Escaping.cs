using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

// Plus signs, percent signs, entities, backslashes.
internal static partial class FieldFaults
{
    // More fields with spaces than this are not tried in every combination.
    private const int MaxSubset = 7;

    // A value with more kinds of special characters than this has all of them encoded, or none.
    private const int MaxKinds = 6;

    // Times contain a space by right, so which values had a plus sign must be found out; the signature itself never has a space.
    private static IEnumerable<FieldSuspicion> PlusSigns(FieldMessage message, FieldProtocol protocol)
    {
        var mended = message;
        var signHadSpaces = false;
        if (message[FieldMessage.Sign] is { } sign && sign.Contains(' ', StringComparison.Ordinal))
        {
            signHadSpaces = true;
            mended = message.With(FieldMessage.Sign, sign.Replace(' ', '+'));
            yield return new FieldSuspicion(Causes.PlusBecameSpace, mended, "the spaces in sign are plus signs again");
        }

        int[] spaced = [.. Enumerable.Range(0, mended.Fields.Length).Where(index => mended.Fields[index].Value.Contains(' ', StringComparison.Ordinal))];
        foreach (var subset in Subsets(spaced))
        {
            var changed = subset.Aggregate(mended, (current, index) => current.With(index, current.Fields[index].Value.Replace(' ', '+')));
            var names = subset.Select(index => mended.Fields[index].Name);
            yield return new FieldSuspicion(Causes.PlusBecameSpace, changed, $"the spaces in {List(signHadSpaces ? names.Append(FieldMessage.Sign) : names)} are plus signs again");
        }

        foreach (var index in spaced)
        {
            foreach (var value in SomeSpacesAsPlus(mended.Fields[index].Value))
            {
                yield return new FieldSuspicion(Causes.PlusBecameSpace, mended.With(index, value), $"some of the spaces in {Quoted(mended.Fields[index].Name)} are plus signs again");
            }
        }
    }

    private static IEnumerable<string> SomeSpacesAsPlus(string value)
    {
        int[] places = [.. Enumerable.Range(0, value.Length).Where(index => value[index] == ' ')];
        return places.Length is < 2 or > MaxSubset ? [] : Subsets(places).Select(subset =>
        {
            var text = value.ToCharArray();
            foreach (var place in subset)
            {
                text[place] = '+';
            }

            return new string(text);
        });
    }

    // Nobody knows which characters the first encoder wrote as escapes, so each kind of them may have been among them.
    private static IEnumerable<FieldSuspicion> EncodeAgain(FieldMessage message, FieldProtocol protocol)
    {
        foreach (var encodings in (Func<string, IEnumerable<string>>[])[WholeEncodings, PartEncodings])
        {
            for (var index = 0; index < message.Fields.Length; index++)
            {
                var (name, value) = message.Fields[index];
                if (name is FieldMessage.Sign or FieldMessage.SignType || value.Length is 0 or > 1024)
                {
                    continue;
                }

                foreach (var encoded in encodings(value).Distinct(StringComparer.Ordinal).Where(encoded => encoded != value && DecodesTo(encoded, value)))
                {
                    yield return new FieldSuspicion(Causes.DecodedTwice, message.With(index, encoded), $"the value of {Quoted(name)} is percent-encoded again");
                }
            }
        }

        foreach (var style in (Func<string, string>[])[value => Percent(value, IsReserved, upper: true), value => Percent(value, IsReserved, upper: false), value => Percent(value, IsReserved, upper: true).Replace("%20", "+", StringComparison.Ordinal)])
        {
            if (message.Map(style)?.With(FieldMessage.Sign, message[FieldMessage.Sign] ?? "") is { } all)
            {
                yield return new FieldSuspicion(Causes.DecodedTwice, all, "all values are percent-encoded again");
            }
        }
    }

    // Whoever decodes once too often decodes every escape: a value in which one is left was changed by somebody else.
    private static bool DecodesTo(string encoded, string value) =>
        (Unpercent(encoded, plusIsSpace: true) ?? encoded.Replace('+', ' ')) == value || (Unpercent(encoded, plusIsSpace: false) ?? encoded) == value;

    private static IEnumerable<string> WholeEncodings(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c == '.') ? [] : Encodings(value, IsReserved);

    private static IEnumerable<string> PartEncodings(string value)
    {
        char[] kinds = [.. value.Where(IsReserved).Select(Kind).Distinct()];
        foreach (var subset in kinds.Length > MaxKinds ? [[.. kinds.Where(kind => kind < '\u0080')]] : Subsets(kinds))
        {
            foreach (var encoded in Encodings(value, c => IsReserved(c) && subset.Contains(Kind(c))))
            {
                yield return encoded;
            }
        }

        // A letter or digit that somebody wrote as an escape on purpose.
        for (var place = 0; place < Math.Min(value.Length, 64); place++)
        {
            if (!IsReserved(value[place]))
            {
                yield return string.Concat(value.AsSpan(0, place), $"%{(int)value[place]:X2}", value.AsSpan(place + 1));
            }
        }
    }

    private static IEnumerable<string> Encodings(string value, Func<char, bool> isEncoded)
    {
        var upper = Percent(value, isEncoded, upper: true);
        return [upper, Percent(value, isEncoded, upper: false), upper.Replace("%20", "+", StringComparison.Ordinal)];
    }

    // All bytes beyond ASCII are escaped together or not at all.
    private static char Kind(char c) => c > '\u007f' ? '\u0080' : c;

    private static IEnumerable<FieldSuspicion> DecodeAgain(FieldMessage message, FieldProtocol protocol) =>
        AllThenEach(Causes.NotDecoded, message, value => Unpercent(value, plusIsSpace: true), "percent-decoded once more")
            .Concat(AllThenEach(Causes.NotDecoded, message, value => Unpercent(value, plusIsSpace: false), "percent-decoded once more"));

    private static IEnumerable<FieldSuspicion> UnescapeHtml(FieldMessage message, FieldProtocol protocol)
    {
        var charset = protocol.CharsetOf(message);
        string? Unescape(string value) => Entities(value, charset);
        string? Twice(string value) => Unescape(value) is { } once ? Unescape(once) : null;
        return AllThenEach(Causes.HtmlEscaped, message, Unescape, "without HTML's escapes")
            .Concat(AllThenEach(Causes.HtmlEscaped, message, value => value.Replace("&quot;", "\"", StringComparison.Ordinal), "without HTML's escapes"))
            .Concat(AllThenEach(Causes.HtmlEscaped, message, Twice, "without HTML's escapes"));
    }

    private static IEnumerable<FieldSuspicion> RemoveBackslashes(FieldMessage message, FieldProtocol protocol) =>
        AllThenEach(Causes.BackslashEscaped, message, Unslash, "without the added backslashes");

    /// <summary>
    /// The value before a filter escaped it; null when no filter can have made it. A filter escapes every character of its kinds: a
    /// single backslash among quotation marks that have none was put there by somebody else.
    /// </summary>
    private static string? Unslash(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        foreach (var kinds in (string[])["\"'\\", "\"\\", "'\\", "\"'", "\"", "'", "\\"])
        {
            var undone = new StringBuilder(value.Length);
            for (var i = 0; i < value.Length; i++)
            {
                i += value[i] == '\\' && i + 1 < value.Length && kinds.Contains(value[i + 1], StringComparison.Ordinal) ? 1 : 0;
                undone.Append(value[i]);
            }

            if (undone.Length < value.Length && Slash(undone.ToString(), kinds) == value)
            {
                return undone.ToString();
            }
        }

        return null;
    }

    private static string Slash(string value, string kinds)
    {
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            escaped.Append(kinds.Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Bytes whose HTML entities are characters of <paramref name="charset"/>; null when they cannot be.</summary>
    internal static string? Entities(string value, Encoding charset) =>
        !value.Contains('&', StringComparison.Ordinal) ? value
        : ByteText.Decode(value, charset) is { } text ? ByteText.Encode(WebUtility.HtmlDecode(text), charset)
        : null;

    /// <summary>One percent-decoding; null when there is nothing to decode or the escapes are broken.</summary>
    internal static string? Unpercent(string value, bool plusIsSpace)
    {
        if (!value.Contains('%', StringComparison.Ordinal))
        {
            return null;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '%')
            {
                text.Append(plusIsSpace && value[i] == '+' ? ' ' : value[i]);
            }
            else if (i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                text.Append((char)Convert.FromHexString(value.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return text.ToString();
    }

    private static string Percent(string value, Func<char, bool> isEncoded, bool upper)
    {
        var text = new StringBuilder(value.Length * 2);
        foreach (var c in value)
        {
            text.Append(!isEncoded(c) ? c.ToString() : upper ? $"%{(int)c:X2}" : $"%{(int)c:x2}");
        }

        return text.ToString();
    }

    private static bool IsReserved(char c) => !char.IsAsciiLetterOrDigit(c);

    /// <summary>Single items first, then all, then the rest of the combinations, unless there are too many.</summary>
    private static IEnumerable<ImmutableArray<T>> Subsets<T>(IReadOnlyList<T> items)
    {
        if (items.Count == 0)
        {
            return [];
        }

        var simple = items.Select(item => ImmutableArray.Create(item)).Prepend([.. items]);
        return items.Count > MaxSubset
            ? simple
            : simple.Concat(Enumerable.Range(1, (1 << items.Count) - 1)
                .Where(bits => int.PopCount(bits) > 1)
                .Select(bits => items.Where((_, index) => (bits & (1 << index)) != 0).ToImmutableArray()));
    }
}

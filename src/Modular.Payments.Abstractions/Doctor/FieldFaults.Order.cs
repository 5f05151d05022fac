using System.Globalization;
using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

// Order and charset.
internal static partial class FieldFaults
{
    private static readonly IComparer<string>[] Languages =
    [
        StringComparer.OrdinalIgnoreCase,
        StringComparer.InvariantCulture,
        StringComparer.InvariantCultureIgnoreCase,
        StringComparer.Create(CultureInfo.GetCultureInfo("zh-CN"), CompareOptions.None),
        StringComparer.Create(CultureInfo.GetCultureInfo("en-US"), CompareOptions.IgnoreSymbols),
        StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.StringSort),
        StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering),
        // What the rules of languages come to where this runtime has none of its own.
        Comparer<string>.Create((one, other) => CompareWords(one, other, ignoreSymbols: false)),
        Comparer<string>.Create((one, other) => CompareWords(one, other, ignoreSymbols: true)),
    ];

    private static IEnumerable<FieldSuspicion> SortByLanguage(FieldMessage message, FieldProtocol protocol) =>
        from rule in protocol.Rules
        from order in Languages
        select new FieldSuspicion(Causes.CultureSort, message, "the names are sorted by the rules of a language", rule with { Order = order });

    private static IEnumerable<FieldSuspicion> LeaveUnsorted(FieldMessage message, FieldProtocol protocol) =>
        protocol.Rules.Select(rule => new FieldSuspicion(Causes.NotSorted, message, "the names are left in the order in which they stand", rule with { Order = null }));

    // Symbols before digits before letters; the case counts only where all else is equal, and small letters come first.
    private static int CompareWords(string one, string other, bool ignoreSymbols)
    {
        string Primary(string word) => string.Concat(word
            .Where(c => !ignoreSymbols || char.IsAsciiLetterOrDigit(c))
            .Select(c => char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) : char.IsAsciiDigit(c) ? c : (char)(c % 0x20)));
        var order = string.CompareOrdinal(Primary(one), Primary(other));
        return order != 0 ? order : -string.CompareOrdinal(one, other);
    }

    // The cause names the charset that is not the declared one, whichever of bytes and signature is in it.
    private static IEnumerable<FieldSuspicion> Recode(FieldMessage message, FieldProtocol protocol, string cause)
    {
        var declared = protocol.CharsetOf(message);
        var isUtf8 = declared.CodePage == Encoding.UTF8.CodePage;
        if (isUtf8 != (cause == Causes.CharsetGbk))
        {
            yield break;
        }

        foreach (var other in isUtf8 ? [ByteText.StrictGbk, ByteText.StrictGb18030] : (Encoding[])[ByteText.StrictUtf8])
        {
            var name = isUtf8 ? "GBK" : "UTF-8";
            if (Converted(message, from: declared, to: other) is { } signed)
            {
                yield return new FieldSuspicion(cause, signed, $"the text is signed in {name}");
            }

            if (Converted(message, from: other, to: declared) is { } sent)
            {
                yield return new FieldSuspicion(cause, sent, $"the bytes are read as {name}");
            }
        }
    }

    private static IEnumerable<FieldSuspicion> Ungarble(FieldMessage message, FieldProtocol protocol) =>
        Converted(message, from: ByteText.StrictUtf8, to: Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)) is { } whole
            ? [new FieldSuspicion(Causes.CharsetLatin1, whole, "the text is turned back to the bytes from which ISO 8859-1 made it")]
            : [];

    private static FieldMessage? Converted(FieldMessage message, Encoding from, Encoding to) =>
        message.Map(value => ByteText.Decode(value, from) is { } text ? ByteText.Encode(text, to) : null);
}

using System.Globalization;
using System.Text;

namespace Modular.Payments.Abstractions;

/// <summary>
/// Makes what somebody else wrote fit for a sentence that is logged and shown: what a gateway says of an error, a name in a message that is not
/// believed. Such text may hold anything, also lines that look like ours, and whatever we sent before.
/// </summary>
public static class ForeignText
{
    // No gateway's error is longer, and the bound holds whatever comes.
    private const int MaxRead = 4096;

    // Signatures, keys and openids are as long or longer; of words, numbers and codes hardly any.
    private const int SecretLength = 24;
    private const int ShownOfSecret = 4;

    /// <summary>One line of at most <paramref name="length"/> characters: no control characters, no invisible ones that turn text around, an ellipsis where it is cut.</summary>
    public static string OneLine(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length > length)
            {
                break;
            }

            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                line.Append(rune.ToString());
            }
        }

        return Shorten(line.ToString(), length);
    }

    /// <summary>
    /// As <see cref="OneLine"/>, for a gateway's words about a request of ours, which may repeat it: of every long run of letters and digits that looks
    /// like a signature, a key or a payer's id, only the beginning is kept.
    /// </summary>
    public static string Quote(string text, int length)
    {
        var line = OneLine(text, MaxRead);
        var quoted = new StringBuilder(line.Length);
        for (var at = 0; at < line.Length;)
        {
            var end = at;
            while (end < line.Length && IsOfSecret(line[end]))
            {
                end++;
            }

            if (end == at)
            {
                quoted.Append(line[at++]);
                continue;
            }

            var run = line.AsSpan(at, end - at);
            quoted.Append(LooksSecret(run) ? run[..ShownOfSecret] : run).Append(LooksSecret(run) ? "…" : "");
            at = end;
        }

        return Shorten(quoted.ToString(), length);
    }

    // Base64, hexadecimal and the letters of ids, percent-encoded or not.
    private static bool IsOfSecret(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '%' or '-' or '_';

    // Codes such as ILLEGAL_PARTNER_EXTERFACE are made of one kind of character, what is random is not.
    private static bool LooksSecret(ReadOnlySpan<char> run) =>
        run.Length >= SecretLength
        && (run.ContainsAnyInRange('0', '9') ? 1 : 0) + (run.ContainsAnyInRange('a', 'z') ? 1 : 0) + (run.ContainsAnyInRange('A', 'Z') ? 1 : 0) >= 2;

    private static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");
}

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Modular.Kernel;

/// <summary>Makes text that somebody else wrote fit a column.</summary>
public static class StoredText
{
    /// <summary>
    /// The text without U+0000 and with nothing that is no character, which PostgreSQL does not take, cut to <paramref name="length"/> UTF-16
    /// units between characters.
    /// </summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Cut(string? text, int length)
    {
        if (text is null)
        {
            return null;
        }

        var kept = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > length)
            {
                break;
            }

            if (rune.Value != 0)
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }
}

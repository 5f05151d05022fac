using System.Globalization;
using System.Text;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Makes foreign text fit for a sentence and a log.</summary>
internal static class PlainText
{
    /// <summary>One line of at most <paramref name="length"/> characters: no control characters, no invisible ones that turn text around.</summary>
    public static string OneLine(string text, int length)
    {
        var line = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                continue;
            }

            if (line.Length + rune.Utf16SequenceLength > length - 1)
            {
                return line.Append('…').ToString();
            }

            line.Append(rune.ToString());
        }

        return line.ToString();
    }
}

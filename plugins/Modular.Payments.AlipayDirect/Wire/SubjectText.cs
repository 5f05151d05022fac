using System.Buffers;
using System.Globalization;
using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Makes a subject that Alipay takes: at most 256 bytes in the request's charset, and nothing that this charset does not have.</summary>
internal static class SubjectText
{
    private const int MaxBytes = 256;

    /// <summary>
    /// The subject without control and private characters and with single spaces for white space. Quotes, angle brackets and ampersands
    /// stay; the host escapes them. Equals signs behind an ampersand become spaces: the subject comes back inside the signed text, where
    /// the two together would look like another parameter, and such a message is refused. What is left empty becomes
    /// <paramref name="fallback"/>.
    /// </summary>
    public static string Clean(string subject, Charset charset, string fallback)
    {
        var cleaned = new StringBuilder(subject.Length);
        var bytes = 0;
        var pendingSpace = false;
        var behindAmpersand = false;
        var rest = subject.AsSpan();
        while (!rest.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            rest = rest[consumed..];
            if (!valid)
            {
                continue;
            }

            if (Rune.IsWhiteSpace(rune) || (rune.Value == '=' && behindAmpersand))
            {
                pendingSpace = cleaned.Length > 0;
                continue;
            }

            var length = charset.LengthOf(rune);
            if (length == 0 || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse)
            {
                continue;
            }

            bytes += length + (pendingSpace ? 1 : 0);
            if (bytes > MaxBytes)
            {
                break;
            }

            behindAmpersand |= rune.Value == '&';
            cleaned.Append(pendingSpace ? " " : "").Append(rune.ToString());
            pendingSpace = false;
        }

        return cleaned.Length > 0 ? cleaned.ToString() : fallback;
    }
}

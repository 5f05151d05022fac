using System.Buffers;
using System.Text;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Makes a subject, or a refund's reason, that Alipay takes: no <c>/</c>, <c>=</c>, <c>&amp;</c>, no control characters, at most 256 characters.
/// The limit is applied to UTF-8 bytes, because older parts of Alipay count bytes and a shorter subject is never refused.
/// </summary>
internal static class SubjectText
{
    private const int MaxBytes = 256;

    public static string Clean(string subject, string fallback)
    {
        var cleaned = new StringBuilder(subject.Length);
        var bytes = 0;
        var pendingSpace = false;
        var rest = subject.AsSpan();
        while (!rest.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            rest = rest[consumed..];
            if (!valid)
            {
                continue;
            }

            if (Rune.IsWhiteSpace(rune) || rune.Value is '/' or '=' or '&')
            {
                pendingSpace = cleaned.Length > 0;
                continue;
            }

            if (Rune.IsControl(rune))
            {
                continue;
            }

            bytes += rune.Utf8SequenceLength + (pendingSpace ? 1 : 0);
            if (bytes > MaxBytes)
            {
                break;
            }

            cleaned.Append(pendingSpace ? " " : "").Append(rune.ToString());
            pendingSpace = false;
        }

        return cleaned.Length > 0 ? cleaned.ToString() : fallback;
    }
}

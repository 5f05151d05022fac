using System.Buffers;
using System.Text;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Makes a description that WeChat Pay takes: no control characters, single spaces, at most 127. The documentation does not
/// say whether it counts characters or bytes; UTF-8 bytes are counted here, because a shorter description is never refused.
/// </summary>
internal static class DescriptionText
{
    private const int MaxBytes = 127;

    public static string Clean(string subject, string fallback)
    {
        var cleaned = new StringBuilder(MaxBytes);
        var bytes = 0;
        var pendingSpace = false;
        var rest = subject.AsSpan();
        while (!rest.IsEmpty)
        {
            // Half a surrogate pair is left out; JSON could not carry it.
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            rest = rest[consumed..];
            if (!valid || (Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune)))
            {
                continue;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                pendingSpace = cleaned.Length > 0;
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

using System.Buffers;
using System.Text;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Makes the <c>body</c> that the shopper reads: one line without control characters, at most 127 bytes of UTF-8. WeChat Pay's
/// documents say 128 or 127 and do not say of what; the smaller number of the larger unit is refused by neither.
/// </summary>
internal static class BodyText
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
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            rest = rest[consumed..];
            if (valid && Rune.IsWhiteSpace(rune))
            {
                pendingSpace = cleaned.Length > 0;
                continue;
            }

            if (!valid || Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF)
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

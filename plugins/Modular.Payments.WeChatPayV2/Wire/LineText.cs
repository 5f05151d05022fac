using System.Buffers;
using System.Text;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Makes what the shopper reads: one line without control characters, bounded in bytes of UTF-8. WeChat Pay's documents do not say
/// of what their numbers are; the number of the larger unit is never refused.
/// </summary>
internal static class LineText
{
    // The documents of body say 128 or 127.
    private const int MaxBody = 127;
    private const int MaxReason = 80;

    /// <summary>The <c>body</c> of an order.</summary>
    public static string Body(string subject, string fallback) => Clean(subject, MaxBody) is { Length: > 0 } text ? text : fallback;

    /// <summary>The <c>refund_desc</c>; empty when nothing of the reason can be shown.</summary>
    public static string Reason(string reason) => Clean(reason, MaxReason);

    private static string Clean(string text, int maxBytes)
    {
        var cleaned = new StringBuilder(maxBytes);
        var bytes = 0;
        var pendingSpace = false;
        var rest = text.AsSpan();
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
            if (bytes > maxBytes)
            {
                break;
            }

            cleaned.Append(pendingSpace ? " " : "").Append(rune.ToString());
            pendingSpace = false;
        }

        return cleaned.ToString();
    }
}

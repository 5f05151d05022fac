using System.Buffers;
using System.Text;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Makes a text that WeChat Pay takes: no control characters, single spaces, bounded. The documentation does not say whether it
/// counts characters or bytes; UTF-8 bytes are counted here, because a shorter text is never refused.
/// </summary>
internal static class DescriptionText
{
    private const int MaxDescription = 127;
    private const int MaxReason = 80;

    /// <summary>What the shopper sees that they pay for.</summary>
    public static string Description(string subject, string fallback) => Clean(subject, MaxDescription) is { Length: > 0 } text ? text : fallback;

    /// <summary>Why money is given back; empty when nothing of it can be shown.</summary>
    public static string Reason(string reason) => Clean(reason, MaxReason);

    private static string Clean(string subject, int maxBytes)
    {
        var cleaned = new StringBuilder(maxBytes);
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

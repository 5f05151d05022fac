using System.Buffers;
using System.Globalization;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The request for a refund, the same for both services. All of it depends on the frozen terms alone, so that whoever sends it twice sends the
/// same batch, which Alipay takes once.
/// </summary>
internal static class RefundFields
{
    /// <summary>The page on which an operator enters the payment password.</summary>
    public const string WithPassword = "refund_fastpay_by_platform_pwd";

    /// <summary>The call of a server, for contracts that have it.</summary>
    public const string Direct = "refund_fastpay_by_platform_nopwd";

    private const int MaxNotifyUrl = 200;

    private const int NumberLength = 26;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789ABCDEFGHJKMNPQRSTVWXYZ");

    // "Less than 256 bytes".
    private const int MaxReasonBytes = 255;

    /// <summary>What Alipay would not take, found without asking; null when the terms are fit to be sent.</summary>
    public static RefundAnswer.Rejected? Refusal(RefundRequest request)
    {
        if (request.Amount.Currency != "CNY")
        {
            return new("CURRENCY", $"Alipay refunds CNY only, not {request.Amount.Currency}.", MayRetry: false);
        }

        if (request.Amount.Minor < 1 || request.Amount.Minor > request.PaymentAmount.Minor)
        {
            return new("AMOUNT", $"A refund is at least 0.01 yuan and no more than the payment, not {request.Amount.ToDecimalString()} of {request.PaymentAmount.ToDecimalString()}.", MayRetry: false);
        }

        // The gateway knows a payment that is to be refunded by its own number only, and the number is a part of a text with separators.
        if (request.Payment.ProviderTradeNo is not { Length: >= 1 and <= 64 } tradeNo || !tradeNo.All(char.IsAsciiLetterOrDigit))
        {
            return new("TRADE_NO", "Alipay's number of the payment (trade_no), by which alone this gateway refunds, is not known: refund it in Alipay's merchant centre.", MayRetry: false);
        }

        if (BatchNo.Write(request.RefundNo, request.CreatedAt) is null)
        {
            return new("REFUND_NO", "The refund's number cannot be written as a batch number of Alipay's: it must be 26 characters as this shop makes them.", MayRetry: false);
        }

        return request.NotifyUrl is { IsAbsoluteUri: true, Query: "", Fragment: "" } && request.NotifyUrl.AbsoluteUri.Length <= MaxNotifyUrl
            ? null
            : new("NOTIFY_URL", $"Alipay takes a notify address of at most {MaxNotifyUrl} characters without a query: shorten the shop's public address and send the refund again.", MayRetry: true);
    }

    /// <summary>The fields but for those that every request has; only of terms without a <see cref="Refusal"/>. <c>refund_date</c> is +08:00.</summary>
    public static IEnumerable<(string Name, string? Value)> Of(RefundRequest request, AlipayDirectSettings settings) =>
    [
        ("notify_url", request.NotifyUrl.AbsoluteUri),
        ("seller_user_id", settings.SellerId),
        ("refund_date", BeijingTime.Write(request.CreatedAt)),
        ("batch_no", BatchNo.Write(request.RefundNo, request.CreatedAt)),
        ("batch_num", "1"),
        ("detail_data", string.Create(CultureInfo.InvariantCulture, $"{request.Payment.ProviderTradeNo}^{request.Amount.ToDecimalString()}^{Reason(request.Reason, request.RefundNo, settings.Charset)}")),
    ];

    /// <summary>
    /// The reason without separators, control characters and what the charset does not have, then the refund's number in brackets: the
    /// account's log, by which a day is compared, repeats the reason and no other number of a refund.
    /// </summary>
    public static string Reason(string reason, string refundNo, Charset charset)
    {
        var tail = $"[{refundNo}]";
        var left = MaxReasonBytes - tail.Length - 1;
        var cleaned = new StringBuilder(reason.Length + tail.Length);
        var pendingSpace = false;
        var rest = reason.AsSpan();
        while (!rest.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            rest = rest[consumed..];
            if (!valid)
            {
                continue;
            }

            // An equals sign behind an ampersand would make the signed text readable in two ways, as in a subject.
            if (Rune.IsWhiteSpace(rune) || rune.Value is '^' or '|' or '$' or '#' or '&' or '=' or '[' or ']')
            {
                pendingSpace = cleaned.Length > 0;
                continue;
            }

            var length = charset.LengthOf(rune);
            if (length == 0 || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.Format)
            {
                continue;
            }

            left -= length + (pendingSpace ? 1 : 0);
            if (left < 0)
            {
                break;
            }

            cleaned.Append(pendingSpace ? " " : "").Append(rune.ToString());
            pendingSpace = false;
        }

        return cleaned.Append(cleaned.Length > 0 ? " " : "").Append(tail).ToString();
    }

    /// <summary>Which of our refunds a reason names, or null.</summary>
    public static string? RefundNoIn(string? reason)
    {
        var at = reason?.LastIndexOf('[') ?? -1;
        var rest = at < 0 ? [] : reason.AsSpan(at + 1);
        return rest.Length > NumberLength && rest[NumberLength] == ']' && !rest[..NumberLength].ContainsAnyExcept(NumberCharacters)
            ? rest[..NumberLength].ToString()
            : null;
    }
}

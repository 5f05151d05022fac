using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>A refund as WeChat Pay describes it, in answers and in notifications.</summary>
internal static class Refund
{
    /// <summary>The path under which refunds are asked for, and asked about with the number behind it.</summary>
    public const string Path = "/v3/refund/domestic/refunds";

    // The limits that the documentation of the refund names.
    public static readonly RefundLimits Limits = new(MaxPerPayment: 50, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));

    private const string EventPrefix = "REFUND.";

    /// <summary>
    /// The content of <c>REFUND.SUCCESS</c>, <c>REFUND.ABNORMAL</c> or <c>REFUND.CLOSED</c>. Its <c>refund_status</c> must be the
    /// event's own word, and a content without the merchant is a service provider's, which is another product.
    /// </summary>
    public static Verification OfNotification(JsonElement content, string eventType)
    {
        var status = content.Text("refund_status"u8);
        var report = Report(content, status);
        return content.Member("trade_state"u8) is not null ? Notification.NotForHere("The notification's event is a refund, and its content is a payment.")
            : report is null ? Notification.NotForHere("The notification names no out_refund_no or no refund_status that is known, so it is about none of our refunds.")
            : status != eventType[EventPrefix.Length..] ? Notification.NotForHere($"The notification's event is {eventType}, and its content says {ForeignText.OneLine(status!, 32)}.")
            : report.Account.Merchant is null ? Notification.NotForHere("The notification names no mchid, so it is about none of our refunds.")
            : report.PaymentNo is null ? Notification.NotForHere("The notification names no out_trade_no, so it is about none of our payments.")
            : new Verification.VerifiedRefund([report]);
    }

    /// <summary>The description in an answer, whose state has another name than in a notification; null when it names no number or no state that is known.</summary>
    public static RefundReport? OfAnswer(JsonElement refund) => Report(refund, refund.Text("status"u8));

    private static RefundReport? Report(JsonElement refund, string? word) =>
        refund.Text("out_refund_no"u8) is { } number && StateOf(word) is { } state
            ? new RefundReport
            {
                RefundNo = number,
                PaymentNo = refund.Text("out_trade_no"u8),
                State = state,
                Account = new ProviderAccount(refund.Text("mchid"u8), null),
                Amount = AmountOf(refund.Member("amount"u8)),
                ProviderRefundNo = refund.Text("refund_id"u8),
                RefundedAt = BeijingTime.Read(refund.Member("success_time"u8)),
                ProviderState = word,
            }
            : null;

    private static RefundState? StateOf(string? status) => status switch
    {
        "PROCESSING" => RefundState.Processing,
        "SUCCESS" => RefundState.Succeeded,
        "CLOSED" => RefundState.Failed,
        "ABNORMAL" => RefundState.Abnormal,
        _ => null,
    };

    /// <summary>
    /// What is given back in fen (<c>refund</c>; <c>payer_refund</c> is without coupons). The domestic refund knows CNY alone and its
    /// notifications leave the currency out; one that is named is taken at its word.
    /// </summary>
    private static Money? AmountOf(JsonElement? amount)
    {
        if (amount?.Member("refund"u8) is not { ValueKind: JsonValueKind.Number } refund || !refund.TryGetInt64(out var fen) || fen is < 0 or > Money.MaxMinor)
        {
            return null;
        }

        return amount.Value.Member("currency"u8) is null ? Money.Cny(fen)
            : amount.Value.Text("currency"u8) is { } currency ? new Money(fen, currency)
            : null;
    }
}

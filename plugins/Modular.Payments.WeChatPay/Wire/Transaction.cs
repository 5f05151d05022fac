using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>A payment as WeChat Pay describes it, in a query's answer and in a notification alike.</summary>
internal static class Transaction
{
    /// <summary>
    /// The content of <c>TRANSACTION.SUCCESS</c>. A state other than paid disagrees with the event, and a content without
    /// the account is a service provider's, which is another product.
    /// </summary>
    public static Verification OfNotification(JsonElement content)
    {
        var report = Report(content);
        return content.Member("refund_status"u8) is not null || content.Member("out_refund_no"u8) is not null
                ? Notification.NotForHere("The notification's event is a payment, and its content is a refund.")
            : report is null ? Notification.NotForHere("The notification names no out_trade_no or no trade_state, so it is about none of our payments.")
            : report.State != ReportedState.Paid ? Notification.NotForHere($"The notification's event is a payment, and its content says {ForeignText.OneLine(report.ProviderState!, 32)}.")
            : report.Account is { Merchant: null } or { App: null } ? Notification.NotForHere("The notification names no mchid or no appid, so it is about none of our payments.")
            : new Verification.Verified(report);
    }

    /// <summary>
    /// What a description says; null when it names no number or no state. Whether a word for the state is known at all is for
    /// the caller to ask (<see cref="IsKnown"/>): WeChat Pay adds new ones, and they must break nothing.
    /// </summary>
    public static PaymentReport? Report(JsonElement transaction) =>
        transaction.Text("out_trade_no"u8) is { } number && transaction.Text("trade_state"u8) is { } word
            ? new PaymentReport
            {
                PaymentNo = number,
                State = StateOf(word) ?? ReportedState.Pending,
                Account = new ProviderAccount(transaction.Text("mchid"u8), transaction.Text("appid"u8)),
                Amount = AmountOf(transaction.Member("amount"u8)),
                ProviderTradeNo = transaction.Text("transaction_id"u8),
                PaidAt = BeijingTime.Read(transaction.Member("success_time"u8)),
                ProviderState = word,
            }
            : null;

    /// <summary>Whether the state of a report is one that we know the meaning of.</summary>
    public static bool IsKnown(PaymentReport report) => StateOf(report.ProviderState) is not null;

    /// <summary>
    /// <c>REFUND</c> also stands for a part given back, and the payment stays paid; that all of it was given back is learned
    /// from the refunds themselves. An attempt that failed (<c>PAYERROR</c>) may be followed by one that does not.
    /// </summary>
    private static ReportedState? StateOf(string? tradeState) => tradeState switch
    {
        "SUCCESS" or "REFUND" => ReportedState.Paid,
        "NOTPAY" or "USERPAYING" or "PAYERROR" or "ACCEPT" => ReportedState.Pending,
        "CLOSED" or "REVOKED" => ReportedState.Closed,
        _ => null,
    };

    /// <summary>
    /// The whole payment in fen (<c>total</c>; <c>payer_total</c> is without coupons). Null when either part is missing or is no whole
    /// number in range, which makes the host hold a paid payment.
    /// </summary>
    private static Money? AmountOf(JsonElement? amount) =>
        amount?.Member("total"u8) is { ValueKind: JsonValueKind.Number } total && total.TryGetInt64(out var fen) && fen is >= 0 and <= Money.MaxMinor
        && amount?.Text("currency"u8) is { } currency
            ? new Money(fen, currency)
            : null;
}

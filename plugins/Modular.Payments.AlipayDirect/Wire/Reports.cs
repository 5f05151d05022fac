using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Turns Alipay's words into reports.</summary>
internal static class Reports
{
    /// <summary>
    /// A notification: <c>trade_status_sync</c> about our number, or <c>batch_refund_notify</c> (<see cref="RefundNotification"/>). A status that is not known becomes
    /// <see cref="ReportedState.Pending"/> with the word kept, so that it is journalled and changes nothing; refusing it would make
    /// Alipay repeat a message that we can never use. A partial refund repeats <c>TRADE_SUCCESS</c> and stays paid; a full one says
    /// <c>TRADE_CLOSED</c>, as an expired payment does, and <see cref="ReportedState.Closed"/> covers both.
    /// </summary>
    public static Verification OfNotification(ref VerifiedFields fields)
    {
        if (fields.Has("is_success"u8) || fields.Has("exterface"u8))
        {
            return NotForHere("The message is a return of the browser, not a notification.");
        }

        if (fields.Is("notify_type"u8, "batch_refund_notify"u8))
        {
            return RefundNotification.Read(ref fields);
        }

        if (!fields.Is("notify_type"u8, "trade_status_sync"u8))
        {
            return NotForHere("The notification is neither of the type trade_status_sync nor of batch_refund_notify.");
        }

        var status = fields.Text("trade_status"u8);
        return status is null && fields.Unreadable is null
            ? NotForHere("The notification has no trade_status.")
            : Report(ref fields, StateOf(status) ?? ReportedState.Pending, status);
    }

    /// <summary>The request of the returning browser. It may say paid, and still reports nothing but pending: the browser could have kept it.</summary>
    public static Verification OfReturn(ref VerifiedFields fields) =>
        fields.Is("is_success"u8, "T"u8)
            ? Report(ref fields, ReportedState.Pending, null)
            : NotForHere("The request is no return of a payment: it does not say is_success=T.");

    /// <summary>What <c>trade_status</c> means; null for a word that is not known, among them <c>TRADE_PENDING</c>, which is neither paid nor unpaid.</summary>
    public static ReportedState? StateOf(string? tradeStatus) => tradeStatus switch
    {
        "WAIT_BUYER_PAY" => ReportedState.Pending,
        "TRADE_SUCCESS" or "TRADE_FINISHED" => ReportedState.Paid,
        "TRADE_CLOSED" => ReportedState.Closed,
        _ => null,
    };

    /// <summary>An amount in yuan, the gateway's only currency; null when it cannot be read, which makes the host hold a paid payment.</summary>
    public static Money? Amount(string? text) => Money.TryParseDecimal(text, "CNY", out var money) ? money : null;

    // The partner is not in the message; the seller must be, because Alipay signs RSA messages for all merchants with one key.
    private static Verification Report(ref VerifiedFields fields, ReportedState state, string? status)
    {
        var paymentNo = fields.Text("out_trade_no"u8);
        var seller = fields.Text("seller_id"u8);
        var report = new PaymentReport
        {
            PaymentNo = paymentNo ?? "",
            State = state,
            Account = new ProviderAccount(seller, null),
            Amount = Amount(fields.Text("total_fee"u8)),
            ProviderTradeNo = fields.Text("trade_no"u8),
            PaidAt = state == ReportedState.Paid ? BeijingTime.Read(fields.Text("gmt_payment"u8)) : null,
            ProviderState = status,
        };
        return fields.Unreadable is { } unreadable ? Malformed($"The value of {unreadable} cannot be read in the message's charset, is too long or holds U+0000.")
            : paymentNo is null ? NotForHere("The message names no out_trade_no, so it is about none of our payments.")
            : seller is null ? NotForHere("The message names no seller_id, so it cannot be told whose money it is.")
            : new Verification.Verified(report);
    }

    public static Verification.Refused NotForHere(string detail) => new(RefusalReason.NotForHere, detail);

    public static Verification.Refused Malformed(string detail) => new(RefusalReason.Malformed, detail);
}

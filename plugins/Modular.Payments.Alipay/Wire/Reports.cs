using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>Turns Alipay's words into reports.</summary>
internal static class Reports
{
    /// <summary>
    /// A notification. Only <c>trade_status_sync</c> with our number belongs here. A status that is not known becomes
    /// <see cref="ReportedState.Pending"/> with the word kept, so that it is journalled and changes nothing; refusing it would
    /// make Alipay repeat a message that we can never use. A partial refund repeats <c>TRADE_SUCCESS</c> and stays paid; a
    /// full one says <c>TRADE_CLOSED</c>, as an expired payment does, and <see cref="ReportedState.Closed"/> covers both. What a refund
    /// adds is <c>out_biz_no</c>, its number, with <c>refund_fee</c>, the sum of all refunds so far, so what this one gave back is not said.
    /// </summary>
    public static Verification OfNotification(VerifiedFields fields)
    {
        if (!fields.Is("notify_type"u8, "trade_status_sync"u8))
        {
            return NotForHere("The notification is not of the type trade_status_sync.");
        }

        var status = fields.Text("trade_status"u8);
        return status is null && fields.Unreadable is null
            ? NotForHere("The notification has no trade_status.")
            : WithRefund(ref fields, Report(ref fields, StateOf(status) ?? ReportedState.Pending, status), status);
    }

    /// <summary>The request of the returning browser. It names no status, so it reports nothing but pending.</summary>
    public static Verification OfReturn(VerifiedFields fields)
    {
        // A notification is signed alike; pasted into the address it must not pass for a return.
        return fields.Has("notify_type"u8) || fields.Has("trade_status"u8)
            ? NotForHere("The request is a notification, not a return.")
            : Report(ref fields, ReportedState.Pending, null);
    }

    /// <summary>What <c>trade_status</c> means; null for a word that is not known.</summary>
    public static ReportedState? StateOf(string? tradeStatus) => tradeStatus switch
    {
        "WAIT_BUYER_PAY" => ReportedState.Pending,
        "TRADE_SUCCESS" or "TRADE_FINISHED" => ReportedState.Paid,
        "TRADE_CLOSED" => ReportedState.Closed,
        _ => null,
    };

    /// <summary>An amount with its currency; null when it cannot be read, which makes the host hold a paid payment.</summary>
    public static Money? Amount(string? text, string? currency) =>
        Money.TryParseDecimal(text, currency ?? "CNY", out var money) ? money : null;

    private static Verification Report(ref VerifiedFields fields, ReportedState state, string? status)
    {
        var paymentNo = fields.Text("out_trade_no"u8);
        if (paymentNo is null && fields.Unreadable is null)
        {
            return NotForHere("The message names no out_trade_no, so it is about none of our payments.");
        }

        var report = new PaymentReport
        {
            PaymentNo = paymentNo ?? "",
            State = state,
            Account = new ProviderAccount(fields.Text("seller_id"u8), fields.Text("app_id"u8)),
            Amount = Amount(fields.Text("total_amount"u8), fields.Text("trans_currency"u8)),
            ProviderTradeNo = fields.Text("trade_no"u8),
            PaidAt = BeijingTime.Read(fields.Text("gmt_payment"u8)),
            ProviderState = status,
        };
        return fields.Unreadable is { } unreadable
            ? Unreadable(unreadable)
            : new Verification.Verified(report);
    }

    private static Verification WithRefund(ref VerifiedFields fields, Verification verification, string? status)
    {
        if (verification is not Verification.Verified { Report: { } payment }
            || status is not ("TRADE_SUCCESS" or "TRADE_CLOSED" or "TRADE_FINISHED")
            || !fields.Has("out_biz_no"u8) || !fields.Has("refund_fee"u8))
        {
            return verification;
        }

        var refundNo = fields.Text("out_biz_no"u8);
        var refundedAt = BeijingTime.Read(fields.Text("gmt_refund"u8));
        if (fields.Unreadable is { } unreadable)
        {
            return Unreadable(unreadable);
        }

        return refundNo is null ? verification : new Verification.VerifiedRefund(
            [
                new RefundReport
                {
                    RefundNo = refundNo,
                    PaymentNo = payment.PaymentNo,
                    State = refundedAt is null ? RefundState.Processing : RefundState.Succeeded,
                    Account = payment.Account,
                    RefundedAt = refundedAt,
                    ProviderState = status,
                },
            ],
            payment);
    }

    private static Verification.Refused Unreadable(string name) =>
        new(RefusalReason.Malformed, $"The value of {name} cannot be read in the message's charset, is too long or holds U+0000.");

    private static Verification.Refused NotForHere(string detail) => new(RefusalReason.NotForHere, detail);
}

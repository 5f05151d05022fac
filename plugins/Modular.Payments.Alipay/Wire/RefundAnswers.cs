using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Turns verified answers about refunds into ours. An answer about another payment or another refund is unknown. The answers
/// name neither the seller nor the application, so the report's account stays open, as for a payment.
/// </summary>
internal static class RefundAnswers
{
    private const string Console = "look at the payment in Alipay's merchant console";

    /// <summary>
    /// What each business refusal means, by the code without its prefix. A refusal that is not listed is unknown: the host
    /// gives a rejected refund's money back to what may be refunded, and a wrong guess would pay twice.
    /// </summary>
    private static readonly Dictionary<string, string> Refusals = new(StringComparer.Ordinal)
    {
        ["ACCESS_FORBIDDEN"] = "the application may not refund: sign the product in the open platform's console and send the refund again",
        ["ALLOC_AMOUNT_VALIDATE_ERROR"] = "the shares that were split off the payment do not cover the refund: give them back first",
        ["BUYER_ENABLE_STATUS_FORBID"] = "the shopper's account is frozen: agree with the shopper on another way",
        ["BUYER_ERROR"] = "the shopper's account takes no refund: agree with the shopper on another way",
        ["BUYER_NOT_EXIST"] = "the shopper's account does not exist any more: agree with the shopper on another way",
        ["CURRENCY_NOT_SUPPORT"] = "the payment's currency cannot be refunded here: " + Console,
        ["CUSTOMER_VALIDATE_ERROR"] = "the account that would pay the refund is not verified or is locked: mend it in Alipay's merchant console and send the refund again",
        ["DISCORDANT_REPEAT_REQUEST"] = "this number was used for a refund with another amount: " + Console + " and see which one was done",
        ["INVALID_PARAMETER"] = "it cannot read the request: " + Console,
        ["NOT_ALLOW_PARTIAL_REFUND"] = "the payment can be refunded as a whole only: refund all of it",
        ["REASON_TRADE_BEEN_FREEZEN"] = "the payment is frozen: settle the dispute in Alipay's merchant console and send the refund again",
        ["REASON_TRADE_REFUND_FEE_ERR"] = "the amount is more than is left of the payment: " + Console + ", somebody may have refunded there",
        ["REASON_TRADE_STATUS_INVALID"] = "the payment is in no state for a refund: " + Console,
        ["REFUND_ACCOUNT_NOT_EXIST"] = "the account that would pay the refund does not exist or takes part no more: mend it in Alipay's merchant console and send the refund again",
        ["REFUND_AMT_NOT_EQUAL_TOTAL"] = "the amount does not fit the payment: " + Console,
        ["REFUND_CHARGE_ERROR"] = "the fee of the payment cannot be given back: " + Console,
        ["REFUND_FEE_ERROR"] = "the amount of the refund is wrong: " + Console,
        ["SELLER_BALANCE_NOT_ENOUGH"] = "the merchant's account does not hold enough money: charge it and send the refund again",
        ["TRADE_HAS_CLOSE"] = "the payment is closed, because everything was given back or it was never paid: " + Console,
        ["TRADE_HAS_FINISHED"] = "the time for refunds of this payment is over: transfer the money to the shopper in another way",
        ["TRADE_NOT_ALLOW_REFUND"] = "the payment may not be refunded: " + Console,
        ["TRADE_NOT_EXIST"] = "it does not know the payment: check that the instance's AppId is the one that took it",
        ["TRADE_SETTLE_ERROR"] = "the shares of the payment cannot be settled back: " + Console,
        ["TRADE_STATUS_ERROR"] = "the payment is in no state for a refund: it was not paid, or is closed",
        ["USER_NOT_MATCH_ERR"] = "the payment belongs to another shopper than is named: " + Console,
    };

    /// <summary>What a person can mend, after which the same number may be sent again.</summary>
    private static readonly HashSet<string> Mendable = new(StringComparer.Ordinal)
    {
        "ACCESS_FORBIDDEN", "ALLOC_AMOUNT_VALIDATE_ERROR", "CUSTOMER_VALIDATE_ERROR", "REASON_TRADE_BEEN_FREEZEN", "REFUND_ACCOUNT_NOT_EXIST", "SELLER_BALANCE_NOT_ENOUGH",
    };

    /// <summary>
    /// The answer to <c>alipay.trade.refund</c>. Code 10000 alone does not say that money has moved: <c>fund_change</c> does, and it
    /// is <c>Y</c> only on the call that moved it. <c>refund_fee</c> is the sum of all refunds of the payment; <c>gmt_refund_pay</c> is +08:00.
    /// </summary>
    public static RefundAnswer OfRefund(GatewayAnswer answer, RefundRequest request)
    {
        if (Answers.Doubt(answer, request.Payment.PaymentNo, out var verified) is { } doubt)
        {
            return new RefundAnswer.Unknown(doubt);
        }

        if (!verified.IsSuccess)
        {
            return OfRefusal(verified);
        }

        if (verified.Text("fund_change") != "Y")
        {
            return new RefundAnswer.Known(Report(verified, request.Reference, RefundState.Processing, null));
        }

        // The number is bound to the amount (a repetition with another one is refused), so what moved is what was asked for.
        return Reports.Amount(verified.Text("refund_fee"), verified.Text("refund_currency")) is { } sum
            && (sum.Currency != request.Amount.Currency || sum.Minor < request.Amount.Minor || sum.Minor > request.PaymentAmount.Minor)
                ? new RefundAnswer.Unknown($"Alipay says that {sum} of the payment went back in all, which does not fit a refund of {request.Amount} of {request.PaymentAmount}.")
                : new RefundAnswer.Known(Report(verified, request.Reference, RefundState.Succeeded, request.Amount));
    }

    /// <summary>
    /// The answer to <c>alipay.trade.fastpay.refund.query</c>. A refund that Alipay does not know is a success with nothing in
    /// it. Done is what <c>REFUND_SUCCESS</c> says and nothing else; <c>refund_amount</c> is this refund's own.
    /// </summary>
    public static RefundAnswer OfQuery(GatewayAnswer answer, RefundReference refund)
    {
        if (answer is GatewayAnswer.Verified { IsSuccess: true } empty && empty.Fields.Keys.All(name => name is "code" or "msg"))
        {
            return new RefundAnswer.Known(Report(empty, refund, RefundState.NotFound, null));
        }

        if (Answers.Doubt(answer, refund.Payment.PaymentNo, out var verified) is { } doubt)
        {
            return new RefundAnswer.Unknown(doubt);
        }

        if (Answers.IsBusiness(verified, "TRADE_NOT_EXIST"))
        {
            return new RefundAnswer.Known(Report(verified, refund, RefundState.NotFound, null));
        }

        if (!verified.IsSuccess)
        {
            return new RefundAnswer.Unknown($"Alipay's answer says nothing about the refund: {verified.Complaint}.");
        }

        if (verified.Text("out_request_no") != refund.RefundNo)
        {
            return new RefundAnswer.Unknown("The answer is about another refund than was asked for.");
        }

        return verified.Text("refund_status") == "REFUND_SUCCESS"
            ? new RefundAnswer.Known(Report(verified, refund, RefundState.Succeeded, Reports.Amount(verified.Text("refund_amount"), verified.Text("refund_currency"))))
            : new RefundAnswer.Known(Report(verified, refund, RefundState.Processing, null));
    }

    private static RefundAnswer OfRefusal(GatewayAnswer.Verified verified)
    {
        var code = verified.SubCode.Length > 0 ? verified.SubCode : verified.Code;
        if (verified.Code != "40004")
        {
            // The request itself, its signature or the application's rights: nothing was looked at yet.
            return new RefundAnswer.Rejected(code, $"Alipay did not take the refund: {verified.Complaint}.", MayRetry: true);
        }

        var name = verified.SubCode.StartsWith("ACQ.", StringComparison.Ordinal) ? verified.SubCode[4..] : verified.SubCode;
        return Refusals.GetValueOrDefault(name) is { } meaning
            ? new RefundAnswer.Rejected(code, $"Alipay refused the refund ({code}): {meaning}.", Mendable.Contains(name))
            : new RefundAnswer.Unknown($"Alipay refused the refund with a code that is not known here: {verified.Complaint}.");
    }

    private static RefundReport Report(GatewayAnswer.Verified verified, RefundReference refund, RefundState state, Money? amount) => new()
    {
        RefundNo = refund.RefundNo,
        PaymentNo = refund.Payment.PaymentNo,
        State = state,
        Account = new ProviderAccount(null, null),
        Amount = amount,
        RefundedAt = state == RefundState.Succeeded ? BeijingTime.Read(verified.Text("gmt_refund_pay")) : null,
        ProviderState = verified.Text("refund_status") ?? (verified.Text("fund_change") is { } change ? $"fund_change {change}" : null),
    };
}

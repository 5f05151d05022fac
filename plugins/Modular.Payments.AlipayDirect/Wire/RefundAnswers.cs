using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Turns what the gateway says about refunds into ours.</summary>
/// <remarks>
/// The gateway signs no answer to a refund. That one was accepted moves nothing here: the notification alone finishes it. That one was refused
/// is taken on the word of the encrypted connection, because without it a refund that Alipay will never make would hold its sum for ever.
/// </remarks>
internal static class RefundAnswers
{
    private const string Trade = "response/trade";
    private const string Console = "look at the payment in Alipay's merchant centre";

    /// <summary>
    /// What each refusal means; the codes are those published for this service. A code that is not listed is unknown: the host gives a
    /// rejected refund's money back to what may be refunded, and a wrong guess would pay twice.
    /// </summary>
    private static readonly Dictionary<string, string> Refusals = new(StringComparer.Ordinal)
    {
        ["BATCH_NO_FORMAT_ERROR"] = "it cannot read the batch number, or the batch number's day is not today: " + Console + ", then end this refund on its page and, if nothing was refunded, ask for a new one",
        ["BATCH_NUM_ERROR"] = "it cannot read the number of refunds: report this as an error of the shop",
        ["BATCH_NUM_EXCEED_LIMIT"] = "the batch holds too many refunds: report this as an error of the shop",
        ["BATCH_NUM_NOT_EQUAL_TOTAL"] = "the batch holds another number of refunds than it says: report this as an error of the shop",
        ["DETAIL_DATA_FORMAT_ERROR"] = "it cannot read the refund: report this as an error of the shop",
        ["DUBL_TRADE_NO_IN_SAME_BATCH"] = "the payment stands twice in one batch: report this as an error of the shop",
        ["ILLEGAL_USER"] = "SellerId is no account of this contract: compare it with the merchant centre and send the refund again",
        ["NOT_THIS_PARTNERS_TRADE"] = "the payment belongs to another partner: check that the instance's Partner is the one that took it",
        ["NOT_THIS_SELLER_TRADE"] = "the payment belongs to another seller: check that the instance's SellerId is the one that took it",
        ["PARTNER_NOT_SIGN_PROTOCOL"] = "the contract has no refunds without a password: sign it with Alipay, or set Refund to password, and send the refund again",
        ["PWD_REFUND_NOT_ALLOW_ROYALTY"] = "a payment whose shares were split off cannot be refunded with a password: " + Console,
        ["REASON_HAS_REFUND_FEE_NOT_MATCH"] = "what was refunded already does not fit: " + Console,
        ["REASON_REFUND_AMOUNT_LESS_THAN_COUPON_FEE"] = "the amount is less than the coupon that was used: refund more of the payment",
        ["REASON_TRADE_REFUND_FEE_ERR"] = "the amount is more than is left of the payment: " + Console + ", somebody may have refunded there",
        ["REFUND_AMOUNT_NOT_VALID"] = "the amount of the refund is wrong: " + Console,
        ["REFUND_DATE_ERROR"] = "it takes a refund on its own day only (+08:00), and that is over: " + Console + ", then end this refund on its page and, if nothing was refunded, ask for a new one",
        ["SELLER_INFO_NOT_EXIST"] = "it does not know the account in SellerId: compare it with the merchant centre and send the refund again",
        ["SINGLE_DETAIL_DATA_EXCEED_LIMIT"] = "the refund's reason is too long for it: report this as an error of the shop",
        ["TRADE_PRODUCT_TYPE_NOT_ALLOW_REFUND"] = "payments of this product cannot be refunded: transfer the money to the shopper in another way",
        ["TRADE_STATUS_ERROR"] = "the payment is in no state for a refund: it was not paid, is closed, or the time for refunds is over",
        ["TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH"] = "the merchant's account does not hold enough money: charge it and send the refund again",
        ["TXN_RESULT_ACCOUNT_STATUS_NOT_VALID"] = "the merchant's account is frozen or closed: mend it in the merchant centre and send the refund again",
    };

    /// <summary>
    /// What a person can mend, after which the same number may be sent again, and what may only mean that an earlier attempt came through: of a
    /// number whose day is over it is not known whether Alipay took it on that day, so that its sum stays reserved.
    /// </summary>
    private static readonly HashSet<string> Mendable = new(StringComparer.Ordinal)
    {
        "BATCH_NO_FORMAT_ERROR", "ILLEGAL_USER", "NOT_THIS_PARTNERS_TRADE", "NOT_THIS_SELLER_TRADE", "PARTNER_NOT_SIGN_PROTOCOL", "REASON_HAS_REFUND_FEE_NOT_MATCH",
        "REASON_TRADE_REFUND_FEE_ERR", "REFUND_DATE_ERROR", "SELLER_INFO_NOT_EXIST", "TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH", "TXN_RESULT_ACCOUNT_STATUS_NOT_VALID",
    };

    /// <summary>The request itself, its signature or the contract: nothing was looked at yet.</summary>
    private static readonly HashSet<string> Unread = new(StringComparer.Ordinal)
    {
        "EXPARTNER_INFO_UNCORRECT", "HASH_NO_PRIVILEGE", "HAS_NO_PRIVILEGE", "HAS_NO_PUBLICKEY", "ILLEGAL_AGENT", "ILLEGAL_ARGUMENT", "ILLEGAL_CHARSET", "ILLEGAL_DYN_MD5_KEY",
        "ILLEGAL_ENCRYPT", "ILLEGAL_EXTERFACE", "ILLEGAL_PARTNER", "ILLEGAL_PARTNER_EXTERFACE", "ILLEGAL_SECURITY_PROFILE", "ILLEGAL_SERVICE", "ILLEGAL_SIGN",
        "ILLEGAL_SIGN_TYPE", "INVALID_PARAMETER", "PARAMTER_IS_NULL",
    };

    /// <summary>
    /// The answer to <c>refund_fastpay_by_platform_nopwd</c>: accepted at best. <c>DUPLICATE_BATCH_NO</c> says that an earlier attempt was
    /// accepted, because a batch number is one refund's for ever.
    /// </summary>
    public static RefundAnswer OfRefund(GatewayAnswer answer, RefundRequest request, AlipayDirectSettings settings)
    {
        if (Answers.Doubt(answer, "batch_no", BatchNo.Write(request.RefundNo, request.CreatedAt)!, settings, out var xml) is { } doubt)
        {
            return new RefundAnswer.Unknown(doubt);
        }

        var word = xml.Text("is_success");
        var code = Answers.Error(xml);
        return word is "T" or "P" || code == "DUPLICATE_BATCH_NO" ? new RefundAnswer.Known(Report(request.Reference, RefundState.Processing, code ?? $"is_success {word}"))
            : code is null ? new RefundAnswer.Unknown("Alipay's answer says neither that it took the refund nor why not.")
            : Unread.Contains(code) ? new RefundAnswer.Rejected(code, $"Alipay did not take the refund. {Answers.Complaint(xml)}", MayRetry: true)
            : Refusals.GetValueOrDefault(code) is { } meaning ? new RefundAnswer.Rejected(code, $"Alipay refused the refund ({code}): {meaning}.", Mendable.Contains(code))
            : new RefundAnswer.Unknown($"Alipay answered with a code that says nothing certain about the refund. {Answers.Complaint(xml)}");
    }

    /// <summary>
    /// What <c>single_trade_query</c> proves about one refund; the gateway has no service that asks about a refund itself. It says what went back
    /// in all (<c>to_buyer_fee</c>) and that something did (<c>refund_status</c>), and names no batch. Two things follow with certainty.
    /// A refund of the whole payment is done when the trade says <c>REFUND_SUCCESS</c>, is closed, and all of it went back. And where nothing has gone back
    /// none was done: that is <see cref="RefundState.NotFound"/>, on which the host sends the same batch again, and Alipay refuses as a duplicate what
    /// it has taken already. In between, above all for one partial refund among others, nothing is proved and nothing guessed; but while the batch's
    /// day lasts and the payment has money left for it, the batch itself is the question: sent again it is made, or called a duplicate. So
    /// that is <see cref="RefundState.NotFound"/> as well, and unknown is what is left.
    /// </summary>
    public static RefundAnswer OfQuery(GatewayAnswer answer, RefundReference refund, AlipayDirectSettings settings, DateTimeOffset now)
    {
        if (Answers.Doubt(answer, "out_trade_no", refund.Payment.PaymentNo, settings, out var xml) is { } doubt)
        {
            return new RefundAnswer.Unknown(doubt);
        }

        if (!Answers.IsSuccess(xml))
        {
            return new RefundAnswer.Unknown(Answers.Complaint(xml));
        }

        if (Answers.Mistrust(xml, settings.Signer) is { } mistrust)
        {
            return new RefundAnswer.Unknown(mistrust);
        }

        if (xml.Text($"{Trade}/out_trade_no") != refund.Payment.PaymentNo)
        {
            return new RefundAnswer.Unknown("Alipay's answer is about another payment than was asked for.");
        }

        if ((xml.Text($"{Trade}/seller_id") is { } seller && seller != settings.SellerId) || Reports.Amount(xml.Text($"{Trade}/total_fee")) != refund.PaymentAmount)
        {
            return new RefundAnswer.Unknown("Alipay's answer names another seller or another amount than the payment's.");
        }

        var status = xml.Text($"{Trade}/trade_status");
        var refunded = xml.Text($"{Trade}/refund_status");
        var back = Reports.Amount(xml.Text($"{Trade}/to_buyer_fee"));
        if (refund.Amount == refund.PaymentAmount && refunded == "REFUND_SUCCESS" && status == "TRADE_CLOSED" && back == refund.Amount)
        {
            return new RefundAnswer.Known(Report(refund, RefundState.Succeeded, refunded) with
            {
                Amount = refund.Amount,
                RefundedAt = BeijingTime.Read(xml.Text($"{Trade}/gmt_refund")),
            });
        }

        var nothingWentBack = back is { Minor: 0 } && refunded is null && xml.Text($"{Trade}/gmt_refund") is null;
        var mayBeSentAgain = back is { } gone && gone.Minor + refund.Amount.Minor <= refund.PaymentAmount.Minor && BeijingTime.Day(refund.CreatedAt) == BeijingTime.Day(now);
        return Reports.StateOf(status) == ReportedState.Paid && (nothingWentBack || mayBeSentAgain)
            ? new RefundAnswer.Known(Report(refund, RefundState.NotFound, status))
            : new RefundAnswer.Unknown("Alipay's gateway has no question about a single refund, and what it says about the payment proves neither that this one was done nor that it was not: the notification, or the merchant centre, will tell.");
    }

    private static RefundReport Report(RefundReference refund, RefundState state, string? word) => new()
    {
        RefundNo = refund.RefundNo,
        PaymentNo = refund.Payment.PaymentNo,
        State = state,
        Account = new ProviderAccount(null, null),
        ProviderState = word,
    };
}

using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Turns verified answers about refunds into ours. An answer about another refund is unknown, whatever it says.</summary>
internal static class RefundAnswers
{
    // A merchant may have 50 refunds for one payment, and an answer tells of no more.
    private const int MaxRefunds = 50;

    // Understood and refused. SYSTEMERROR, BIZERR_NEED_RETRY, FREQUENCY_LIMITED, INVALID_REQ_TOO_MUCH and ORDER_NOT_READY are not here:
    // they want the same number again. Neither is a code that nobody knows, because guessing "refused" may pay twice.
    private static readonly Dictionary<string, string> Refusals = new(StringComparer.Ordinal)
    {
        ["NOTENOUGH"] = "the merchant account has too little money, top it up and send the refund again",
        ["CERTERROR"] = "ClientCertificate was not taken, download the API certificate again and send the refund again",
        ["TRADEOVERDUE"] = "the payment is older than a year, give the money back by another way",
        ["ERROR"] = "the payment may have been refunded already, look it up in the merchant console",
        ["USERACCOUNTABNORMAL"] = "the shopper's account cannot take the money, give it back by another way",
        ["REFUNDFEEMISMATCH"] = "the number was used with another amount, look it up in the merchant console",
        ["INVALIDREQUEST"] = "too little is left of the payment, it had a refund within the last minute or 50 of them, or the number was used with other terms; look it up in the merchant console",
        ["INVALIDTRANSACTIONID"] = "WeChat Pay knows no such payment, compare MchId and the number in the merchant console",
        ["ORDERNOTEXIST"] = "WeChat Pay knows no payment of this number that was paid, compare MchId and the number in the merchant console",
        ["NOAUTH"] = "this merchant may not refund by the API, apply for it in the merchant console",
        ["APPIDNOTEXIST"] = "check AppId",
        ["MCHIDNOTEXIST"] = "check MchId",
        ["APPIDMCHIDNOTMATCH"] = "bind AppId to MchId in the merchant console",
        ["SIGNERROR"] = "check ApiKey",
        ["LACKPARAMS"] = "the request lacks something",
        ["PARAMERROR"] = "the request has something wrong",
        ["XMLFORMATERROR"] = "the request could not be read",
        ["REQUIREPOSTMETHOD"] = "something between changed the request",
    };

    /// <summary>The answer to <c>/secapi/pay/refund</c>. Its success means that the refund was accepted, and never that it is done.</summary>
    public static RefundAnswer OfRequest(GatewayAnswer answer, RefundReference refund)
    {
        if (answer is not GatewayAnswer.Verified verified)
        {
            return new RefundAnswer.Unknown(((GatewayAnswer.Unknown)answer).Detail);
        }

        if (verified.IsSuccess)
        {
            return Of(verified.Fields, "", "PROCESSING", refund);
        }

        return Refusals.TryGetValue(verified.ErrorCode, out var remedy)
            ? new RefundAnswer.Rejected(verified.Fields.Text("err_code")!, $"WeChat Pay refused the refund: {verified.Complaint}: {remedy}.", MayRetry: verified.ErrorCode is "NOTENOUGH" or "CERTERROR")
            : new RefundAnswer.Unknown($"WeChat Pay could not say: {verified.Complaint}.");
    }

    /// <summary>The answer to <c>/pay/refundquery</c>: fields with <c>_0</c>, <c>_1</c> … at their end, of which one set is ours.</summary>
    public static RefundAnswer OfQuery(GatewayAnswer answer, RefundReference refund)
    {
        if (answer is not GatewayAnswer.Verified verified)
        {
            return new RefundAnswer.Unknown(((GatewayAnswer.Unknown)answer).Detail);
        }

        if (verified.ErrorCode == "REFUNDNOTEXIST")
        {
            return new RefundAnswer.Known(new RefundReport
            {
                RefundNo = refund.RefundNo,
                State = RefundState.NotFound,
                Account = RefundReports.AccountOf(verified.Fields),
                ProviderState = verified.Fields.Text("err_code"),
            });
        }

        if (!verified.IsSuccess)
        {
            return new RefundAnswer.Unknown($"WeChat Pay did not say anything about the refund: {verified.Complaint}.");
        }

        for (var n = 0; n < MaxRefunds; n++)
        {
            var suffix = "_" + n.ToString(CultureInfo.InvariantCulture);
            if (verified.Fields.Is("out_refund_no" + suffix, refund.RefundNo))
            {
                return Of(verified.Fields, suffix, verified.Fields.Text("refund_status" + suffix), refund);
            }
        }

        return new RefundAnswer.Unknown("WeChat Pay's answer does not tell of the refund that was asked for.");
    }

    private static RefundAnswer Of(MessageFields fields, string suffix, string? status, RefundReference refund) =>
        !fields.Is("out_refund_no" + suffix, refund.RefundNo) ? new RefundAnswer.Unknown("WeChat Pay's answer is about another refund than was asked for, or names none.")
        : !fields.Is("out_trade_no", refund.Payment.PaymentNo) ? new RefundAnswer.Unknown("WeChat Pay's answer is about a refund of another payment than was asked for, or names none.")
        : RefundReports.Of(fields, suffix, status) is { } report ? new RefundAnswer.Known(report)
        : new RefundAnswer.Unknown($"WeChat Pay's answer has a state of the refund that is not known: {ForeignText.Quote(status ?? "nothing", 32)}.");
}

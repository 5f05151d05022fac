using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Turns verified answers of the gateway into ours. An answer about another payment is unknown, whatever it says.</summary>
internal static class Answers
{
    // The request was understood and refused. A code that is not here may mean anything, and guessing "refused" may lose a payment.
    private static readonly HashSet<string> Refusals = new(StringComparer.Ordinal)
    {
        "INVALIDREQUEST", "NOAUTH", "NOTENOUGH", "ORDERCLOSED", "APPIDNOTEXIST", "MCHIDNOTEXIST", "APPIDMCHIDNOTMATCH", "LACKPARAMS",
        "PARAMERROR", "OUTTRADENOUSED", "SIGNERROR", "XMLFORMATERROR", "REQUIREPOSTMETHOD", "POSTDATAEMPTY", "NOTUTF8",
    };

    /// <summary>
    /// The answer to <c>/pay/unifiedorder</c>: what the shopper pays with, or else an answer for the host. It names no
    /// number of ours; that it belongs to this very request is the connection's word alone.
    /// </summary>
    public static (string? Value, StartAnswer? Instead) OfUnifiedOrder(GatewayAnswer answer, TradeType type, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return (null, new StartAnswer.Unknown(doubt));
        }

        if (verified.IsSuccess)
        {
            return !verified.Fields.Is("trade_type", type.Code) ? (null, new StartAnswer.Unknown($"The answer is not about a payment of the type {type.Code}."))
                : verified.Fields.Text(type.Yields) is { } value && type.IsUsable(value) ? (value, null)
                : (null, new StartAnswer.Unknown($"The answer holds no {type.Yields} that can be used."));
        }

        return verified.ErrorCode == "ORDERPAID" ? (null, new StartAnswer.AlreadyPaid("WeChat Pay says that this number is paid already."))
            : Refusals.Contains(verified.ErrorCode) ? (null, new StartAnswer.Rejected(verified.Fields.Text("err_code")!, $"WeChat Pay refused the payment: {verified.Complaint}."))
            : (null, new StartAnswer.Unknown($"WeChat Pay could not say: {verified.Complaint}."));
    }

    /// <summary>
    /// The answer to <c>/pay/orderquery</c>. <c>REFUND</c> means refunded in part or in whole, so the money came. The report's account is what
    /// the answer names. <c>total_fee</c> is the whole payment, coupons included.
    /// </summary>
    public static QueryAnswer OfQuery(GatewayAnswer answer, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return new QueryAnswer.Unknown(doubt);
        }

        if (verified.ErrorCode == "ORDERNOTEXIST")
        {
            return new QueryAnswer.Known(Reports.Of(verified.Fields, paymentNo, ReportedState.NotFound, verified.Fields.Text("err_code")));
        }

        var state = verified.Fields.Text("trade_state");
        return !verified.IsSuccess || StateOf(state) is not { } known
            ? new QueryAnswer.Unknown($"The answer says nothing about the payment: {verified.Complaint} {ForeignText.Quote(state ?? "", 32)}".TrimEnd() + ".")
            : verified.Fields.Is("out_trade_no", paymentNo)
                ? new QueryAnswer.Known(Reports.Of(verified.Fields, paymentNo, known, state))
                : new QueryAnswer.Unknown("The answer does not say about which payment it is.");
    }

    /// <summary>The answer to <c>/pay/closeorder</c>.</summary>
    public static CloseAnswer OfClose(GatewayAnswer answer, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return new CloseAnswer.Unknown(doubt);
        }

        return verified switch
        {
            { IsSuccess: true } or { ErrorCode: "ORDERCLOSED" } => new CloseAnswer.Closed(),
            { ErrorCode: "ORDERPAID" } => new CloseAnswer.AlreadyPaid(),
            { ErrorCode: "ORDERNOTEXIST" } => new CloseAnswer.NotFound(),
            _ => new CloseAnswer.Unknown($"WeChat Pay did not close the payment: {verified.Complaint}."),
        };
    }

    private static ReportedState? StateOf(string? tradeState) => tradeState switch
    {
        "SUCCESS" or "REFUND" => ReportedState.Paid,
        "NOTPAY" or "USERPAYING" or "PAYERROR" or "ACCEPT" => ReportedState.Pending,
        "CLOSED" or "REVOKED" => ReportedState.Closed,
        _ => null,
    };

    /// <summary>Why the answer settles nothing, or null with the verified answer.</summary>
    private static string? Doubt(GatewayAnswer answer, string paymentNo, out GatewayAnswer.Verified verified)
    {
        verified = null!;
        if (answer is not GatewayAnswer.Verified known)
        {
            return ((GatewayAnswer.Unknown)answer).Detail;
        }

        verified = known;
        return known.MayBeAbout(paymentNo) ? null : "The answer is about another payment than was asked for.";
    }
}

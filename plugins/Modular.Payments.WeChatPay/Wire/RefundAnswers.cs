using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What the answers to a request for a refund, and to a question about one, mean.</summary>
internal static class RefundAnswers
{
    /// <summary>
    /// The answer to a request. A refusal ends a refund and sets its money free for another one, so it counts only with a
    /// signature; an unsigned one is unknown, and the same number is sent again.
    /// </summary>
    public static RefundAnswer OfRequest(GatewayAnswer answer, RefundReference refund) => answer switch
    {
        GatewayAnswer.Done done => OfRefund(Refund.OfAnswer(done.Body), refund),
        GatewayAnswer.Refused { IsSigned: true, Error: var error } => new RefundAnswer.Rejected(error.Code, Sentence(error), MayRetry: error.Is("NOT_ENOUGH")),
        GatewayAnswer.Refused refused => new RefundAnswer.Unknown($"WeChat Pay's refusal is not signed, so it proves nothing about the refund: {refused.Error.Sentence}"),
        GatewayAnswer.Unknown unknown => new RefundAnswer.Unknown(unknown.Detail),
        _ => throw new InvalidOperationException("A call has three outcomes."),
    };

    /// <summary>The answer to a question. That a number does not exist has it sent again, so that counts only with a signature, too.</summary>
    public static RefundAnswer OfQuery(GatewayAnswer answer, RefundReference refund) => answer switch
    {
        GatewayAnswer.Done done => OfRefund(Refund.OfAnswer(done.Body), refund),
        GatewayAnswer.Refused { Error: var error } when !error.Is("RESOURCE_NOT_EXISTS") => new RefundAnswer.Unknown($"WeChat Pay did not say anything about the refund: {error.Sentence}"),
        GatewayAnswer.Refused { IsSigned: false } => new RefundAnswer.Unknown("An answer says that the refund does not exist, but it is not signed, so it proves nothing."),
        GatewayAnswer.Refused refused => new RefundAnswer.Known(new RefundReport
        {
            RefundNo = refund.RefundNo,
            State = RefundState.NotFound,
            Account = new ProviderAccount(null, null),
            ProviderState = refused.Error.Code,
        }),
        GatewayAnswer.Unknown unknown => new RefundAnswer.Unknown(unknown.Detail),
        _ => throw new InvalidOperationException("A call has three outcomes."),
    };

    private static RefundAnswer OfRefund(RefundReport? report, RefundReference refund) =>
        report is null ? new RefundAnswer.Unknown("WeChat Pay's answer names no out_refund_no or no status that is known.")
        : report.RefundNo != refund.RefundNo ? new RefundAnswer.Unknown("WeChat Pay's answer is about another refund than was asked for.")
        : report.PaymentNo is { } paymentNo && paymentNo != refund.Payment.PaymentNo ? new RefundAnswer.Unknown("WeChat Pay's answer is about a refund of another payment than was asked for.")
        : new RefundAnswer.Known(report);

    private static string Sentence(ApiError error) => $"WeChat Pay refused the refund: {error.RefundSentence}";
}

using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What the answer to a request to close means.</summary>
internal static class CloseAnswers
{
    /// <summary>
    /// What would let the host give a payment up counts only with a signature. That it is paid counts without: the host then
    /// asks and believes the query alone.
    /// </summary>
    public static CloseAnswer Of(GatewayAnswer answer) => answer switch
    {
        GatewayAnswer.Done => new CloseAnswer.Closed(),
        GatewayAnswer.Refused { Error: var error } when error.Is("ORDER_PAID") => new CloseAnswer.AlreadyPaid(),
        GatewayAnswer.Refused { IsSigned: true, Error: var error } when error.Is("ORDER_CLOSED") => new CloseAnswer.Closed(),
        GatewayAnswer.Refused { IsSigned: true, Error: var error } when error.Is("ORDER_NOT_EXIST") => new CloseAnswer.NotFound(),
        GatewayAnswer.Refused refused => new CloseAnswer.Unknown($"WeChat Pay did not close the payment: {refused.Error.Sentence}"),
        GatewayAnswer.Unknown unknown => new CloseAnswer.Unknown(unknown.Detail),
        _ => throw new InvalidOperationException("A call has three outcomes."),
    };
}

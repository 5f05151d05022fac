using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What the answer to an order means.</summary>
internal static class StartAnswers
{
    /// <summary>Null with what WeChat Pay prepared, or the answer that there is nothing to launch.</summary>
    public static StartAnswer? Prepared(GatewayAnswer answer, WeChatProduct product, DateTimeOffset askedAt, out Prepared? prepared)
    {
        prepared = null;
        switch (answer)
        {
            case GatewayAnswer.Done done:
                prepared = Wire.Prepared.Answered(done.Body.Text(Encoding.ASCII.GetBytes(product.Answer)), product, askedAt);
                return prepared is null ? new StartAnswer.Unknown($"WeChat Pay's answer holds no {product.Answer} that can be used.") : null;
            case GatewayAnswer.Refused refused:
                return OfRefusal(refused);
            case GatewayAnswer.Unknown unknown:
                return new StartAnswer.Unknown(unknown.Detail);
            default:
                throw new InvalidOperationException("A call has three outcomes.");
        }
    }

    /// <summary>
    /// A refusal leaves nothing that a shopper could pay with, so an unsigned one may end a start, provided that its code
    /// is one of those that end it for good. WeChat Pay cannot sign <c>SIGN_ERROR</c>: it does not know whom it answers.
    /// </summary>
    private static StartAnswer OfRefusal(GatewayAnswer.Refused refused) =>
        refused.Error.Is("ORDER_PAID") ? new StartAnswer.AlreadyPaid("WeChat Pay says that this number is paid already.")
        : refused.IsSigned || refused.Error.IsDefinite ? new StartAnswer.Rejected(refused.Error.Code, $"WeChat Pay refused the payment: {refused.Error.Sentence}")
        : new StartAnswer.Unknown($"WeChat Pay's answer is neither signed nor known: {refused.Error.Sentence}");
}

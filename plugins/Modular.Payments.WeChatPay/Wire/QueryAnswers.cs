using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What the answer to a query means. An answer about another payment is unknown, whatever it says.</summary>
internal static class QueryAnswers
{
    public static QueryAnswer Of(GatewayAnswer answer, string paymentNo) => answer switch
    {
        GatewayAnswer.Done done => OfTransaction(Transaction.Report(done.Body), paymentNo),
        GatewayAnswer.Refused refused => OfRefusal(refused, paymentNo),
        GatewayAnswer.Unknown unknown => new QueryAnswer.Unknown(unknown.Detail),
        _ => throw new InvalidOperationException("A call has three outcomes."),
    };

    private static QueryAnswer OfTransaction(PaymentReport? report, string paymentNo) =>
        report is null ? new QueryAnswer.Unknown("WeChat Pay's answer names no out_trade_no or no trade_state.")
        : report.PaymentNo != paymentNo ? new QueryAnswer.Unknown("WeChat Pay's answer is about another payment than was asked for.")
        : !Transaction.IsKnown(report) ? new QueryAnswer.Unknown($"WeChat Pay's answer has a trade_state that is not known: {ForeignText.OneLine(report.ProviderState!, 32)}.")
        : new QueryAnswer.Known(report);

    /// <summary>
    /// That a number does not exist lets the host give a payment up, so it counts only with a signature; whoever sits on the way
    /// can make an unsigned 404. WeChat Pay signs what it answers to a request that it could authenticate.
    /// </summary>
    private static QueryAnswer OfRefusal(GatewayAnswer.Refused refused, string paymentNo)
    {
        if (!refused.Error.Is("ORDER_NOT_EXIST"))
        {
            return new QueryAnswer.Unknown($"WeChat Pay did not say anything about the payment: {refused.Error.Sentence}");
        }

        return !refused.IsSigned
            ? new QueryAnswer.Unknown("An answer says that the payment does not exist, but it is not signed, so it proves nothing.")
            : new QueryAnswer.Known(new PaymentReport
            {
                PaymentNo = paymentNo,
                State = ReportedState.NotFound,
                Account = new ProviderAccount(null, null),
                ProviderState = refused.Error.Code,
            });
    }
}

using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>Turns verified answers of the gateway into ours. An answer about another payment is unknown, whatever it says.</summary>
internal static class Answers
{
    /// <summary>The answer to <c>alipay.trade.precreate</c>.</summary>
    public static StartAnswer OfPrecreate(GatewayAnswer answer, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return new StartAnswer.Unknown(doubt);
        }

        if (verified.IsSuccess)
        {
            return verified.Text("qr_code") is { } content
                ? new StartAnswer.Started(new PaymentAction.QrCode(content), content)
                : new StartAnswer.Unknown("Alipay's answer holds no qr_code.");
        }

        return IsBusiness(verified, "TRADE_HAS_SUCCESS")
            ? new StartAnswer.AlreadyPaid("Alipay says that this number is paid already.")
            : new StartAnswer.Rejected(verified.SubCode.Length > 0 ? verified.SubCode : verified.Code, $"Alipay refused the payment: {verified.Complaint}.");
    }

    /// <summary>
    /// The answer to <c>alipay.trade.query</c>. It names neither the seller nor the application, so the report's account stays
    /// open; that our application could ask at all already ties the payment to it. <c>total_amount</c> is the whole payment,
    /// coupons included; <c>send_pay_date</c> is +08:00.
    /// </summary>
    public static QueryAnswer OfQuery(GatewayAnswer answer, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return new QueryAnswer.Unknown(doubt);
        }

        if (IsBusiness(verified, "TRADE_NOT_EXIST"))
        {
            return new QueryAnswer.Known(new PaymentReport
            {
                PaymentNo = paymentNo,
                State = ReportedState.NotFound,
                Account = new ProviderAccount(null, null),
                ProviderState = verified.SubCode,
            });
        }

        if (!verified.IsSuccess || Reports.StateOf(verified.Text("trade_status")) is not { } state)
        {
            return new QueryAnswer.Unknown($"Alipay's answer says nothing about the payment: {verified.Complaint} {verified.Text("trade_status")}".TrimEnd() + ".");
        }

        return new QueryAnswer.Known(new PaymentReport
        {
            PaymentNo = paymentNo,
            State = state,
            Account = new ProviderAccount(verified.Text("seller_id"), null),
            Amount = Reports.Amount(verified.Text("total_amount"), verified.Text("trans_currency")),
            ProviderTradeNo = verified.Text("trade_no"),
            PaidAt = BeijingTime.Read(verified.Text("send_pay_date")),
            ProviderState = verified.Text("trade_status"),
        });
    }

    /// <summary>
    /// The answer to <c>alipay.trade.close</c>. Alipay closes what waits for the buyer and says of everything else only that its
    /// status does not allow it, which is paid or closed already. <see cref="CloseAnswer.AlreadyPaid"/> is the safe
    /// one of the two, because the host then asks and believes the query alone.
    /// </summary>
    public static CloseAnswer OfClose(GatewayAnswer answer, string paymentNo)
    {
        if (Doubt(answer, paymentNo, out var verified) is { } doubt)
        {
            return new CloseAnswer.Unknown(doubt);
        }

        if (verified.IsSuccess)
        {
            return new CloseAnswer.Closed();
        }

        return IsBusiness(verified, "TRADE_NOT_EXIST") ? new CloseAnswer.NotFound()
            : IsBusiness(verified, "TRADE_STATUS_ERROR") || IsBusiness(verified, "REASON_TRADE_STATUS_INVALID") || IsBusiness(verified, "REASON_ILLEGAL_STATUS")
                ? new CloseAnswer.AlreadyPaid()
                : new CloseAnswer.Unknown($"Alipay did not close the payment: {verified.Complaint}.");
    }

    /// <summary>Why the answer settles nothing, or null with the verified answer.</summary>
    public static string? Doubt(GatewayAnswer answer, string paymentNo, out GatewayAnswer.Verified verified)
    {
        verified = answer as GatewayAnswer.Verified ?? new GatewayAnswer.Verified(new Dictionary<string, string>());
        return answer is GatewayAnswer.Unknown unknown ? unknown.Detail
            : verified.IsUnsure ? $"Alipay could not say: {verified.Complaint}."
            : !verified.IsAbout(paymentNo) ? "The answer is about another payment than was asked for."
            : null;
    }

    // Some methods name the same code with the prefix of the acquiring system and some without.
    public static bool IsBusiness(GatewayAnswer.Verified answer, string code) =>
        answer.Code == "40004" && (answer.SubCode == code || answer.SubCode == $"ACQ.{code}");
}

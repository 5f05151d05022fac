using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Turns the fields of a verified message into a report.</summary>
internal static class Reports
{
    /// <summary>
    /// The amount is <c>total_fee</c>, what the order costs: <c>cash_fee</c> and <c>settlement_total_fee</c> are less when a coupon pays a part.
    /// </summary>
    public static PaymentReport Of(MessageFields fields, string paymentNo, ReportedState state, string? providerState) => new()
    {
        PaymentNo = paymentNo,
        State = state,
        Account = new ProviderAccount(fields.Text("mch_id"), fields.Text("appid")),
        Amount = Fen.Read(fields.Text("total_fee"), fields.Text("fee_type")),
        ProviderTradeNo = fields.Text("transaction_id"),
        PaidAt = state == ReportedState.Paid ? BeijingTime.Read(fields.Text("time_end")) : null,
        ProviderState = providerState,
    };
}

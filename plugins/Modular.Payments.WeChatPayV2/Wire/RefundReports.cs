using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Turns the fields of a verified message about a refund into a report.</summary>
internal static class RefundReports
{
    /// <summary>
    /// The report of the refund whose fields end with <paramref name="suffix"/>; null when it names no number or no state that is known.
    /// The amount is <c>refund_fee</c>, what was asked for: <c>settlement_refund_fee</c> and <c>cash_refund_fee</c> are less when
    /// a coupon had paid a part.
    /// </summary>
    public static RefundReport? Of(MessageFields fields, string suffix, string? status) =>
        fields.Text("out_refund_no" + suffix) is { } number && StateOf(status) is { } state
            ? new RefundReport
            {
                RefundNo = number,
                PaymentNo = fields.Text("out_trade_no"),
                State = state,
                Account = AccountOf(fields),
                Amount = Fen.Read(fields.Text("refund_fee" + suffix), fields.Text("refund_fee_type" + suffix) ?? fields.Text("fee_type")),
                ProviderRefundNo = fields.Text("refund_id" + suffix),
                RefundedAt = state == RefundState.Succeeded ? BeijingTime.ReadClock(fields.Text(suffix.Length > 0 ? "refund_success_time" + suffix : "success_time")) : null,
                ProviderState = status,
            }
            : null;

    /// <summary>The account as far as the message names it.</summary>
    public static ProviderAccount AccountOf(MessageFields fields) => new(fields.Text("mch_id"), fields.Text("appid"));

    private static RefundState? StateOf(string? status) => status switch
    {
        "PROCESSING" => RefundState.Processing,
        "SUCCESS" => RefundState.Succeeded,
        "REFUNDCLOSE" => RefundState.Failed,
        "CHANGE" => RefundState.Abnormal,
        _ => null,
    };
}

namespace Modular.Sandbox.WeChat.Bills;

/// <summary>One line of a trade bill: a payment, or a refund, which stands on the day when it was asked for.</summary>
/// <param name="Refund">Null for a payment.</param>
/// <param name="Fen">What was paid or is given back.</param>
/// <param name="FeeFen">What WeChat Pay keeps of it; negative where it gives a fee back.</param>
internal sealed record BillLine(WeChatTrade Trade, WeChatRefund? Refund, DateTimeOffset At, long Fen, long FeeFen)
{
    /// <summary>The number by which faults name it.</summary>
    public string Number => Refund?.OutRefundNo ?? Trade.OutTradeNo;

    public long PaidFen => Refund is null ? Fen : 0;

    public long RefundedFen => Refund is null ? 0 : Fen;

    /// <summary>The bill's own words for the states of refunds; empty for a payment.</summary>
    public string RefundState => Refund?.Status switch
    {
        null => "",
        RefundStatus.Success => "SUCCESS",
        RefundStatus.Closed => "FAIL",
        RefundStatus.Abnormal => "CHANGE",
        _ => "PROCESSING",
    };
}

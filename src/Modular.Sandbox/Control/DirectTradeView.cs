using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.AlipayDirect.Cashier;

namespace Modular.Sandbox.Control;

/// <summary>A trade of Alipay's legacy gateway as the control plane tells it.</summary>
internal sealed record DirectTradeView(
    string Gateway,
    string OutTradeNo,
    string TradeNo,
    string AppId,
    string Product,
    string Status,
    string TotalAmount,
    string? PaidAmount,
    string RefundedAmount,
    string Subject,
    string Charset,
    string SignType,
    string NotifyUrl,
    string ReturnUrl,
    string CashierUrl,
    DateTimeOffset CreatedAt,
    DateTimeOffset? OpenedAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset? ClosedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<RefundView> Refunds)
{
    public const string ProductName = "direct";

    public static DirectTradeView Of(DirectTrade trade, DirectLinks links) => new(
        NotifyIds.Gateway,
        trade.OutTradeNo,
        trade.TradeNo,
        trade.Partner,
        ProductName,
        trade.Status,
        Yuan.Text(trade.TotalFen),
        trade.WasPaid ? Yuan.Text(trade.PaidFen) : null,
        Yuan.Text(trade.RefundedFen),
        trade.Subject,
        trade.Charset,
        trade.SignType,
        trade.NotifyUrl,
        trade.ReturnUrl,
        links.Cashier(trade),
        trade.CreatedAt,
        trade.OpenedAt,
        trade.PaidAt,
        trade.ClosedAt,
        trade.ExpiresAt,
        [.. trade.Refunds.Where(refund => refund.IsDone || refund.IsPending).Select(refund => new RefundView(refund.BatchNo, Yuan.Text(refund.Fen), refund.IsPending, refund.At))]);
}

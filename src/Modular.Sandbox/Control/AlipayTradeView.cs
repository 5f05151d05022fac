using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Cashier;

namespace Modular.Sandbox.Control;

/// <summary>A trade of Alipay as the control plane tells it.</summary>
internal sealed record AlipayTradeView(
    string OutTradeNo,
    string TradeNo,
    string AppId,
    string Product,
    string Status,
    string TotalAmount,
    string? PaidAmount,
    string RefundedAmount,
    string Subject,
    string NotifyUrl,
    string ReturnUrl,
    string CashierUrl,
    string? QrCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset? OpenedAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset? ClosedAt,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<RefundView> Refunds)
{
    public static AlipayTradeView Of(Trade trade, CashierLinks links) => new(
        trade.OutTradeNo,
        trade.TradeNo,
        trade.AppId,
        trade.Product,
        trade.Status,
        Yuan.Text(trade.TotalFen),
        trade.WasPaid ? Yuan.Text(trade.PaidFen) : null,
        Yuan.Text(trade.RefundedFen),
        trade.Subject,
        trade.NotifyUrl,
        trade.ReturnUrl,
        links.Cashier(trade),
        trade.Product == Alipay.Product.Qr ? links.QrCode(trade) : null,
        trade.CreatedAt,
        trade.OpenedAt,
        trade.PaidAt,
        trade.ClosedAt,
        trade.ExpiresAt,
        [.. trade.Refunds.Select(refund => new RefundView(refund.RequestNo, Yuan.Text(refund.Fen), refund.IsPending, refund.At))]);
}

internal sealed record RefundView(string OutRequestNo, string Amount, bool IsPending, DateTimeOffset At);

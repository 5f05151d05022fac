using Modular.Sandbox.WeChat;

namespace Modular.Sandbox.Control;

/// <summary>A trade of WeChat Pay as the control plane tells it. The links are those of the newest order call.</summary>
internal sealed record WeChatTradeView(
    string Gateway,
    string OutTradeNo,
    string TradeNo,
    string AppId,
    string MchId,
    string Api,
    string Product,
    string Status,
    string TotalAmount,
    string? PaidAmount,
    string RefundedAmount,
    string Subject,
    string NotifyUrl,
    string? Openid,
    string PrepayId,
    string? CodeUrl,
    string? ScanUrl,
    string? H5Url,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset? ClosedAt,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<WeChatRefundView> Refunds)
{
    public static WeChatTradeView Of(WeChatTrade trade, WeChatLinks links)
    {
        var session = trade.Sessions[^1];
        var isCode = session.Kind == PrepaySession.Code;
        return new(
            "wechat",
            trade.OutTradeNo,
            trade.TransactionId,
            trade.AppId,
            trade.MchId,
            trade.Api,
            trade.Product,
            trade.State,
            Yuan.Text(trade.TotalFen),
            trade.PaidAt is null ? null : Yuan.Text(trade.PaidFen),
            Yuan.Text(trade.RefundedFen),
            trade.Description,
            trade.NotifyUrl,
            FirstOf(trade.PayerOpenId, trade.OpenedBy, trade.OpenId),
            session.PrepayId,
            isCode ? WeChatLinks.CodeUrl(session) : null,
            isCode ? links.Scan(session) : null,
            session.Kind == PrepaySession.H5 ? links.H5(session) : null,
            trade.CreatedAt,
            trade.PaidAt,
            trade.ClosedAt,
            trade.ExpiresAt,
            [.. trade.Refunds.Select(WeChatRefundView.Of)]);
    }

    private static string? FirstOf(params string[] openIds) => openIds.FirstOrDefault(openId => openId.Length > 0);
}

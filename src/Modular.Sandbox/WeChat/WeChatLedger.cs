namespace Modular.Sandbox.WeChat;

/// <summary>The trades by each of their names. Handed out by <see cref="WeChatBook"/> while its lock is held.</summary>
internal sealed class WeChatLedger
{
    private readonly List<WeChatTrade> trades = [];
    private readonly Dictionary<(string MchId, string OutTradeNo), WeChatTrade> byNumber = [];
    private readonly Dictionary<string, WeChatTrade> byTransaction = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (WeChatTrade Trade, PrepaySession Session)> bySession = new(StringComparer.Ordinal);
    private readonly Dictionary<(string MchId, string OutRefundNo), (WeChatTrade Trade, WeChatRefund Refund)> byRefund = [];

    public WeChatLedger(IEnumerable<WeChatTrade> stored)
    {
        foreach (var trade in stored)
        {
            Add(trade);
        }
    }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<WeChatTrade> All => trades;

    public void Add(WeChatTrade trade)
    {
        byNumber.Add((trade.MchId, trade.OutTradeNo), trade);
        byTransaction.Add(trade.TransactionId, trade);
        trades.Add(trade);
        foreach (var session in trade.Sessions)
        {
            Index(trade, session);
        }

        foreach (var refund in trade.Refunds)
        {
            byRefund.Add((trade.MchId, refund.OutRefundNo), (trade, refund));
        }
    }

    /// <summary>A refund of a trade that is in the ledger.</summary>
    public void Add(WeChatTrade trade, WeChatRefund refund)
    {
        byRefund.Add((trade.MchId, refund.OutRefundNo), (trade, refund));
        trade.Refunds.Add(refund);
    }

    /// <summary>A further session of a trade that is in the ledger.</summary>
    public void Add(WeChatTrade trade, PrepaySession session)
    {
        trade.Sessions.Add(session);
        Index(trade, session);
    }

    public WeChatTrade? ByNumber(string mchId, string outTradeNo) => byNumber.GetValueOrDefault((mchId, outTradeNo));

    /// <summary>Nobody is told the number of a trade that is not paid, so it is not found either.</summary>
    public WeChatTrade? ByTransaction(string mchId, string transactionId) =>
        byTransaction.GetValueOrDefault(transactionId) is { PaidAt: not null } trade && trade.MchId == mchId ? trade : null;

    /// <summary>By the merchant's number of the refund, which is unique over all trades.</summary>
    public (WeChatTrade Trade, WeChatRefund Refund)? Refund(string mchId, string outRefundNo) =>
        byRefund.TryGetValue((mchId, outRefundNo), out var found) ? found : null;

    /// <summary>For the control plane: the newest refund of a number, of whatever merchant.</summary>
    public (WeChatTrade Trade, WeChatRefund Refund)? NewestRefund(string outRefundNo) => trades
        .SelectMany(trade => trade.Refunds, (trade, refund) => ((WeChatTrade Trade, WeChatRefund Refund)?)(trade, refund))
        .LastOrDefault(found => found!.Value.Refund.OutRefundNo == outRefundNo);

    /// <summary>By a prepay_id or by the token of a code or link. Whether it is still good is for the caller to ask.</summary>
    public (WeChatTrade Trade, PrepaySession Session)? BySession(string prepayIdOrToken) =>
        bySession.TryGetValue(prepayIdOrToken, out var found) ? found : null;

    /// <summary>For the control plane, which knows trades by the merchant's number: the newest of that number.</summary>
    public WeChatTrade? Newest(string outTradeNo, string? appId) =>
        trades.FindLast(trade => trade.OutTradeNo == outTradeNo && (appId is null || trade.AppId == appId));

    public void Clear()
    {
        trades.Clear();
        byNumber.Clear();
        byTransaction.Clear();
        bySession.Clear();
        byRefund.Clear();
    }

    private void Index(WeChatTrade trade, PrepaySession session)
    {
        bySession.Add(session.PrepayId, (trade, session));
        bySession.Add(session.Token, (trade, session));
    }
}

namespace Modular.Sandbox.AlipayDirect;

/// <summary>The trades by each of their names. Handed out by <see cref="DirectBook"/> while its lock is held.</summary>
internal sealed class DirectLedger
{
    private readonly DirectDesk desk;
    private readonly List<DirectTrade> trades = [];
    private readonly Dictionary<(string Partner, string OutTradeNo), DirectTrade> byNumber = [];
    private readonly Dictionary<string, DirectTrade> byTradeNo = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DirectTrade> byToken = new(StringComparer.Ordinal);

    public DirectLedger(DirectDesk desk, IEnumerable<DirectTrade> stored)
    {
        this.desk = desk;
        foreach (var trade in stored)
        {
            Add(trade);
        }
    }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<DirectTrade> All => trades;

    public void Add(DirectTrade trade)
    {
        byNumber.Add((trade.Partner, trade.OutTradeNo), trade);
        byTradeNo.Add(trade.TradeNo, trade);
        byToken.Add(trade.Token, trade);
        trades.Add(trade);
        desk.Watch(trade);
    }

    public DirectTrade? ByNumber(string partner, string outTradeNo) => byNumber.GetValueOrDefault((partner, outTradeNo));

    public DirectTrade? ByTradeNo(string partner, string tradeNo) =>
        byTradeNo.GetValueOrDefault(tradeNo) is { } trade && trade.Partner == partner ? trade : null;

    public DirectTrade? ByToken(string token) => byToken.GetValueOrDefault(token);

    /// <summary>For the control plane, which knows trades by the merchant's number: the newest of that number.</summary>
    public DirectTrade? Newest(string outTradeNo, string? partner) =>
        trades.FindLast(trade => trade.OutTradeNo == outTradeNo && (partner is null || trade.Partner == partner));

    public void Clear()
    {
        trades.Clear();
        byNumber.Clear();
        byTradeNo.Clear();
        byToken.Clear();
        desk.Forget();
    }
}

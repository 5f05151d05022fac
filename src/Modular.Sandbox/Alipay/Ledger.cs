namespace Modular.Sandbox.Alipay;

/// <summary>The trades by each of their names. Handed out by <see cref="TradeBook"/> while its lock is held.</summary>
internal sealed class Ledger
{
    private readonly TradeDesk desk;
    private readonly List<Trade> trades = [];
    private readonly Dictionary<(string AppId, string OutTradeNo), Trade> byNumber = [];
    private readonly Dictionary<string, Trade> byTradeNo = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Trade> byToken = new(StringComparer.Ordinal);

    public Ledger(TradeDesk desk, IEnumerable<Trade> stored)
    {
        this.desk = desk;
        foreach (var trade in stored)
        {
            Add(trade);
        }
    }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Trade> All => trades;

    public void Add(Trade trade)
    {
        byNumber.Add((trade.AppId, trade.OutTradeNo), trade);
        byTradeNo.Add(trade.TradeNo, trade);
        byToken.Add(trade.Token, trade);
        trades.Add(trade);
        desk.Watch(trade);
    }

    public Trade? ByNumber(string appId, string outTradeNo) => byNumber.GetValueOrDefault((appId, outTradeNo));

    public Trade? ByTradeNo(string appId, string tradeNo) =>
        byTradeNo.GetValueOrDefault(tradeNo) is { } trade && trade.AppId == appId ? trade : null;

    public Trade? ByToken(string token) => byToken.GetValueOrDefault(token);

    /// <summary>For the control plane, which knows trades by the merchant's number: the newest of that number.</summary>
    public Trade? Newest(string outTradeNo, string? appId) =>
        trades.FindLast(trade => trade.OutTradeNo == outTradeNo && (appId is null || trade.AppId == appId));

    public void Clear()
    {
        trades.Clear();
        byNumber.Clear();
        byTradeNo.Clear();
        byToken.Clear();
        desk.Forget();
    }
}

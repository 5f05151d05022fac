using Modular.Sandbox.Faults;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox.WeChat;

internal sealed class TradeBook(TimeProvider time, V2Announcer announcer, FaultBoard faults)
{
    private readonly Lock gate = new();
    private readonly List<Trade> trades = [];

    public T Locked<T>(Func<TradeBook, T> work)
    {
        lock (gate)
        {
            return work(this);
        }
    }

    public Trade? ByNumber(string mchId, string outTradeNo) => trades.Find(t => t.MchId == mchId && t.OutTradeNo == outTradeNo);
    public Trade? ByTransaction(string mchId, string id) => trades.Find(t => t.MchId == mchId && t.TransactionId == id && t.IsPaid);
    public Trade? ByPrepay(string id) => trades.Find(t => t.Prepays.Exists(p => p.Id == id));
    public Trade? ByCode(string code) => trades.Find(t => t.Prepays.Exists(p => p.Code == code));
    public void Add(Trade trade) => trades.Add(trade);

    public Prepay NewPrepay(Trade trade)
    {
        var prepay = new Prepay("wx" + Beijing.Compact(time.GetUtcNow(), "yyyyMMddHHmmss") + Digits.Random(20), Digits.Token()[..7], time.GetUtcNow());
        trade.Prepays.Add(prepay);
        return prepay;
    }

    public void Pay(Trade trade, string payer)
    {
        trade.State = "SUCCESS";
        trade.Payer = payer;
        trade.PaidAt = time.GetUtcNow();
        trade.PaidFen = trade.TotalFen;
        announcer.Announce(trade, faults);
    }

    public void Close(Trade trade)
    {
        lock (gate)
        {
            trade.State = "CLOSED";
        }
    }
}

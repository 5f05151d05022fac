namespace Modular.Sandbox.WeChat.V2;

/// <summary><c>/pay/orderquery</c>, by WeChat's number or by the merchant's; WeChat's goes first where both are given.</summary>
internal sealed class OrderQuery(WeChatBook book, WeChatDesk desk) : IV2Method
{
    public string Name => "orderquery";

    public IReadOnlyList<FieldRule> Rules { get; } = [new("transaction_id", 32), new("out_trade_no", 32)];

    public void Answer(V2Call call, Dictionary<string, string> answer) => book.Locked(ledger =>
    {
        Tell(TradeFields.Find(call, ledger) ?? throw WeChatRefusal.NoSuchOrder(), answer);
        return 0;
    });

    /// <summary>An order that nobody paid has no more to tell than its number and its state.</summary>
    private void Tell(WeChatTrade trade, Dictionary<string, string> answer)
    {
        var state = desk.IsLagging(trade) ? TradeState.NotPay : trade.State;
        answer["trade_state"] = state;
        answer["trade_state_desc"] = TradeState.Description(state);
        answer["out_trade_no"] = trade.OutTradeNo;
        answer["attach"] = trade.Attach;
        if (state is TradeState.Success or TradeState.Refund)
        {
            TradeFields.AddPayment(answer, trade);
        }
    }
}

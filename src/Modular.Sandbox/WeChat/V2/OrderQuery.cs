namespace Modular.Sandbox.WeChat.V2;

/// <summary><c>/pay/orderquery</c>, by WeChat's number or by the merchant's; WeChat's goes first where both are given.</summary>
internal sealed class OrderQuery(TradeBook book) : IV2Method
{
    public string Path => "pay/orderquery";

    public IReadOnlyList<FieldRule> Rules { get; } = [new("transaction_id", 32), new("out_trade_no", 32)];

    public void Answer(V2Call call, Dictionary<string, string> answer) => book.Locked(ledger =>
    {
        Tell(Find(call, ledger), answer);
        return 0;
    });

    private static Trade Find(V2Call call, TradeBook ledger)
    {
        if (call["transaction_id"].Length == 0 && call["out_trade_no"].Length == 0)
        {
            throw FieldRules.Missing("out_trade_no");
        }

        var found = call["transaction_id"].Length > 0
            ? ledger.ByTransaction(call["mch_id"], call["transaction_id"])
            : ledger.ByNumber(call["mch_id"], call["out_trade_no"]);
        return found ?? throw V2Refusal.Business("ORDERNOTEXIST", "订单不存在");
    }

    /// <summary>An order that nobody paid has no more to tell than its number and its state.</summary>
    private static void Tell(Trade trade, Dictionary<string, string> answer)
    {
        answer["trade_state"] = trade.State;
        answer["trade_state_desc"] = Describe(trade.State);
        answer["out_trade_no"] = trade.OutTradeNo;
        answer["attach"] = trade.Attach;
        if (trade.State == "SUCCESS" || trade.State == "REFUND")
        {
            TradeFields.AddPayment(answer, trade);
        }
    }

    private static string Describe(string state) => state switch
    {
        "SUCCESS" => "支付成功",
        "REFUND" => "订单发生过退款，退款详情请查询退款单",
        "CLOSED" => "订单已关闭",
        _ => "订单未支付",
    };
}

using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V2;

/// <summary><c>/pay/closeorder</c>, which the description allows no earlier than five minutes after the order.</summary>
internal sealed class CloseOrder(IOptions<SandboxOptions> options, WeChatBook book, WeChatDesk desk, TimeProvider time) : IV2Method
{
    private readonly V2Options settings = options.Value.WeChat.V2;
    private readonly TimeSpan closeAfter = Durations.Parse(options.Value.WeChat.V2.CloseAfter);

    public string Name => "closeorder";

    public IReadOnlyList<FieldRule> Rules { get; } = [new("out_trade_no", 32, IsRequired: true)];

    public void Answer(V2Call call, Dictionary<string, string> answer) => book.Locked(ledger =>
    {
        var trade = ledger.ByNumber(call["mch_id"], call["out_trade_no"]) ?? throw WeChatRefusal.NoSuchOrder();
        if (trade.State == TradeState.Closed)
        {
            throw WeChatRefusal.Closed();
        }

        if (!trade.IsPaid && time.GetUtcNow() - trade.CreatedAt < closeAfter)
        {
            throw V2Refusal.Business(settings.CloseTooEarlyCode, "订单生成后不能马上调用关单接口，最短调用时间间隔为5分钟");
        }

        desk.Close(trade);
        answer["result_msg"] = "OK";
        return 0;
    });
}

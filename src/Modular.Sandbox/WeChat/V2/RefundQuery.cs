using System.Globalization;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// <c>/pay/refundquery</c>: by the number of a refund it tells of that one, by the number of a trade of its refunds, ten at a time. Of
/// several numbers WeChat's of the refund goes first, then the merchant's, then those of the trade.
/// </summary>
internal sealed class RefundQuery(WeChatBook book) : IV2Method
{
    private const int Page = 10;

    public string Name => "refundquery";

    public IReadOnlyList<FieldRule> Rules { get; } =
    [
        new("transaction_id", 32),
        new("out_trade_no", 32),
        new("out_refund_no", 64),
        new("refund_id", 32),
        new("offset", 9, IsRight: text => text.All(char.IsAsciiDigit)),
    ];

    public void Answer(V2Call call, Dictionary<string, string> answer) => book.Locked(ledger =>
    {
        var (trade, refunds) = Find(call, ledger);
        var offset = call["offset"].Length > 0 ? int.Parse(call["offset"], CultureInfo.InvariantCulture) : 0;
        var page = refunds.Skip(offset).Take(Page).ToList();
        if (page.Count == 0)
        {
            throw WeChatRefusal.NoSuchRefund();
        }

        RefundFields.AddTrade(answer, trade!);
        answer["total_refund_count"] = refunds.Count.ToString(CultureInfo.InvariantCulture);
        answer["refund_count"] = page.Count.ToString(CultureInfo.InvariantCulture);
        for (var n = 0; n < page.Count; n++)
        {
            RefundFields.AddNumbered(answer, page[n], n);
        }

        return 0;
    });

    private static (WeChatTrade? Trade, IReadOnlyList<WeChatRefund> Refunds) Find(V2Call call, WeChatLedger ledger)
    {
        if (call["refund_id"].Length > 0)
        {
            var owner = ledger.All.FirstOrDefault(trade => trade.MchId == call["mch_id"] && trade.Refunds.Exists(refund => refund.RefundId == call["refund_id"]));
            return (owner, owner?.Refunds.FindAll(refund => refund.RefundId == call["refund_id"]) ?? []);
        }

        if (call["out_refund_no"].Length > 0)
        {
            return ledger.Refund(call["mch_id"], call["out_refund_no"]) is { } found ? (found.Trade, [found.Refund]) : (null, []);
        }

        var trade = TradeFields.Find(call, ledger);
        return (trade, trade?.Refunds ?? []);
    }
}

using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.WeChat.Notifications;

namespace Modular.Sandbox.WeChat;

/// <summary>
/// Giving money back, by the rules that both APIs share: accepted is not done, and a number belongs to one refund. Works on
/// trades whose book is locked; a refused step throws <see cref="WeChatRefusal"/> and changes nothing.
/// </summary>
internal sealed class WeChatRefundDesk(IOptions<SandboxOptions> options, WeChatAnnouncer announcer, FaultBoard faults, TimeProvider time)
{
    private const int MostPerTrade = 50;
    private const string NotEnough = "NOT_ENOUGH";
    private static readonly TimeSpan Window = TimeSpan.FromDays(365);

    private readonly RefundOptions settings = options.Value.WeChat.Refunds;
    private readonly TimeSpan delay = Durations.Parse(options.Value.WeChat.Refunds.Delay);
    private readonly TimeSpan interval = Durations.Parse(options.Value.WeChat.Refunds.Interval);
    private readonly PriorityQueue<(WeChatTrade Trade, WeChatRefund Refund), DateTimeOffset> deadlines = new();

    /// <summary>When the next refund ends by itself; null when none does.</summary>
    public DateTimeOffset? NextDue => deadlines.TryPeek(out _, out var due) ? due : null;

    /// <summary>A request for a refund. A number that is known gives that refund as it stands if the terms agree.</summary>
    /// <param name="trade">Null where the merchant has no such trade.</param>
    /// <param name="totalFen">What the request calls the total of the trade.</param>
    public WeChatRefund Ask(WeChatLedger ledger, string mchId, WeChatTrade? trade, long totalFen, WeChatRefund wanted)
    {
        if (ledger.Refund(mchId, wanted.OutRefundNo) is { } known)
        {
            return known.Trade == trade && known.Refund.Terms == wanted.Terms ? known.Refund : throw WeChatRefusal.OtherRefund(known.Refund.Fen != wanted.Fen);
        }

        if (trade is not { PaidAt: { } paidAt })
        {
            throw WeChatRefusal.NothingToRefund();
        }

        Check(trade, paidAt, totalFen, wanted.Fen);
        Accept(ledger, trade, wanted);
        return wanted;
    }

    /// <summary>A refund that somebody makes at WeChat Pay's own page, without the merchant's system and without telling it.</summary>
    public WeChatRefund AtConsole(WeChatLedger ledger, WeChatTrade trade, long? fen)
    {
        var left = trade.PaidFen - trade.RefundedFen;
        var refund = new WeChatRefund
        {
            Api = trade.Api,
            OutRefundNo = Digits.Random(28),
            Fen = fen ?? left,
            Terms = "",
            CreatedAt = time.GetUtcNow(),
        };
        if (!trade.IsPaid)
        {
            throw WeChatRefusal.NothingToRefund();
        }

        CheckAmount(trade, refund.Fen);
        Accept(ledger, trade, refund);
        return refund;
    }

    /// <summary>Ends a refund, or finds out that it needs a person; one that is at its end stays there.</summary>
    public void End(WeChatTrade trade, WeChatRefund refund, string status)
    {
        if (refund.IsFinal || refund.Status == status)
        {
            throw new WeChatRefusal(400, "INVALID_REQUEST", "INVALID_REQUEST", $"退款单状态为{refund.Status}，不能再变更");
        }

        refund.Status = status;
        refund.DueAt = null;
        refund.SucceededAt = status == RefundStatus.Success ? time.GetUtcNow() : null;
        announcer.Announce(trade, refund);
    }

    public void Watch(WeChatTrade trade)
    {
        foreach (var refund in trade.Refunds)
        {
            Watch(trade, refund);
        }
    }

    public void DoWhatIsDue()
    {
        while (deadlines.TryPeek(out var next, out var due) && due <= time.GetUtcNow())
        {
            deadlines.Dequeue();
            if (next.Refund is { Status: RefundStatus.Processing, DueAt: not null })
            {
                End(next.Trade, next.Refund, next.Refund.Outcome);
            }
        }
    }

    public void Forget() => deadlines.Clear();

    private void Check(WeChatTrade trade, DateTimeOffset paidAt, long totalFen, long fen)
    {
        if (totalFen != trade.ReportedFen)
        {
            throw WeChatRefusal.Refund("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试");
        }

        if (time.GetUtcNow() - paidAt > Window)
        {
            throw WeChatRefusal.Refund("TRADE_OVERDUE", "订单已经超过退款期限");
        }

        CheckAmount(trade, fen);
        if (trade.Refunds.Count >= MostPerTrade)
        {
            throw WeChatRefusal.Refund("INVALID_REQUEST", "部分退款次数超限，最多支持50次");
        }

        if (trade.Refunds is [.., var last] && time.GetUtcNow() - last.CreatedAt < interval)
        {
            throw settings.TooSoonCode == "INVALID_REQUEST"
                ? WeChatRefusal.Refund("INVALID_REQUEST", "同一笔订单的两次退款需间隔1分钟")
                : new WeChatRefusal(429, "FREQUENCY_LIMITED", "FREQUENCY_LIMITED", "频率限制，请1分钟后再试");
        }

        var fault = faults.Trade(trade.OutTradeNo);
        switch (fault.SellerShort == true ? NotEnough : fault.RefundRefusal)
        {
            case NotEnough:
                throw new WeChatRefusal(403, NotEnough, "NOTENOUGH", "基本账户余额不足，请充值后重新发起");
            case "USER_ACCOUNT_ABNORMAL":
                throw new WeChatRefusal(403, "USER_ACCOUNT_ABNORMAL", "USER_ACCOUNT_ABNORMAL", "退款请求失败，用户帐号注销");
            case { } code:
                throw new WeChatRefusal(400, code, code, "请求失败");
        }
    }

    private static void CheckAmount(WeChatTrade trade, long fen)
    {
        if (trade.RefundedFen >= trade.PaidFen)
        {
            throw WeChatRefusal.Refund("ERROR", "订单已全额退款");
        }

        if (fen < 1 || trade.RefundedFen + fen > trade.PaidFen)
        {
            throw WeChatRefusal.Refund("INVALID_REQUEST", "退款金额大于可退金额");
        }
    }

    private void Accept(WeChatLedger ledger, WeChatTrade trade, WeChatRefund refund)
    {
        var fault = faults.Trade(trade.OutTradeNo);
        var wait = fault.RefundDelaySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : delay;
        refund.Outcome = fault.RefundOutcome ?? RefundStatus.Success;
        if (!RefundStatus.IsKnown(refund.Outcome))
        {
            throw new InvalidOperationException("The fault refundOutcome is SUCCESS, ABNORMAL, CLOSED or PROCESSING.");
        }

        refund.DueAt = refund.Outcome == RefundStatus.Processing ? null : refund.CreatedAt + wait;
        ledger.Add(trade, refund);
        trade.State = TradeState.Refund;
        Watch(trade, refund);
        DoWhatIsDue();
    }

    private void Watch(WeChatTrade trade, WeChatRefund refund)
    {
        if (refund is { Status: RefundStatus.Processing, DueAt: { } due })
        {
            deadlines.Enqueue((trade, refund), due);
        }
    }
}

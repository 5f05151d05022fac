using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Notifications;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Alipay;

/// <summary>
/// What can happen to a trade, and who is told. Works on trades whose book is locked; a refused step throws
/// <see cref="Refusal"/> and changes nothing.
/// </summary>
internal sealed class TradeDesk(IOptions<SandboxOptions> options, Announcer announcer, FaultBoard faults, TimeProvider time)
{
    private readonly AlipayOptions settings = options.Value.Alipay;
    private readonly PriorityQueue<Trade, DateTimeOffset> deadlines = new();

    public DateTimeOffset? NextDue => deadlines.TryPeek(out _, out var due) ? due : null;

    /// <summary>The buyer opens the cashier, logs in or scans: from here on the gateway knows the trade.</summary>
    public void Open(Trade trade)
    {
        if (trade.Exists)
        {
            return;
        }

        var now = time.GetUtcNow();
        if (trade.HasExpired(now))
        {
            throw Refusal.Business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间");
        }

        trade.OpenedAt = now;
        trade.Status = TradeStatus.Waiting;
        trade.ExpiresAt ??= Expiry.After(trade.TimeoutExpress, settings.DefaultTimeout, now);
        Watch(trade);
        announcer.Announce(trade);
    }

    /// <summary><paramref name="force"/> lets money arrive although the trade is closed or expired, as does a fault.</summary>
    public void Pay(Trade trade, bool force = false, long? fen = null)
    {
        var fault = faults.Trade(trade.OutTradeNo);
        force |= fault.PayAfterClose == true;
        if (!trade.Exists && !(force && trade.HasExpired(time.GetUtcNow())))
        {
            Open(trade);
        }

        if (trade.IsPaid)
        {
            throw Refusal.Business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付");
        }

        // Money that was given back cannot come twice, not even by a fault: the refunds would belong to the wrong payment.
        if (trade.Status == TradeStatus.Closed && (!force || trade.WasPaid))
        {
            throw Refusal.Business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭");
        }

        trade.OpenedAt ??= time.GetUtcNow();
        trade.PaidAt = time.GetUtcNow();
        trade.PaidFen = fen ?? Yuan.Parse(fault.PayAmount) ?? trade.TotalFen;
        trade.ClosedAt = null;
        trade.Status = TradeStatus.Success;
        Watch(trade);
        announcer.Announce(trade);
    }

    public void Close(Trade trade)
    {
        if (trade.Status != TradeStatus.Waiting)
        {
            throw trade.Exists
                ? Refusal.Business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
                : Refusal.NoSuchTrade();
        }

        trade.ClosedAt = time.GetUtcNow();
        trade.Status = TradeStatus.Closed;
        announcer.Announce(trade);
    }

    /// <summary>The time for refunds is over.</summary>
    public void Finish(Trade trade)
    {
        if (trade.Status != TradeStatus.Success)
        {
            throw Refusal.Business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
        }

        trade.Status = TradeStatus.Finished;
        announcer.Announce(trade);
    }

    /// <summary>
    /// Gives money back, at once or, by a fault, later. The amount has been checked; giving back the rest closes the trade.
    /// </summary>
    public Refund GiveBack(Trade trade, string requestNo, long fen, string reason)
    {
        var (now, fault) = (time.GetUtcNow(), faults.Trade(trade.OutTradeNo));
        if (fault.SellerShort == true)
        {
            throw Refusal.Business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足");
        }

        var refund = new Refund(requestNo, fen, reason) { At = now };
        trade.Refunds.Add(refund);
        if (fault.RefundDelaySeconds is { } seconds and > 0)
        {
            (refund.IsPending, refund.DueAt) = (true, now + TimeSpan.FromSeconds(seconds));
            Watch(trade);
        }
        else
        {
            Settle(trade, refund);
        }

        return refund;
    }

    /// <summary>Whoever keeps the account at Alipay gives money back at its console, with a number that the shop has never heard.</summary>
    public void GiveBackAtConsole(Trade trade, long? fen)
    {
        var rest = trade.PaidFen - trade.ClaimedFen;
        if (trade.Status != TradeStatus.Success || (fen ?? rest) > rest || rest == 0)
        {
            throw Refusal.Business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
        }

        GiveBack(trade, "CONSOLE" + Digits.Random(12), fen ?? rest, "");
    }

    /// <summary>Whatever was accepted and not done is done now.</summary>
    public void SettleRefunds(Trade trade)
    {
        foreach (var refund in trade.Refunds.Where(refund => refund.IsPending).ToList())
        {
            Settle(trade, refund);
        }
    }

    public void Watch(Trade trade)
    {
        if (trade.Status is TradeStatus.Waiting && trade.ExpiresAt is { } end)
        {
            deadlines.Enqueue(trade, end);
        }
        else if (trade.Status == TradeStatus.Success && FinishesAt(trade) is { } finish)
        {
            deadlines.Enqueue(trade, finish);
        }

        foreach (var refund in trade.Refunds)
        {
            if (refund is { IsPending: true, DueAt: { } due })
            {
                deadlines.Enqueue(trade, due);
            }
        }
    }

    public void DoWhatIsDue()
    {
        while (NextDue <= time.GetUtcNow())
        {
            var trade = deadlines.Dequeue();
            var due = trade.Refunds.Where(refund => refund.IsPending && refund.DueAt <= time.GetUtcNow()).ToList();
            due.ForEach(refund => Settle(trade, refund));
            if (trade.Status == TradeStatus.Waiting)
            {
                Close(trade);
            }
            else if (trade.Status == TradeStatus.Success && FinishesAt(trade) <= time.GetUtcNow())
            {
                Finish(trade);
            }
        }
    }

    public void Forget() => deadlines.Clear();

    private void Settle(Trade trade, Refund refund)
    {
        (refund.IsPending, refund.At) = (false, time.GetUtcNow());
        if (trade.RefundedFen == trade.PaidFen)
        {
            trade.ClosedAt = refund.At;
            trade.Status = TradeStatus.Closed;
        }

        announcer.Announce(trade, refund);
    }

    private DateTimeOffset? FinishesAt(Trade trade) =>
        settings.FinishAfter.Length > 0 ? trade.PaidAt + Durations.Parse(settings.FinishAfter) : null;
}

using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Notifications;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>
/// What can happen to a trade, and who is told. Works on trades whose book is locked; a refused step throws
/// <see cref="DirectRefusal"/> and changes nothing.
/// </summary>
internal sealed class DirectDesk(IOptions<SandboxOptions> options, DirectMerchants merchants, DirectAnnouncer announcer, FaultBoard faults, TimeProvider time)
{
    private readonly TimeSpan? finishAfter = options.Value.AlipayDirect.FinishAfter is { Length: > 0 } wait ? Durations.Parse(wait) : null;
    private readonly PriorityQueue<DirectTrade, DateTimeOffset> deadlines = new();

    public DateTimeOffset? NextDue => deadlines.TryPeek(out _, out var due) ? due : null;

    /// <summary>The buyer logs in at the cashier: from here on the gateway knows the trade.</summary>
    public void Open(DirectTrade trade)
    {
        if (trade.Exists)
        {
            return;
        }

        var now = time.GetUtcNow();
        if (trade.HasExpired(now))
        {
            throw DirectRefusal.NotPayable();
        }

        trade.OpenedAt = now;
        trade.Status = TradeStatus.Waiting;
        Watch(trade);
    }

    /// <summary><paramref name="force"/> lets money arrive although the trade is closed or expired, as does a fault.</summary>
    public void Pay(DirectTrade trade, bool force = false, long? fen = null)
    {
        var fault = faults.Trade(trade.OutTradeNo);
        force |= fault.PayAfterClose == true;
        if (!trade.Exists && !(force && trade.HasExpired(time.GetUtcNow())))
        {
            Open(trade);
        }

        // Money that was given back cannot come twice, not even by a fault: the refunds would belong to the wrong payment.
        if (trade.IsPaid || (trade.Status == TradeStatus.Closed && (!force || trade.WasPaid)))
        {
            throw DirectRefusal.NotPayable();
        }

        trade.OpenedAt ??= time.GetUtcNow();
        trade.PaidAt = time.GetUtcNow();
        trade.PaidFen = fen ?? Yuan.Parse(fault.PayAmount) ?? trade.TotalFen;
        trade.ClosedAt = null;
        trade.Status = merchants.Of(trade).IsBasic ? TradeStatus.Finished : TradeStatus.Success;
        Watch(trade);
        announcer.Announce(trade);
    }

    public void Close(DirectTrade trade)
    {
        if (trade.Status != TradeStatus.Waiting)
        {
            throw trade.Exists ? DirectRefusal.WrongState() : DirectRefusal.NoSuchTrade();
        }

        trade.ClosedAt = time.GetUtcNow();
        trade.Status = TradeStatus.Closed;
        announcer.Announce(trade);
    }

    /// <summary>Money has gone back: all of it closes the trade.</summary>
    public void GivenBack(DirectTrade trade)
    {
        if (trade.RefundedFen == trade.PaidFen)
        {
            trade.ClosedAt = time.GetUtcNow();
            trade.Status = TradeStatus.Closed;
        }

        announcer.Announce(trade);
    }

    /// <summary>The time for refunds is over.</summary>
    public void Finish(DirectTrade trade)
    {
        if (trade.Status != TradeStatus.Success)
        {
            throw DirectRefusal.WrongState();
        }

        trade.Status = TradeStatus.Finished;
        announcer.Announce(trade);
    }

    public void Watch(DirectTrade trade)
    {
        if (trade.Status == TradeStatus.Waiting)
        {
            deadlines.Enqueue(trade, trade.ExpiresAt);
        }
        else if (trade.Status == TradeStatus.Success && trade.PaidAt + finishAfter is { } finish)
        {
            deadlines.Enqueue(trade, finish);
        }

        foreach (var refund in trade.Refunds.Where(refund => refund.DueAt is not null))
        {
            deadlines.Enqueue(trade, refund.DueAt!.Value);
        }
    }

    /// <param name="settle">Ends the refunds of a trade that are due.</param>
    public void DoWhatIsDue(Action<DirectTrade> settle)
    {
        while (NextDue <= time.GetUtcNow())
        {
            var trade = deadlines.Dequeue();
            settle(trade);
            if (trade.Status == TradeStatus.Waiting)
            {
                Close(trade);
            }
            else if (trade.Status == TradeStatus.Success && trade.PaidAt + finishAfter <= time.GetUtcNow())
            {
                Finish(trade);
            }
        }
    }

    public void Forget() => deadlines.Clear();
}

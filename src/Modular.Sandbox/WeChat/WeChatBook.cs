using Modular.Sandbox.Storage;

namespace Modular.Sandbox.WeChat;

/// <summary>All trades, behind one lock. Every reader and writer passes through <see cref="Locked"/>.</summary>
internal sealed class WeChatBook : IDisposable
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly WeChatDesk desk;
    private readonly WeChatRefundDesk refunds;
    private readonly TimeProvider time;
    private readonly JsonArchive<WeChatTrade> archive;
    private readonly WeChatLedger ledger;
    private readonly ITimer alarm;
    private readonly ITimer saving;

    public WeChatBook(WeChatDesk desk, WeChatRefundDesk refunds, TimeProvider time, JsonArchive<WeChatTrade> archive)
    {
        (this.desk, this.refunds, this.time, this.archive) = (desk, refunds, time, archive);
        ledger = new WeChatLedger(archive.Load());
        foreach (var trade in ledger.All)
        {
            desk.Watch(trade);
            refunds.Watch(trade);
        }

        alarm = time.CreateTimer(_ => Locked(_ => 0), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Storing is an affair of the machine and not of the simulated time.
        saving = TimeProvider.System.CreateTimer(_ => Store(), null, SaveEvery, SaveEvery);
        Locked(_ => 0);
    }

    /// <summary>
    /// Runs the work alone. Whatever is due by the clock happens first, so nobody sees a trade past its end. The alarm is for the
    /// ends of refunds, which are announced also when nobody looks; the closing of a trade is not.
    /// </summary>
    public T Locked<T>(Func<WeChatLedger, T> work)
    {
        lock (gate)
        {
            desk.DoWhatIsDue();
            refunds.DoWhatIsDue();
            try
            {
                return work(ledger);
            }
            finally
            {
                SetAlarm();
                archive.IsStale = true;
            }
        }
    }

    public void Clear() => Locked(all =>
    {
        all.Clear();
        desk.Forget();
        refunds.Forget();
        return 0;
    });

    public void Dispose()
    {
        alarm.Dispose();
        saving.Dispose();
        Store();
    }

    private void SetAlarm()
    {
        if (refunds.NextDue is { } due)
        {
            alarm.Change(TimeSpan.FromTicks(Math.Clamp((due - time.GetUtcNow()).Ticks, 0, TimeSpan.TicksPerDay)), Timeout.InfiniteTimeSpan);
        }
    }

    private void Store()
    {
        lock (gate)
        {
            archive.Save(ledger.All);
        }
    }
}

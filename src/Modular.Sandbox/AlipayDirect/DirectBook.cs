using Modular.Sandbox.Storage;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>All trades, behind one lock. Every reader and writer passes through <see cref="Locked"/>.</summary>
internal sealed class DirectBook : IDisposable
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly DirectDesk desk;
    private readonly DirectRefundDesk refunds;
    private readonly TimeProvider time;
    private readonly JsonArchive<DirectTrade> archive;
    private readonly DirectLedger ledger;
    private readonly ITimer alarm;
    private readonly ITimer saving;

    public DirectBook(DirectDesk desk, DirectRefundDesk refunds, TimeProvider time, JsonArchive<DirectTrade> archive)
    {
        (this.desk, this.refunds, this.time, this.archive) = (desk, refunds, time, archive);
        ledger = new DirectLedger(desk, archive.Load());
        alarm = time.CreateTimer(_ => Locked(_ => 0), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Storing is an affair of the machine and not of the simulated time.
        saving = TimeProvider.System.CreateTimer(_ => Store(), null, SaveEvery, SaveEvery);
        Locked(_ => 0);
    }

    /// <summary>Runs the work alone. Whatever is due by the clock happens first, so nobody sees a trade past its end.</summary>
    public T Locked<T>(Func<DirectLedger, T> work)
    {
        lock (gate)
        {
            desk.DoWhatIsDue(trade => refunds.Settle(trade, isForced: false));
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

    public void Dispose()
    {
        alarm.Dispose();
        saving.Dispose();
        Store();
    }

    private void Store()
    {
        lock (gate)
        {
            archive.Save(ledger.All);
        }
    }

    private void SetAlarm()
    {
        if (desk.NextDue is { } due)
        {
            var wait = due - time.GetUtcNow();
            // A refund window of a year does not fit into a timer.
            alarm.Change(TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerDay)), Timeout.InfiniteTimeSpan);
        }
    }
}

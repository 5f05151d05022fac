using Modular.Sandbox.Storage;

namespace Modular.Sandbox.WeChat;

/// <summary>All trades, behind one lock. Every reader and writer passes through <see cref="Locked"/>.</summary>
internal sealed class WeChatBook : IDisposable
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly WeChatDesk desk;
    private readonly JsonArchive<WeChatTrade> archive;
    private readonly WeChatLedger ledger;
    private readonly ITimer saving;

    public WeChatBook(WeChatDesk desk, JsonArchive<WeChatTrade> archive)
    {
        (this.desk, this.archive) = (desk, archive);
        ledger = new WeChatLedger(archive.Load());
        foreach (var trade in ledger.All)
        {
            desk.Watch(trade);
        }

        // Storing is an affair of the machine and not of the simulated time.
        saving = TimeProvider.System.CreateTimer(_ => Store(), null, SaveEvery, SaveEvery);
    }

    /// <summary>
    /// Runs the work alone. Whatever is due by the clock happens first, so nobody sees a trade past its end; no alarm is needed
    /// besides, because WeChat Pay announces payments only.
    /// </summary>
    public T Locked<T>(Func<WeChatLedger, T> work)
    {
        lock (gate)
        {
            desk.DoWhatIsDue();
            try
            {
                return work(ledger);
            }
            finally
            {
                archive.IsStale = true;
            }
        }
    }

    public void Clear() => Locked(all =>
    {
        all.Clear();
        desk.Forget();
        return 0;
    });

    public void Dispose()
    {
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
}

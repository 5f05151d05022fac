using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Keeps the platform certificates. They are fetched when a message first names one, again when it names one that is not
/// known, and in passing when they are older than twelve hours, by one caller for all. A call that does not bring what was asked for is the
/// only one for a minute, so that a thousand made-up serials cost one; one that does is followed by the next as soon as it is needed, so that no
/// rotation waits. Notifications, which anybody may send, and WeChat Pay's own answers are counted apart: no stranger can keep an answer from being
/// believed. May be used from several threads.
/// </summary>
internal sealed class PlatformCertificates(CertificateDownload download, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // A merchant in public-key mode has no certificates and will hardly ever get some.
    private static readonly TimeSpan PauseWithout = TimeSpan.FromHours(1);

    // WeChat Pay asks to look for new ones at least this often.
    private static readonly TimeSpan Old = TimeSpan.FromHours(12);

    private readonly Lock gate = new();
    private readonly Dictionary<MessageOrigin, long> fruitless = [];
    private volatile Knowledge known = new(CertificateSet.Empty, null, null, TimeSpan.Zero);
    private Task running = Task.CompletedTask;
    private long? lastStart;

    /// <summary>Whether WeChat Pay has said at least once which certificates there are, be it none.</summary>
    public bool AreListed => known.FetchedAt is not null || known.Pause == PauseWithout;

    public ValueTask<KeyLookup> FindAsync(string serial, MessageOrigin origin, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var current = known;
        if (current.Certificates.Find(serial, now) is not { } certificate)
        {
            return FetchAndFindAsync(serial, origin, cancellationToken);
        }

        if (IsOld(current, now))
        {
            _ = RefreshAsync(serial, origin);
        }

        return ValueTask.FromResult<KeyLookup>(certificate.Lookup);
    }

    /// <summary>The key of a certificate that is known already; null when it is not. Nothing is fetched.</summary>
    public RSA? Known(string serial) => known.Certificates.Find(serial, time.GetUtcNow())?.Key;

    private async ValueTask<KeyLookup> FetchAndFindAsync(string serial, MessageOrigin origin, CancellationToken cancellationToken)
    {
        await RefreshAsync(serial, origin).WaitAsync(cancellationToken);
        var current = known;
        return current.Certificates.Find(serial, time.GetUtcNow()) is { } certificate ? certificate.Lookup
            : current.Failure is { } failure ? new KeyLookup.Unreachable(failure)
            : new KeyLookup.Unknown(current.Pause == PauseWithout
                ? $"The message was signed with the platform certificate {serial}, and WeChat Pay says that this merchant has none: set PublicKeyId and PublicKey from the merchant console."
                : $"The message was signed with {serial}, which is none of WeChat Pay's platform certificates that are valid now.");
    }

    /// <summary>The refresh that is under way, a new one, or nothing when too little time has passed since one that brought nothing.</summary>
    private Task RefreshAsync(string serial, MessageOrigin origin)
    {
        lock (gate)
        {
            // Somebody else's may have ended since the caller looked.
            var now = time.GetUtcNow();
            var isNeeded = known.Certificates.Find(serial, now) is null || IsOld(known, now);
            if (isNeeded && running.IsCompleted && HasPassed(known.Pause, lastStart) && HasPassed(Pause, fruitless.TryGetValue(origin, out var last) ? last : null))
            {
                lastStart = time.GetTimestamp();

                // Elsewhere, so that the lock is free at once; and without any caller's token, because it serves all of them.
                running = Task.Run(() => FetchForAsync(serial, origin), CancellationToken.None);
            }

            return running;
        }
    }

    private static bool IsOld(Knowledge knowledge, DateTimeOffset now) => now - knowledge.FetchedAt > Old;

    private bool HasPassed(TimeSpan pause, long? since) => since is not { } start || time.GetElapsedTime(start) >= pause;

    private async Task FetchForAsync(string serial, MessageOrigin origin)
    {
        var startedAt = time.GetTimestamp();
        await FetchAsync();
        lock (gate)
        {
            if (known.Certificates.Find(serial, time.GetUtcNow()) is null)
            {
                fruitless[origin] = startedAt;
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The task is shared and may be awaited by nobody; whatever goes wrong is kept as a sentence.")]
    private async Task FetchAsync()
    {
        try
        {
            var answer = await download.FetchAsync();
            known = answer switch
            {
                DownloadAnswer.Fetched fetched => new Knowledge(known.Certificates.With(fetched.Certificates, time.GetUtcNow()), time.GetUtcNow(), null, TimeSpan.Zero),
                DownloadAnswer.NoneExist => known with { Failure = null, Pause = PauseWithout },
                DownloadAnswer.Failed failed => known with { Failure = failed.Detail, Pause = Pause },
                _ => throw new InvalidOperationException("A download has three outcomes."),
            };
        }
        catch (Exception e)
        {
            known = known with { Failure = $"WeChat Pay's platform certificates could not be fetched ({e.GetType().Name}).", Pause = Pause };
        }
    }

    /// <summary>What is known, replaced as a whole.</summary>
    /// <param name="Certificates">The certificates.</param>
    /// <param name="FetchedAt">When they were last listed, null before the first time.</param>
    /// <param name="Failure">Why the last refresh found nothing out; null when it did.</param>
    /// <param name="Pause">How long nobody asks again, whoever it was that asked.</param>
    private sealed record Knowledge(CertificateSet Certificates, DateTimeOffset? FetchedAt, string? Failure, TimeSpan Pause);
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Keeps the platform certificates. They are fetched when a message first names one, again when it names one that is not
/// known, and in passing when they are older than twelve hours; never more often than once a minute, and by one caller for all, so that
/// a thousand messages with made-up serials cost one call. May be used from several threads.
/// </summary>
internal sealed class PlatformCertificates(CertificateDownload download, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // A merchant in public-key mode has no certificates and will hardly ever get some.
    private static readonly TimeSpan PauseWithout = TimeSpan.FromHours(1);

    // WeChat Pay asks to look for new ones at least this often.
    private static readonly TimeSpan Old = TimeSpan.FromHours(12);

    private readonly Lock gate = new();
    private volatile Knowledge known = new(CertificateSet.Empty, null, null, Pause);
    private Task running = Task.CompletedTask;
    private long? lastStart;

    public ValueTask<KeyLookup> FindAsync(string serial, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var current = known;
        if (current.Certificates.Find(serial, now) is not { } certificate)
        {
            return FetchAndFindAsync(serial, cancellationToken);
        }

        if (now - current.FetchedAt > Old)
        {
            _ = RefreshAsync();
        }

        return ValueTask.FromResult<KeyLookup>(certificate.Lookup);
    }

    /// <summary>The key of a certificate that is known already; null when it is not. Nothing is fetched.</summary>
    public RSA? Known(string serial) => known.Certificates.Find(serial, time.GetUtcNow())?.Key;

    private async ValueTask<KeyLookup> FetchAndFindAsync(string serial, CancellationToken cancellationToken)
    {
        await RefreshAsync().WaitAsync(cancellationToken);
        var current = known;
        return current.Certificates.Find(serial, time.GetUtcNow()) is { } certificate ? certificate.Lookup
            : current.Failure is { } failure ? new KeyLookup.Unreachable(failure)
            : new KeyLookup.Unknown(current.Pause == PauseWithout
                ? $"The message was signed with the platform certificate {serial}, and WeChat Pay says that this merchant has none: set PublicKeyId and PublicKey from the merchant console."
                : $"The message was signed with {serial}, which is none of WeChat Pay's platform certificates that are valid now.");
    }

    /// <summary>The refresh that is under way, a new one, or nothing when the last one began too short a time ago.</summary>
    private Task RefreshAsync()
    {
        lock (gate)
        {
            if (running.IsCompleted && (lastStart is not { } last || time.GetElapsedTime(last) >= known.Pause))
            {
                lastStart = time.GetTimestamp();

                // Elsewhere, so that the lock is free at once; and without any caller's token, because it serves all of them.
                running = Task.Run(FetchAsync, CancellationToken.None);
            }

            return running;
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
                DownloadAnswer.Fetched fetched => new Knowledge(known.Certificates.With(fetched.Certificates, time.GetUtcNow()), time.GetUtcNow(), null, Pause),
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
    /// <param name="Pause">How long nobody asks again.</param>
    private sealed record Knowledge(CertificateSet Certificates, DateTimeOffset? FetchedAt, string? Failure, TimeSpan Pause);
}

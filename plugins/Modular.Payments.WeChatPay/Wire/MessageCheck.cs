using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Whether WeChat Pay signed a message. The hierarchy is closed.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>It did, just now.</summary>
    internal sealed record Authentic : Verdict
    {
        public static readonly Authentic Instance = new();
    }

    /// <summary>It did not, as far as anyone can tell.</summary>
    internal sealed record Refused(Doubt Doubt) : Verdict;

    /// <summary>The key could not be fetched.</summary>
    internal sealed record Undecided(string Detail) : Verdict;
}

/// <summary>Checks answers and notifications alike, over the raw bytes: freshness, key, signature.</summary>
internal sealed class MessageCheck(TrustedKeys keys, TimeProvider time)
{
    // WeChat Pay tests now and then whether wrong signatures are refused. The prefix only names the refusal.
    public const string ProbePrefix = "WECHATPAY/SIGNTEST/";

    /// <param name="headers">What the message says about its signature.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="receivedAt">When it came, UTC, from which its age counts; null stands for now.</param>
    /// <param name="cancellationToken">Ends the waiting for a key.</param>
    public async ValueTask<Verdict> CheckAsync(SignatureHeaders headers, ReadOnlyMemory<byte> body, MessageOrigin origin, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        if (Freshness.Doubt(headers, receivedAt ?? time.GetUtcNow()) is { } stale)
        {
            return new Verdict.Refused(stale);
        }

        return await keys.FindAsync(headers.Serial, origin, cancellationToken) switch
        {
            KeyLookup.Found found when SignatureCheck.IsAuthentic(headers, body.Span, found.Key) => Verdict.Authentic.Instance,
            KeyLookup.Found => Refused(headers),
            KeyLookup.Unreachable unreachable => new Verdict.Undecided(unreachable.Detail),
            KeyLookup.Unknown unknown => new Verdict.Refused(new Doubt(RefusalReason.UnknownKey, unknown.Detail)),
            _ => throw new InvalidOperationException("A lookup has three outcomes."),
        };
    }

    private static Verdict.Refused Refused(SignatureHeaders headers) => new(
        headers.Signature.StartsWith(ProbePrefix, StringComparison.Ordinal)
            ? new Doubt(RefusalReason.Probe, "WeChat Pay tested whether a wrong signature is refused, and it was.")
            : new Doubt(RefusalReason.WrongSignature, $"The signature does not belong to this message and the key {headers.Serial}."));
}

using Modular.Payments.Abstractions.Preflight;

namespace Modular.Payments;

/// <summary>
/// Watches what the gateway answers during one preflight: whether it answers at all, and what time it is there. Thread-safe.
/// </summary>
internal sealed class AnswerWatch(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(60);

    // Beyond five minutes WeChat Pay and Alipay refuse what we sign, and we what they sign.
    private static readonly TimeSpan Refused = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private Answer? first;

    /// <summary>The first answer; null while there is none.</summary>
    public Answer? First
    {
        get
        {
            lock (gate)
            {
                return first;
            }
        }
    }

    /// <summary>Whether the clocks agree; null when the gateway does not say what time it is.</summary>
    public PreflightLine? Clock()
    {
        if (First?.Ahead is not { } ahead)
        {
            return null;
        }

        var seconds = (long)Math.Round(Math.Abs(ahead.TotalSeconds));
        var sentence = $"The clock of this machine is {seconds} seconds {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the gateway's.";
        return ahead.Duration() > Refused
            ? PreflightLine.Fail("clock", sentence, "Synchronise this machine's clock (NTP): beyond five minutes signed messages are refused on both sides.")
            : ahead.Duration() > Noticeable
                ? PreflightLine.Warn("clock", sentence, "Synchronise this machine's clock (NTP) before the difference reaches five minutes.")
                : PreflightLine.Pass("clock", "The clock of this machine agrees with the gateway's to the minute.");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (sentAt, began) = (time.GetUtcNow(), time.GetTimestamp());
        var response = await base.SendAsync(request, cancellationToken);
        var took = time.GetElapsedTime(began);

        // The header has whole seconds and was written somewhere within the call: the middle of both is the best guess.
        var ahead = response.Headers.Date is { } date ? sentAt + (took / 2) - date - TimeSpan.FromSeconds(0.5) : (TimeSpan?)null;
        lock (gate)
        {
            first ??= new Answer(request.RequestUri!.Authority, (int)response.StatusCode, took, ahead);
        }

        return response;
    }

    /// <summary>One answer.</summary>
    /// <param name="Host">Who answered.</param>
    /// <param name="Status">With which HTTP status.</param>
    /// <param name="Took">After which time.</param>
    /// <param name="Ahead">How far our clock is ahead; null when the answer has no <c>Date</c>.</param>
    public sealed record Answer(string Host, int Status, TimeSpan Took, TimeSpan? Ahead);
}

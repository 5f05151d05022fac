using System.Diagnostics.CodeAnalysis;
using Modular.Kernel;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>Why a message is refused.</summary>
/// <param name="Cause">The proved cause's code; null when none is proved.</param>
/// <param name="Detail">The cause's code and sentence, or what the plugin said.</param>
internal readonly record struct Explanation(string? Cause, string Detail);

/// <summary>
/// Puts the doctor's explanation in the place of a refusal's detail, within a budget, so that a flood of refused messages costs
/// nothing: a few at once, then one a second, never two side by side, and each with few trials. What the flood had no budget for is
/// explained when somebody opens it, one at a time. It never fails and never changes a verdict. Thread-safe.
/// </summary>
internal sealed class RefusalDoctor(SignatureDoctor doctor, TimeProvider time) : IDisposable
{
    private const int Burst = 10;
    private const int MaxTrials = 1500;
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Other refusals are not about signatures, and their own sentence says all.
    private static readonly string[] Reasons =
    [
        .. new[]
        {
            RefusalReason.MissingSignature, RefusalReason.WrongSignature, RefusalReason.WrongAlgorithm, RefusalReason.UnknownKey,
            RefusalReason.Stale, RefusalReason.Probe, RefusalReason.Malformed,
        }.Select(reason => reason.ToText()),
    ];

    private readonly Lock gate = new();
    private readonly TokenBucket budget = new(time, Burst, Refill);
    private readonly SemaphoreSlim opened = new(1);
    private int running;

    /// <summary>The cause's code and sentence, or <paramref name="detail"/> when no cause is proved or the budget is used up.</summary>
    public async Task<Explanation> ExplainAsync(string instance, RawRequest request, string reason, string detail)
    {
        if (!Reasons.Contains(reason) || Interlocked.CompareExchange(ref running, 1, 0) != 0)
        {
            return new Explanation(null, detail);
        }

        if (!TryTake())
        {
            Volatile.Write(ref running, 0);
            return new Explanation(null, detail);
        }

        return await ExamineAsync(instance, request, detail, () => Volatile.Write(ref running, 0));
    }

    /// <summary>The same for a kept message that somebody looks at and that has no cause yet. Who waits for others too long sees <paramref name="detail"/>.</summary>
    public async Task<Explanation> ExplainOpenedAsync(string instance, RawRequest request, string reason, string detail, CancellationToken cancellationToken) =>
        Reasons.Contains(reason) && await opened.WaitAsync(Patience, cancellationToken)
            ? await ExamineAsync(instance, request, detail, () => opened.Release())
            : new Explanation(null, detail);

    public void Dispose() => opened.Dispose();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An explanation that fails must keep no refusal from being recorded or shown.")]
    private async Task<Explanation> ExamineAsync(string instance, RawRequest request, string detail, Action giveBack)
    {
        // The place is given back when the plugin has really ended, not when we stop waiting for it.
        var examination = Task.Run(() =>
        {
            try
            {
                return doctor.Examine(instance, request, MaxTrials);
            }
            finally
            {
                giveBack();
            }
        });
        try
        {
            return await examination.WaitAsync(Patience, time) is SignatureDoctor.Outcome.Examined { Diagnosis: { Cause: { } cause } diagnosis }
                ? new Explanation(cause, $"{cause}: {diagnosis.Sentence}")
                : new Explanation(null, detail);
        }
        catch (Exception)
        {
            return new Explanation(null, detail);
        }
    }

    private bool TryTake()
    {
        lock (gate)
        {
            if (!budget.Has(time.GetTimestamp()))
            {
                return false;
            }

            budget.Take();
            return true;
        }
    }
}

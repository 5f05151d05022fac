using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Sends the refunds that are due and asks about those that are under way. The same number is used for ever: a refund whose
/// answer was lost is asked about first, and sent again only when the provider does not know it. Any number of nodes may run
/// it. Returns how many were worked on.
/// </summary>
public static partial class SendRefunds
{
    public sealed record Command : IRequest<int>;

    internal sealed partial class Handler(ModularDbContext db, IServiceScopeFactory scopes, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, int>
    {
        private const int BatchSize = 20;
        private const int Parallelism = 8;

        private static readonly Claim Due = new("payments_refunds", "next_check_at", BatchSize, RefundSender.Taken);

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = 0;
            while (true)
            {
                var due = await ClaimAsync(cancellationToken);
                await Parallel.ForEachAsync(
                    due, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                    async (refund, ct) => await WorkAsync(refund, ct));
                total += due.Count;
                if (due.Count < BatchSize)
                {
                    return total;
                }
            }
        }

        private async Task<List<Refund>> ClaimAsync(CancellationToken cancellationToken)
        {
            var ids = await Due.TakeAsync<long>(db, time.UtcNow(), RefundSender.Lease, cancellationToken);
            return ids.Count == 0
                ? []
                : await db.Set<Refund>().AsNoTracking().Where(refund => ids.Contains(refund.Id)).ToListAsync(cancellationToken);
        }

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "One refund's failure must not keep the others from their money; it comes up again.")]
        private async Task WorkAsync(Refund refund, CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                var detail = await scope.ServiceProvider.GetRequiredService<RefundSender>().SendAsync(refund, cancellationToken);
                LogWorked(refund.RefundNo, refund.Provider, detail);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(e, refund.RefundNo);
            }
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Refund {RefundNo} at {Provider}: {Detail}")]
        private partial void LogWorked(string refundNo, string provider, string detail);

        [LoggerMessage(Level = LogLevel.Error, Message = "Refund {RefundNo} could not be worked on")]
        private partial void LogFailed(Exception exception, string refundNo);
    }
}

/// <summary>Sends one refund, or asks about it, and takes the answer through the door. No transaction may be open.</summary>
internal sealed class RefundSender(ModularDbContext db, ProviderCatalogue providers, RefundDoor door, PaymentsOptions options, TimeProvider time)
{
    /// <summary>The refund waits for an operator at the provider's page, see <see cref="ShowRefundAction"/>.</summary>
    public const string OperatorNeeded = "operator_needed";

    /// <summary>
    /// What is set on a refund before its provider is called, with <c>@now</c> as the time. What was sent before its first sending was
    /// written down had been sent with the moment of its making.
    /// </summary>
    public const string Taken =
        """
        last_checked_at = @now, check_count = check_count + 1,
        sent_at = CASE WHEN status = 'processing' THEN COALESCE(sent_at, CASE WHEN check_count = 0 THEN @now ELSE created_at END) ELSE sent_at END
        """;

    /// <summary>It has been under way, or unknown, for longer than refunds take.</summary>
    public const string Overdue = "overdue";

    /// <summary>A refund that was taken comes up again after this time when the process that took it died.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The claimed refund; its count says whether the provider may have heard of it. Only what is under way is ever sent: one that has failed
    /// and was named by a message since then is asked about once, and left to the person whom that message called.
    /// </summary>
    public async Task<string> SendAsync(Refund refund, CancellationToken cancellationToken)
    {
        if (refund.Status != RefundStatus.Processing)
        {
            return await AskOnceAsync(refund, cancellationToken);
        }

        var payment = await db.Set<Payment>().AsNoTracking().SingleAsync(p => p.PaymentNo == refund.PaymentNo, cancellationToken);
        if (providers.Find(refund.Provider) is not { } provider)
        {
            return await WaitAsync(refund, attention: true, "provider_missing", $"The provider instance {refund.Provider} is not configured any more.", cancellationToken);
        }

        var request = Request(refund, payment, options);
        RefundAnswer? answer = refund.CheckCount > 1 ? await provider.QueryRefundAsync(request.Reference, options.CallBudget, cancellationToken) : null;
        if (answer is null or RefundAnswer.Known { Report.State: RefundState.NotFound })
        {
            // Whatever was planned when they were taken: after a pause all of a payment's refunds are due at once.
            if (await TooEarlyAsync(refund, provider, cancellationToken) is { } earliest)
            {
                return await PutOffAsync(refund, earliest, cancellationToken);
            }

            answer = await provider.RefundAsync(request, options.CallBudget, cancellationToken);
        }

        return answer switch
        {
            RefundAnswer.Known { Report: { } report } when RefundRules.Problem(report) is { } problem => await GoOnAsync(refund, RefundOptions.MaxUnknown, problem, cancellationToken),
            RefundAnswer.Known { Report: { } report } when report.RefundNo != refund.RefundNo || !Settlement.Decision.IsOurs(provider.Account, report.Account) =>
                await WaitAsync(refund, attention: true, "refund_report_of_other", "The provider's answer is about another refund or account.", cancellationToken),
            RefundAnswer.Known { Report: { } report } => await TakeAsync(refund, provider, report, cancellationToken),
            RefundAnswer.Rejected { MayRetry: true } rejected => await WaitAsync(refund, attention: true, rejected.Code, rejected.Detail, cancellationToken),
            RefundAnswer.Rejected rejected => await FailAsync(refund, provider, rejected, cancellationToken),
            RefundAnswer.OperatorNeeded needed => await WaitAsync(refund, attention: true, OperatorNeeded, needed.Detail, cancellationToken),
            _ => await GoOnAsync(refund, RefundOptions.MaxUnknown, (answer as RefundAnswer.Unknown)?.Detail ?? "The plugin returned nothing.", cancellationToken),
        };
    }

    /// <summary>The report of an answer that is about the refund of this number and can be used; null of all others.</summary>
    public static RefundReport? Usable(RefundAnswer answer, string refundNo, ProviderInstance provider) =>
        answer is RefundAnswer.Known { Report: { } report } && RefundRules.Problem(report) is null && report.RefundNo == refundNo
        && Settlement.Decision.IsOurs(provider.Account, report.Account) ? report : null;

    /// <summary>An answer to our own request need not repeat the amount that stands in the request.</summary>
    public static RefundReport Whole(RefundReport report, Refund refund) =>
        report.Amount is null && report.State == RefundState.Succeeded ? report with { Amount = refund.Amount } : report;

    /// <summary>What is said to the provider, the same on every call.</summary>
    public static RefundRequest Request(Refund refund, Payment payment, PaymentsOptions options) => new()
    {
        RefundNo = refund.RefundNo,
        Payment = payment.Reference,
        // What came, not what was asked for: that is the sum that the provider knows.
        PaymentAmount = new Money(payment.ReceivedMinor ?? payment.AmountMinor, payment.Currency),
        Amount = refund.Amount,
        Reason = refund.Reason,
        NotifyUrl = new Uri(options.PublicUrl!, $"payments/{refund.Provider}/notify"),
        CreatedAt = refund.SentAt ?? refund.CreatedAt,
    };

    /// <summary>
    /// When the provider may be called with this refund, if another of its payment was called for within the time that the provider wants between
    /// them; null when it may be called now. Of those that were claimed together the first goes.
    /// </summary>
    private async Task<DateTimeOffset?> TooEarlyAsync(Refund refund, ProviderInstance provider, CancellationToken cancellationToken)
    {
        if (provider.RefundLimits.MinInterval is var interval && interval <= TimeSpan.Zero)
        {
            return null;
        }

        var now = time.UtcNow();
        var since = now - interval;
        var others = await db.Set<Refund>().AsNoTracking()
            .Where(r => r.PaymentNo == refund.PaymentNo && r.Id != refund.Id && r.LastCheckedAt > since
                && (r.LastCheckedAt < refund.LastCheckedAt || (r.LastCheckedAt == refund.LastCheckedAt && r.Id < refund.Id)))
            .ToListAsync(cancellationToken);
        return others.Count > 0 && RefundSpacing.Earliest(others, interval, now) is var earliest && earliest > now ? earliest : null;
    }

    /// <summary>Leaves it for later. What was never sent goes on being so: a provider may make the day of its sending a part of its number.</summary>
    private async Task<string> PutOffAsync(Refund refund, DateTimeOffset next, CancellationToken cancellationToken)
    {
        var mine = db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status == RefundStatus.Processing && r.Version == refund.Version);
        await (refund.CheckCount > 1
            ? mine.ExecuteUpdateAsync(set => set.SetProperty(r => r.NextCheckAt, next), cancellationToken)
            : mine.ExecuteUpdateAsync(
                set => set.SetProperty(r => r.NextCheckAt, next).SetProperty(r => r.CheckCount, 0).SetProperty(r => r.LastCheckedAt, (DateTimeOffset?)null)
                    .SetProperty(r => r.SentAt, (DateTimeOffset?)null),
                cancellationToken));
        return "It waits, because another refund of its payment was called for just now.";
    }

    private async Task<string> AskOnceAsync(Refund refund, CancellationToken cancellationToken)
    {
        if (refund.Status == RefundStatus.Failed && providers.Find(refund.Provider) is { } provider)
        {
            var payment = await db.Set<Payment>().AsNoTracking().SingleAsync(p => p.PaymentNo == refund.PaymentNo, cancellationToken);
            var answer = await provider.QueryRefundAsync(Request(refund, payment, options).Reference, options.CallBudget, cancellationToken);
            if (Usable(answer, refund.RefundNo, provider) is { } report
                && (await door.ApplyAsync(provider.Name, provider.Account, [Whole(report, refund)], null, cancellationToken))[0].Effect == RefundEffect.Settled)
            {
                return "Done after all.";
            }
        }

        await db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status != RefundStatus.Processing && r.NextCheckAt == refund.NextCheckAt)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.NextCheckAt, (DateTimeOffset?)null), cancellationToken);
        return $"It is {refund.Status.ToText()} and goes on being so.";
    }

    private async Task<string> TakeAsync(Refund refund, ProviderInstance provider, RefundReport report, CancellationToken cancellationToken)
    {
        var outcome = (await door.ApplyAsync(provider.Name, provider.Account, [Whole(report, refund)], null, cancellationToken))[0];
        return outcome.Effect switch
        {
            RefundEffect.Settled => "Done.",
            RefundEffect.Failed or RefundEffect.Attention => $"A person must look at it ({outcome.Reason}).",
            _ => await GoOnAsync(refund, RefundOptions.MaxProcessing, $"The provider works on it ({report.ProviderState ?? report.State.ToText()}).", cancellationToken),
        };
    }

    private async Task<string> FailAsync(Refund refund, ProviderInstance provider, RefundAnswer.Rejected rejected, CancellationToken cancellationToken)
    {
        var report = new RefundReport
        {
            RefundNo = refund.RefundNo, State = RefundState.Failed, Account = new ProviderAccount(null, null), ProviderState = StoredText.Cut(rejected.Code, 64),
        };
        if ((await door.ApplyAsync(provider.Name, provider.Account, [report], null, cancellationToken))[0].Effect == RefundEffect.Failed)
        {
            await db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status == RefundStatus.Failed).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.StatusReason, StoredText.Cut(rejected.Code, 64)).SetProperty(r => r.StatusDetail, StoredText.Cut(rejected.Detail, 256)), cancellationToken);
        }

        return $"Refused ({rejected.Code}): {rejected.Detail}";
    }

    /// <summary>Goes on waiting, without a person while it takes no longer than it may.</summary>
    private Task<string> GoOnAsync(Refund refund, TimeSpan bound, string detail, CancellationToken cancellationToken)
    {
        var isOverdue = time.UtcNow() - (refund.SentAt ?? refund.CreatedAt) > bound;
        return refund is { NeedsAttention: true, StatusReason: not Overdue }
            ? WaitAsync(refund, attention: true, refund.StatusReason, detail, cancellationToken)
            : WaitAsync(refund, isOverdue, isOverdue ? Overdue : null, detail, cancellationToken);
    }

    private async Task<string> WaitAsync(Refund refund, bool attention, string? reason, string detail, CancellationToken cancellationToken)
    {
        var next = time.UtcNow() + RefundOptions.WaitAfter(refund.CheckCount);
        await db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status == RefundStatus.Processing && r.Version == refund.Version).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.NextCheckAt, next).SetProperty(r => r.NeedsAttention, attention)
                .SetProperty(r => r.StatusReason, StoredText.Cut(reason, 64)).SetProperty(r => r.StatusDetail, StoredText.Cut(detail, 256)),
            cancellationToken);
        return detail;
    }
}

/// <summary>What the texts of a report must look like before they are compared or stored.</summary>
internal static class RefundRules
{
    /// <summary>Why a plugin's report cannot be used; null when it can.</summary>
    public static string? Problem(RefundReport report) => report switch
    {
        { RefundNo: not { Length: >= 1 and <= 64 } } => "The refund number is empty or longer than 64 characters.",
        { PaymentNo: { Length: 0 or > 64 } } => "The payment number is empty or longer than 64 characters.",
        { ProviderRefundNo: { Length: 0 or > 64 } } => "The provider's number is empty or longer than 64 characters.",
        { ProviderState: { Length: > 64 } } => "The provider's state is longer than 64 characters.",
        _ when !ReportRules.IsPrintable(report.RefundNo) || !ReportRules.IsPrintable(report.PaymentNo)
            || !ReportRules.IsPrintable(report.ProviderRefundNo) || !ReportRules.IsPrintable(report.ProviderState) => "A number or state holds other characters than printable ASCII.",
        { Account: null } => "The report names no account object.",
        _ => null,
    };
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>How a payment stands after its provider was asked and the answer was settled.</summary>
internal enum InquiryResult
{
    /// <summary>The provider could not say, and nothing was changed.</summary>
    Unknown,
    NotFound,
    Pending,
    Closed,
    Paid,
    Held,
}

/// <summary>What an inquiry found out, with a sentence for people and, unless the result is unknown, what the provider reported.</summary>
internal sealed record Inquiry(InquiryResult Result, string Detail, PaymentReport? Report = null);

/// <summary>
/// Asks a payment's provider and takes the answer through the door. Callers who ask about the same payment at the same
/// time share one call. Thread-safe.
/// </summary>
internal sealed class ProviderInquiry(ProviderCatalogue providers, SettlementQueue settlement, TimeProvider time, PaymentsOptions options)
{
    /// <summary>What is said of a payment that its provider has not heard of: nobody has opened its cashier.</summary>
    public const string NotKnownYet = "The provider does not know it yet.";

    private readonly ConcurrentDictionary<string, Task<Inquiry>> running = new();

    /// <summary>Whether somebody asks about the payment just now, so that asking costs the provider nothing.</summary>
    public bool IsUnderWay(string paymentNo) => running.ContainsKey(paymentNo);

    /// <summary>Asks, and waits for at most <paramref name="budget"/>; after that the answer is unknown to this caller, though it is still settled when it comes.</summary>
    public async Task<Inquiry> AskAsync(Payment payment, ReportSource source, TimeSpan budget, CancellationToken cancellationToken)
    {
        var asking = running.GetOrAdd(payment.PaymentNo, _ => AskOnceAsync(payment, source));
        try
        {
            return await asking.WaitAsync(budget, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new Inquiry(InquiryResult.Unknown, $"The provider did not answer within {budget.TotalSeconds:0.#} seconds.");
        }
    }

    /// <summary>Takes a report of our own doing (a close that the provider confirmed) through the door.</summary>
    public async Task ReportClosedAsync(Payment payment, string why, CancellationToken cancellationToken)
    {
        var report = new PaymentReport
        {
            PaymentNo = payment.PaymentNo,
            State = ReportedState.Closed,
            Account = new ProviderAccount(null, null),
            ProviderState = why,
        };
        var account = providers.Find(payment.Provider)?.Account ?? new ProviderAccount(null, null);
        await settlement.SettleAsync(new Entry(payment.Provider, account, ReportSource.Close, report, null), cancellationToken);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps an answer from being stored, nothing was found out; the checks of other payments go on.")]
    private async Task<Inquiry> AskOnceAsync(Payment payment, ReportSource source)
    {
        // The call belongs to all who wait for it, so no single caller's patience ends it.
        await Task.Yield();
        using var limit = new CancellationTokenSource(options.CallBudget + options.NotifyBudget, time);
        try
        {
            return await AskAndSettleAsync(payment, source, limit.Token);
        }
        catch (Exception e)
        {
            return new Inquiry(InquiryResult.Unknown, $"The provider's answer could not be stored ({e.GetType().Name}).");
        }
        finally
        {
            running.TryRemove(payment.PaymentNo, out _);
        }
    }

    private async Task<Inquiry> AskAndSettleAsync(Payment payment, ReportSource source, CancellationToken cancellationToken)
    {
        if (providers.Find(payment.Provider) is not { } provider)
        {
            return new Inquiry(InquiryResult.Unknown, $"The provider instance {payment.Provider} is not configured any more.");
        }

        var answer = await provider.QueryAsync(payment.Reference, options.CallBudget, cancellationToken);
        if (answer is not QueryAnswer.Known { Report: { } report })
        {
            return new Inquiry(InquiryResult.Unknown, (answer as QueryAnswer.Unknown)?.Detail ?? "The plugin returned nothing.");
        }

        if (report.PaymentNo != payment.PaymentNo || ReportRules.Problem(report) is not null)
        {
            return new Inquiry(InquiryResult.Unknown, "The plugin's report is not about this payment or cannot be used.");
        }

        var outcome = await settlement.SettleAsync(new Entry(provider.Name, provider.Account, source, report, null), cancellationToken);
        return outcome.Status switch
        {
            PaymentStatus.Succeeded or PaymentStatus.Refunded or PaymentStatus.PartiallyRefunded => new Inquiry(InquiryResult.Paid, "Paid.", report),
            PaymentStatus.Held => new Inquiry(InquiryResult.Held, "Held.", report),
            PaymentStatus.Closed => new Inquiry(InquiryResult.Closed, "Closed.", report),
            null => new Inquiry(InquiryResult.Unknown, $"The report was refused: {outcome.Reason}."),
            _ when report.State == ReportedState.NotFound => new Inquiry(InquiryResult.NotFound, NotKnownYet, report),
            _ => new Inquiry(InquiryResult.Pending, $"Not paid ({report.ProviderState ?? "pending"}).", report),
        };
    }
}

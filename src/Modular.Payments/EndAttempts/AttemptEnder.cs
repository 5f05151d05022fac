using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>How an attempt ended.</summary>
internal enum AttemptEnd
{
    /// <summary>It is closed at its provider, or superseded and still watched.</summary>
    Ended,
    Paid,
    Held,

    /// <summary>Its provider could not say; it is as open as before.</summary>
    Unknown,
}

/// <summary>
/// Ends an open attempt: asks, then closes at the provider, then closes here. What the provider does not know yet, or may
/// not close yet, is superseded and goes on being watched. No transaction may be open.
/// </summary>
internal sealed class AttemptEnder(
    ProviderInquiry inquiry, ProviderCatalogue providers, SettlementDoor door, PaymentsOptions options, TimeProvider time)
{
    public async Task<(AttemptEnd End, string Detail)> EndAsync(Payment payment, CancellationToken cancellationToken)
    {
        var asked = await inquiry.AskAsync(payment, ReportSource.Poll, options.CallBudget, cancellationToken);
        return asked.Result switch
        {
            InquiryResult.Paid => (AttemptEnd.Paid, asked.Detail),
            InquiryResult.Held => (AttemptEnd.Held, asked.Detail),
            InquiryResult.Closed => (AttemptEnd.Ended, asked.Detail),
            InquiryResult.NotFound => await EndUnknownToProviderAsync(payment, cancellationToken),
            InquiryResult.Pending => await CloseAsync(payment, cancellationToken),
            _ => (AttemptEnd.Unknown, asked.Detail),
        };
    }

    private async Task<(AttemptEnd End, string Detail)> CloseAsync(Payment payment, CancellationToken cancellationToken)
    {
        if (providers.Find(payment.Provider) is not { CanClose: true } provider)
        {
            return await SupersedeAsync(payment, "The provider cannot close payments.", null, cancellationToken);
        }

        switch (await provider.CloseAsync(payment.Reference, options.CallBudget, cancellationToken))
        {
            case CloseAnswer.Closed:
                await inquiry.ReportClosedAsync(payment, "closed_by_us", cancellationToken);
                return (AttemptEnd.Ended, "Closed at the provider.");
            case CloseAnswer.NotFound:
                return await EndUnknownToProviderAsync(payment, cancellationToken);
            case CloseAnswer.TooEarly early:
                return await SupersedeAsync(payment, early.Detail, early.Possible, cancellationToken);
            case CloseAnswer.AlreadyPaid:
                // Only a report can say how much and to whom, so the provider is asked once more.
                var asked = await inquiry.AskAsync(payment, ReportSource.Poll, options.CallBudget, cancellationToken);
                return asked.Result switch
                {
                    InquiryResult.Paid => (AttemptEnd.Paid, asked.Detail),
                    InquiryResult.Held => (AttemptEnd.Held, asked.Detail),
                    InquiryResult.Closed => (AttemptEnd.Ended, asked.Detail),
                    _ => (AttemptEnd.Unknown, "The provider will not close it and does not say that it is paid."),
                };
            case var answer:
                return (AttemptEnd.Unknown, (answer as CloseAnswer.Unknown)?.Detail ?? "The plugin returned nothing.");
        }
    }

    private async Task<(AttemptEnd End, string Detail)> EndUnknownToProviderAsync(Payment payment, CancellationToken cancellationToken)
    {
        // "Not found" proves nothing while the shopper's cashier page could still make the payment known.
        if (time.UtcNow() <= payment.ExpiresAt + options.ExpiryGrace)
        {
            return await SupersedeAsync(payment, ProviderInquiry.NotKnownYet, null, cancellationToken);
        }

        await inquiry.ReportClosedAsync(payment, "expired_unknown", cancellationToken);
        return (AttemptEnd.Ended, "The provider never came to know it.");
    }

    private async Task<(AttemptEnd End, string Detail)> SupersedeAsync(
        Payment payment, string detail, DateTimeOffset? closePossible, CancellationToken cancellationToken)
    {
        if (payment.Status == PaymentStatus.Superseded)
        {
            return (AttemptEnd.Ended, detail);
        }

        return await door.SupersedeAsync(payment.PaymentNo, closePossible, cancellationToken)
            ? (AttemptEnd.Ended, detail)
            : (AttemptEnd.Unknown, "Its state changed in the meantime.");
    }
}

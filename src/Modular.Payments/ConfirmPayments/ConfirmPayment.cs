using MediatR;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Asks a payment's provider now, because a person or a page wants to know.</summary>
public static class ConfirmPayment
{
    /// <param name="PaymentNo">The payment.</param>
    /// <param name="Budget">How long the caller waits; null for the usual limit of a provider call.</param>
    public sealed record Command(string PaymentNo, TimeSpan? Budget = null) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record NotFound : Outcome;

        /// <summary>The provider answered, or nothing is left to ask.</summary>
        public sealed record Known(PaymentDetails Payment) : Outcome;

        /// <summary>The provider could not say.</summary>
        public sealed record Unknown(PaymentDetails Payment, string Detail) : Outcome;
    }

    internal sealed class Handler(ModularDbContext db, ProviderInquiry inquiry, PaymentsOptions options) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken) is not { } payment)
            {
                return new Outcome.NotFound();
            }

            // Held without a sum, it can still be told how much.
            if (payment is not ({ Status: PaymentStatus.Pending or PaymentStatus.Superseded or PaymentStatus.Closed } or { Status: PaymentStatus.Held, ReceivedMinor: null }))
            {
                return new Outcome.Known(ShowPayment.Details(payment));
            }

            var asked = await inquiry.AskAsync(payment, ReportSource.Person, command.Budget ?? options.CallBudget, cancellationToken);
            var now = await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken);
            return asked.Result == InquiryResult.Unknown
                ? new Outcome.Unknown(ShowPayment.Details(now!), asked.Detail)
                : new Outcome.Known(ShowPayment.Details(now!));
        }
    }
}

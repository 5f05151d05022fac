using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>A payment with its order and what is known about its next check.</summary>
public sealed record PaymentDetails(
    string OrderNo, PaymentView Payment, string? ProviderTradeNo, string Subject, DateTimeOffset ExpiresAt, DateTimeOffset? LastCheckedAt, DateTimeOffset? NextCheckAt);

/// <summary>Shows a payment; null when there is none of that number. Who may see it is decided at the edge.</summary>
public static class ShowPayment
{
    public sealed record Query(string PaymentNo) : IRequest<PaymentDetails?>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, PaymentDetails?>
    {
        public async Task<PaymentDetails?> Handle(Query query, CancellationToken cancellationToken) =>
            await FindAsync(db, query.PaymentNo, cancellationToken) is { } payment ? Details(payment) : null;
    }

    internal static PaymentDetails Details(Payment payment) => new(
        payment.OrderNo, payment.View, payment.ProviderTradeNo, payment.Subject, payment.ExpiresAt, payment.LastCheckedAt, payment.NextCheckAt);

    internal static async Task<Payment?> FindAsync(ModularDbContext db, string paymentNo, CancellationToken cancellationToken) =>
        Numbers.IsWellFormed(paymentNo)
            ? await db.Set<Payment>().AsNoTracking().SingleOrDefaultAsync(payment => payment.PaymentNo == paymentNo, cancellationToken)
            : null;
}

/// <summary>Makes the action of a pending payment again, for the page on which the shopper pays.</summary>
public static class ResumePayment
{
    public sealed record Command(string PaymentNo, string? PayerId = null) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record NotFound : Outcome;

        /// <summary>The payment is not pending any more.</summary>
        public sealed record Over(PaymentDetails Payment) : Outcome;

        /// <summary>The shopper can pay.</summary>
        public sealed record Ready(PaymentDetails Payment, PaymentAction Action) : Outcome;

        /// <summary>The payer's id is needed and was not given.</summary>
        public sealed record PayerNeeded(PaymentDetails Payment) : Outcome;

        /// <summary>The payment was opened by somebody else, to whom its provider has bound it.</summary>
        public sealed record OtherPayer(PaymentDetails Payment) : Outcome;

        /// <summary>The action cannot be had just now.</summary>
        public sealed record Unknown(PaymentDetails Payment) : Outcome;
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, PaymentStarter starter) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken) is not { } payment)
            {
                return new Outcome.NotFound();
            }

            var details = ShowPayment.Details(payment);
            if (payment.Status != PaymentStatus.Pending)
            {
                return new Outcome.Over(details);
            }

            if (!PayerTag.Fits(payment.PayerTag, command.PayerId))
            {
                return new Outcome.OtherPayer(details);
            }

            return providers.Find(payment.Provider) is not { InService: true } provider
                ? new Outcome.Unknown(details)
                : await starter.StartAsync(payment, provider, command.PayerId, cancellationToken) switch
                {
                    StartAnswer.Started started => new Outcome.Ready(details, started.Action),
                    StartAnswer.PayerNeeded => new Outcome.PayerNeeded(details),
                    _ => new Outcome.Unknown(details),
                };
        }
    }
}

/// <summary>Lists an order's payments for other modules.</summary>
internal sealed class ListPaymentsHandler(ModularDbContext db) : IRequestHandler<ListPayments, IReadOnlyList<PaymentView>>
{
    public async Task<IReadOnlyList<PaymentView>> Handle(ListPayments request, CancellationToken cancellationToken)
    {
        var payments = await db.Set<Payment>().AsNoTracking().Where(payment => payment.OrderNo == request.OrderNo)
            .OrderBy(payment => payment.Id).ToListAsync(cancellationToken);
        return payments.ConvertAll(payment => payment.View);
    }
}

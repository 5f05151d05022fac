using System.Text.Json;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Idempotency;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Takes a refund: the sum is reserved on the payment's row and the refund's number is fixed, in one commit, before anything is
/// sent. The sweep sends it and finds out what came of it. Any number of people may ask at once: together they never get more
/// than was paid.
/// </summary>
public static class RefundPayment
{
    /// <param name="PaymentNo">The payment.</param>
    /// <param name="Amount">What is to go back; more than nothing.</param>
    /// <param name="Reason">Why, as the shopper may read it at the provider; 1 to 80 characters.</param>
    /// <param name="Origin">Who asks.</param>
    /// <param name="RequestedBy">The operator's name or the API key's.</param>
    /// <param name="Key">Makes a repeated request the same refund.</param>
    public sealed record Command(string PaymentNo, Money? Amount, string? Reason, RefundOrigin Origin, string RequestedBy, IdempotencyKey? Key = null)
        : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        /// <summary>It is committed and will be sent.</summary>
        public sealed record Taken(RefundView Refund) : Outcome;

        /// <summary>The same request was answered before.</summary>
        public sealed record Repeated(SavedAnswer Answer) : Outcome;

        /// <summary>The key was used for another request.</summary>
        public sealed record KeyReused : Outcome;

        public sealed record PaymentNotFound : Outcome;

        /// <summary>It cannot be taken; nothing was stored.</summary>
        /// <param name="Code">A stable word.</param>
        /// <param name="Detail">What is wrong and what to do.</param>
        public sealed record Refused(string Code, string Detail) : Outcome;
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Amount).NotNull().WithErrorCode("invalid_amount").WithMessage("Say how much: {\"amount\":{\"value\":<minor units>,\"currency\":\"CNY\"}}.");
            RuleFor(command => command.Amount!.Value.Minor).GreaterThan(0).When(command => command.Amount is not null)
                .WithErrorCode("invalid_amount").WithMessage("The amount is more than nothing, in minor units.").OverridePropertyName("amount.value");
            RuleFor(command => command.Reason).NotEmpty().WithErrorCode("invalid_reason").WithMessage("Say why: the shopper may read it.")
                .MaximumLength(80).WithErrorCode("invalid_reason").WithMessage("The reason has 80 characters at most.")
                .Must(reason => reason is null || !reason.Any(char.IsControl)).WithErrorCode("invalid_reason").WithMessage("The reason holds control characters.");
        }
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, RefundOptions options, TimeProvider time)
        : IRequestHandler<Command, Outcome>
    {
        private const int MaxTries = 5;

        public Task<Outcome> Handle(Command command, CancellationToken cancellationToken) =>
            // The same request may arrive twice at once, or another change of the payment be faster.
            WriteConflict.RetryAsync(db, MaxTries, () => DecideAsync(command, cancellationToken));

        private async Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken)
        {
            if (command.Key is { } key && await FindAnswerAsync(key, cancellationToken) is { } earlier)
            {
                return earlier;
            }

            // What refuses it may be the same request, which arrived twice at once and was taken meanwhile.
            var outcome = await TryAsync(command, cancellationToken);
            return outcome is Outcome.Refused && command.Key is not null && await FindAnswerAsync(command.Key, cancellationToken) is { } taken ? taken : outcome;
        }

        private async Task<Outcome> TryAsync(Command command, CancellationToken cancellationToken)
        {
            if (await ShowPayment.FindAsync(db, command.PaymentNo, cancellationToken) is not { } payment)
            {
                return new Outcome.PaymentNotFound();
            }

            var provider = providers.Find(payment.Provider);
            if (Problem(payment, provider, command.Amount!.Value) is { } problem)
            {
                return problem;
            }

            return await TakeAsync(command, payment, provider!, cancellationToken);
        }

        private Outcome.Refused? Problem(Payment payment, ProviderInstance? provider, Money amount)
        {
            if (payment.ReceivedMinor is not { } received || payment.Status is not (PaymentStatus.Succeeded or PaymentStatus.PartiallyRefunded or PaymentStatus.Held or PaymentStatus.Refunded))
            {
                return payment.Status == PaymentStatus.Held
                    ? new Outcome.Refused("payment_not_refundable", "The money came without an amount or in another currency; give it back at the provider.")
                    : new Outcome.Refused("payment_not_paid", $"Nothing was paid that could be given back: the payment is {payment.Status.ToText()}.");
            }

            if (amount.Currency != payment.Currency)
            {
                return new Outcome.Refused("currency_mismatch", $"The payment was made in {payment.Currency}.");
            }

            if (amount.Minor > received - payment.RefundedMinor - payment.RefundReservedMinor)
            {
                return Exceeds(received, payment.RefundedMinor, payment.RefundReservedMinor);
            }

            if (provider is not { InService: true })
            {
                return new Outcome.Refused("provider_unavailable", $"The provider instance {payment.Provider} is out of service; mend it first.");
            }

            if (!provider.CanRefund)
            {
                return new Outcome.Refused("refund_not_supported", "This provider cannot give money back; do it at the provider's own page.");
            }

            return provider.RefundLimits.Window is { } window && payment.PaidAt is { } paidAt && time.UtcNow() > paidAt + window
                ? new Outcome.Refused("refund_window_over", $"The provider gives money back for {window.TotalDays:0} days after the payment, and that time is over.")
                : null;
        }

        private async Task<Outcome> TakeAsync(Command command, Payment payment, ProviderInstance provider, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var amount = command.Amount!.Value;
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

            // One statement checks and reserves, so the row's lock decides between all who ask at once.
            var reserved = await db.Set<Payment>()
                .Where(p => p.PaymentNo == payment.PaymentNo && p.ReceivedMinor != null && p.RefundedMinor + p.RefundReservedMinor + amount.Minor <= p.ReceivedMinor
                    && p.Status != PaymentStatus.Closed)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(p => p.RefundReservedMinor, p => p.RefundReservedMinor + amount.Minor).SetProperty(p => p.Version, p => p.Version + 1),
                    cancellationToken);
            if (reserved == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                var fresh = (await ShowPayment.FindAsync(db, payment.PaymentNo, cancellationToken))!;
                return Problem(fresh, provider, amount) ?? Exceeds(fresh.ReceivedMinor ?? 0, fresh.RefundedMinor, fresh.RefundReservedMinor);
            }

            // Counted under the row's lock.
            var others = await db.Set<Refund>().AsNoTracking().Where(r => r.PaymentNo == payment.PaymentNo && r.Status != RefundStatus.Failed).ToListAsync(cancellationToken);
            if (provider.RefundLimits.MaxPerPayment is { } most && others.Count >= most)
            {
                await transaction.RollbackAsync(cancellationToken);
                return new Outcome.Refused("refund_limit_reached", $"The provider allows {most} refunds for one payment, and that many were made; give the rest back at the provider's own page.");
            }

            // The payment's refunds count together, or a sum would pass alone in parts.
            var needsApproval = options.ConfirmAbove is { } threshold && others.Sum(other => other.AmountMinor) + amount.Minor > threshold;
            var refund = new Refund
            {
                RefundNo = Numbers.Next(time),
                PaymentNo = payment.PaymentNo,
                OrderNo = payment.OrderNo,
                Provider = payment.Provider,
                AmountMinor = amount.Minor,
                Currency = amount.Currency,
                Reason = command.Reason!,
                Origin = command.Origin,
                RequestedBy = command.RequestedBy,
                Status = needsApproval ? RefundStatus.AwaitingApproval : RefundStatus.Processing,
                StatusReason = needsApproval ? "awaiting_approval" : null,
                StatusDetail = needsApproval ? "The sum of the payment's refunds is above the limit; a second operator must confirm it." : null,
                CreatedAt = now,
                NextCheckAt = needsApproval ? null : RefundSpacing.Earliest(others, provider.RefundLimits.MinInterval, now),
            };
            db.Add(refund);
            var view = RefundView.Of(refund);
            if (command.Key is not null)
            {
                db.Add(RefundApi.Answer(command.Key, view, now));
            }

            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new Outcome.Taken(view);
        }

        private static Outcome.Refused Exceeds(long received, long refunded, long reserved) => new(
            "refund_exceeds_paid",
            $"Of {received} paid, {refunded} have gone back and {reserved} are on their way; at most {received - refunded - reserved} (minor units) can be given back.");

        private async Task<Outcome?> FindAnswerAsync(IdempotencyKey key, CancellationToken cancellationToken) =>
            await db.FindAnswerAsync(key, cancellationToken) switch
            {
                null => null,
                { } answer when answer.RequestHash == key.RequestHash => new Outcome.Repeated(answer),
                _ => new Outcome.KeyReused(),
            };
    }
}

/// <summary>A provider that wants time between two refunds of a payment gets it; the request need not be made again.</summary>
internal static class RefundSpacing
{
    // A refund is called for a little later than it is taken.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// When a refund may be sent, whose payment has these others that have not failed. They were called for last when they were taken last, and
    /// those of which nothing was sent yet are called for when they are due. Right only under the lock of the payment's row.
    /// </summary>
    public static DateTimeOffset Earliest(IEnumerable<Refund> others, TimeSpan interval, DateTimeOffset now) =>
        interval > TimeSpan.Zero && others.Max(other => other.LastCheckedAt ?? other.NextCheckAt) is { } last && last + interval + Margin > now
            ? last + interval + Margin
            : now;
}

/// <summary>A refund as others may see it.</summary>
/// <param name="Status"><c>processing</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Reason">Why, as it was asked for.</param>
/// <param name="StatusReason">What it waits for or why it failed, as a stable word.</param>
/// <param name="Detail">The same as a sentence.</param>
public sealed record RefundView(
    string RefundNo, string PaymentNo, string OrderNo, string Provider, string Status, Money Amount, string Reason, string Origin,
    string? StatusReason, string? Detail, bool NeedsAttention, string? ProviderRefundNo, DateTimeOffset CreatedAt, DateTimeOffset? RefundedAt)
{
    internal static RefundView Of(Refund refund) => new(
        refund.RefundNo, refund.PaymentNo, refund.OrderNo, refund.Provider,
        (refund.Status == RefundStatus.AwaitingApproval ? RefundStatus.Processing : refund.Status).ToText(),
        refund.Amount, refund.Reason, refund.Origin.ToText(), refund.StatusReason, refund.StatusDetail, refund.NeedsAttention,
        refund.ProviderRefundNo, refund.CreatedAt, refund.RefundedAt);
}

using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>An attempt to pay as operators see it. Times are UTC.</summary>
/// <param name="ReceivedMinor">What came, in minor units of <see cref="Amount"/>'s currency; null while nothing did or when it came in another currency.</param>
/// <param name="LastAnswer">What the last check found, for people.</param>
/// <param name="UnknownSince">Since when its provider has not been able to say.</param>
public sealed record AttemptView(
    string PaymentNo, string OrderNo, string Provider, string Scene, string Status, Money Amount, long? ReceivedMinor, bool IsKept, long RefundedMinor, long RefundReservedMinor,
    string? Reason, string? ProviderTradeNo, string? ProviderState, string? ConfirmedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? StartedAt,
    DateTimeOffset? PaidAt, DateTimeOffset? SettledAt, DateTimeOffset? LastCheckedAt, string? LastAnswer, int CheckCount, DateTimeOffset? NextCheckAt,
    DateTimeOffset? UnknownSince, string? BilledOn)
{
    /// <summary>What came; null while nothing did.</summary>
    public Money? Received => ReceivedMinor is { } minor ? new Money(minor, Amount.Currency) : null;

    /// <summary>What can still be given back; null when nothing can.</summary>
    public Money? Refundable => Status != "closed" && ReceivedMinor is { } minor && minor > RefundedMinor + RefundReservedMinor
        ? new Money(minor - RefundedMinor - RefundReservedMinor, Amount.Currency) : null;

    /// <summary>Its provider was asked and has not heard of it: the shopper has not opened the cashier.</summary>
    public bool IsNotKnownYet => LastAnswer == ProviderInquiry.NotKnownYet;

    /// <summary>Whether its last word is not spoken.</summary>
    public bool IsOpen => Status is "pending" or "superseded";

    /// <summary>Whether an operator could decide that its money is the order's, as far as the payment itself tells.</summary>
    public bool MayBeAccepted => Status == "held" && ReceivedMinor > 0 && RefundedMinor == 0 && RefundReservedMinor == 0;

    /// <summary>Whether it is held without a sum that could be booked, so that its provider alone can name it or give it back.</summary>
    public bool IsHeldWithoutSum => Status == "held" && ReceivedMinor is null;

    /// <summary>Whether an operator could have given its money back at the provider: it is held, and no refund of it is done or under way.</summary>
    public bool MayBeGivenBack => Status == "held" && RefundedMinor == 0 && RefundReservedMinor == 0;

    internal static AttemptView Of(Payment p) => new(
        p.PaymentNo, p.OrderNo, p.Provider, p.Scene.ToText(), p.Status.ToText(), p.Amount, p.ReceivedMinor, p.IsKept, p.RefundedMinor, p.RefundReservedMinor,
        p.StatusReason, p.ProviderTradeNo, p.ProviderState, p.ConfirmedBy?.ToText(), p.CreatedAt, p.ExpiresAt, p.StartedAt, p.PaidAt, p.SettledAt, p.LastCheckedAt,
        p.LastAnswer, p.CheckCount, p.NextCheckAt, p.UnknownSince, p.BilledOn);
}

/// <summary>Lists the payments of which the last word is not spoken, oldest first.</summary>
public static class ListWaiting
{
    public const int MaxPayments = 200;

    public sealed record Query : IRequest<IReadOnlyList<AttemptView>>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, IReadOnlyList<AttemptView>>
    {
        public async Task<IReadOnlyList<AttemptView>> Handle(Query query, CancellationToken cancellationToken) =>
            (await db.Set<Payment>().AsNoTracking()
                .Where(p => p.NextCheckAt != null && (p.Status == PaymentStatus.Pending || p.Status == PaymentStatus.Superseded))
                .OrderBy(p => p.Id).Take(MaxPayments).ToListAsync(cancellationToken)).ConvertAll(AttemptView.Of);
    }
}

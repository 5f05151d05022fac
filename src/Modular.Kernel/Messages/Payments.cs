using MediatR;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Kernel.Messages;

/// <summary>One payment that has just become the money of its order.</summary>
/// <param name="PaidAt">When the shopper paid by the provider's clock, UTC.</param>
public sealed record SettledPayment(string OrderNo, string PaymentNo, string Provider, Money Amount, DateTimeOffset PaidAt);

/// <summary>
/// Published inside the transaction that settles a batch of payments. Handlers add their statements to
/// <paramref name="Writes"/>, and everything is written and committed together or not at all. No order occurs twice.
/// </summary>
public sealed record PaymentsSettled(IReadOnlyList<SettledPayment> Payments, WriteBatch Writes) : INotification;

/// <summary>Money of an order's payment that has just gone back.</summary>
/// <param name="IsWhole">Nothing of the payment is left.</param>
public sealed record RefundedPayment(string OrderNo, string PaymentNo, bool IsWhole);

/// <summary>Published inside the transaction that finishes refunds; handlers add their statements to <paramref name="Writes"/>. No order occurs twice.</summary>
public sealed record PaymentsRefunded(IReadOnlyList<RefundedPayment> Payments, WriteBatch Writes) : INotification;

/// <summary>Published after a commit that changed what a shopper sees of these orders. Nothing is written here.</summary>
public sealed record OrdersChanged(IReadOnlyCollection<string> OrderNos) : INotification;

/// <summary>Asks the providers of an order's open attempts and ends what is unpaid, before the order closes. It uses the network: no transaction may be open.</summary>
public sealed record EndAttempts(string OrderNo) : IRequest<AttemptsEnd>;

/// <summary>What became of an order's open attempts.</summary>
public enum AttemptsEnd
{
    /// <summary>No attempt can bring money any more without going through the late path.</summary>
    Ended,

    /// <summary>One of them turned out to be paid.</summary>
    Paid,

    /// <summary>A provider could not say; ask again later.</summary>
    Unknown,
}

/// <summary>A payment as others may see it.</summary>
public sealed record PaymentView(string PaymentNo, string Provider, string Scene, string Status, Money Amount, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? PaidAt)
{
    /// <summary>What has gone back.</summary>
    public required Money Refunded { get; init; }
}

/// <summary>Lists the payments of an order, oldest first.</summary>
public sealed record ListPayments(string OrderNo) : IRequest<IReadOnlyList<PaymentView>>;

/// <summary>Names the provider instances in the language of the current culture, by instance.</summary>
public sealed record NameProviders : IRequest<IReadOnlyDictionary<string, string>>;

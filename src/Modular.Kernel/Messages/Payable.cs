using MediatR;
using Modular.Payments.Abstractions;

namespace Modular.Kernel.Messages;

/// <summary>What can be done about money for an order.</summary>
public enum PayableState
{
    /// <summary>It may be paid.</summary>
    Open,

    /// <summary>It has been paid.</summary>
    Paid,

    /// <summary>It is closed or past its expiry; no new payment may start.</summary>
    Closed,
}

/// <summary>An order as payments see it: a sum to be paid for something, until some moment.</summary>
/// <param name="OrderNo">The order's number.</param>
/// <param name="State">Whether a payment may start now.</param>
/// <param name="Amount">The frozen amount.</param>
/// <param name="Subject">What the shopper sees that they pay for.</param>
/// <param name="ExpiresAt">When an unpaid order closes, UTC.</param>
public sealed record Payable(string OrderNo, PayableState State, Money Amount, string Subject, DateTimeOffset ExpiresAt);

/// <summary>Asks whoever owns orders for one of them; null when there is none.</summary>
public sealed record FindPayable(string OrderNo) : IRequest<Payable?>;

/// <summary>Asks whoever owns orders which of these were closed unpaid. It reads inside the caller's transaction.</summary>
public sealed record FindClosedOrders(IReadOnlyCollection<string> OrderNos) : IRequest<IReadOnlySet<string>>;

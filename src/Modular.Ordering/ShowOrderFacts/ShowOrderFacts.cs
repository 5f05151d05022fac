using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Ordering;

/// <summary>What operators see of an order: its sum and the moments of its life. Times are UTC.</summary>
public sealed record OrderFacts(
    string OrderNo, string Status, Money Amount, string Subject, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? PaidAt, string? PaymentNo,
    DateTimeOffset? ClosedAt, DateTimeOffset? FulfilledAt);

/// <summary>Shows operators the facts of an order; null when there is none of that number.</summary>
public static class ShowOrderFacts
{
    public sealed record Query(string OrderNo) : IRequest<OrderFacts?>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, OrderFacts?>
    {
        public async Task<OrderFacts?> Handle(Query query, CancellationToken cancellationToken) =>
            Numbers.IsWellFormed(query.OrderNo)
            && await db.Set<Order>().AsNoTracking().SingleOrDefaultAsync(o => o.OrderNo == query.OrderNo, cancellationToken) is { } order
                ? new OrderFacts(
                    order.OrderNo, order.Status.ToText(), order.Amount, order.Subject, order.CreatedAt, order.ExpiresAt, order.PaidAt, order.PaymentNo,
                    order.ClosedAt, order.FulfilledAt)
                : null;
    }
}

using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Something that a number names.</summary>
/// <param name="Kind"><c>payment</c> or <c>refund</c>.</param>
/// <param name="Number">Our own number of it.</param>
/// <param name="OrderNo">The order that it belongs to.</param>
public sealed record NumberMatch(string Kind, string Number, string OrderNo, string Provider, string Status, DateTimeOffset CreatedAt);

/// <summary>Finds what a number names: of an order, a payment or a refund, ours or the provider's. Newest first.</summary>
public static class FindNumber
{
    public const int MaxMatches = 50;

    /// <summary>No number of ours or of a provider is longer.</summary>
    public const int MaxLength = 96;

    public sealed record Query(string Number) : IRequest<IReadOnlyList<NumberMatch>>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, IReadOnlyList<NumberMatch>>
    {
        public async Task<IReadOnlyList<NumberMatch>> Handle(Query query, CancellationToken cancellationToken)
        {
            var number = query.Number;
            var payments = await db.Set<Payment>().AsNoTracking()
                .Where(p => p.PaymentNo == number || p.OrderNo == number || p.ProviderTradeNo == number)
                .OrderByDescending(p => p.Id).Take(MaxMatches).ToListAsync(cancellationToken);
            var refunds = await db.Set<Refund>().AsNoTracking()
                .Where(r => r.RefundNo == number || r.ProviderRefundNo == number)
                .OrderByDescending(r => r.Id).Take(MaxMatches).ToListAsync(cancellationToken);
            return
            [
                .. payments.Select(p => new NumberMatch("payment", p.PaymentNo, p.OrderNo, p.Provider, Kernel.EnumText<PaymentStatus>.Of(p.Status), p.CreatedAt)),
                .. refunds.Select(r => new NumberMatch("refund", r.RefundNo, r.OrderNo, r.Provider, Kernel.EnumText<RefundStatus>.Of(r.Status), r.CreatedAt)),
            ];
        }
    }
}

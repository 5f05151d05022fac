using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;

namespace Modular.Ordering;

/// <summary>Shows an order with its payments; null when there is none of that number. Who may see it is decided at the edge.</summary>
public static class ShowOrder
{
    public sealed record Query(string OrderNo) : IRequest<OrderView?>;

    internal sealed class Handler(ModularDbContext db, IMediator mediator) : IRequestHandler<Query, OrderView?>
    {
        public async Task<OrderView?> Handle(Query query, CancellationToken cancellationToken)
        {
            if (!Numbers.IsWellFormed(query.OrderNo))
            {
                return null;
            }

            var order = await db.Set<Order>().AsNoTracking().Include(o => o.Lines)
                .SingleOrDefaultAsync(o => o.OrderNo == query.OrderNo, cancellationToken);
            return order is null
                ? null
                : OrderView.Of(order, await mediator.Send(new ListPayments(order.OrderNo), cancellationToken));
        }
    }
}

/// <summary>Answers other modules that ask which orders are closed.</summary>
internal sealed class FindClosedOrdersHandler(ModularDbContext db) : IRequestHandler<FindClosedOrders, IReadOnlySet<string>>
{
    public async Task<IReadOnlySet<string>> Handle(FindClosedOrders request, CancellationToken cancellationToken) =>
        (await db.Set<Order>().Where(o => request.OrderNos.Contains(o.OrderNo) && o.Status == OrderStatus.Closed).Select(o => o.OrderNo).ToListAsync(cancellationToken))
            .ToHashSet();
}

/// <summary>Answers other modules that ask whether an order can be paid.</summary>
internal sealed class FindPayableHandler(ModularDbContext db, TimeProvider time) : IRequestHandler<FindPayable, Payable?>
{
    public async Task<Payable?> Handle(FindPayable request, CancellationToken cancellationToken)
    {
        if (!Numbers.IsWellFormed(request.OrderNo))
        {
            return null;
        }

        var order = await db.Set<Order>().AsNoTracking().SingleOrDefaultAsync(o => o.OrderNo == request.OrderNo, cancellationToken);
        return order is null
            ? null
            : new Payable(order.OrderNo, order.PayableAt(time.UtcNow()), order.Amount, order.Subject, order.ExpiresAt);
    }
}

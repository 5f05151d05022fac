using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Shows one refund; null when there is none.</summary>
public static class ShowRefund
{
    public sealed record Query(string RefundNo) : IRequest<RefundView?>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, RefundView?>
    {
        public async Task<RefundView?> Handle(Query query, CancellationToken cancellationToken) =>
            Numbers.IsWellFormed(query.RefundNo)
            && await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == query.RefundNo, cancellationToken) is { } refund
                ? RefundView.Of(refund)
                : null;
    }
}

/// <summary>Lists refunds, newest first.</summary>
public static class ListRefunds
{
    /// <param name="PaymentNo">Only those of one payment.</param>
    /// <param name="OpenOnly">Only those that wait for something or somebody.</param>
    /// <param name="Limit">How many at most.</param>
    public sealed record Query(string? PaymentNo = null, bool OpenOnly = false, int Limit = 100) : IRequest<IReadOnlyList<RefundView>>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, IReadOnlyList<RefundView>>
    {
        public async Task<IReadOnlyList<RefundView>> Handle(Query query, CancellationToken cancellationToken)
        {
            var refunds = db.Set<Refund>().AsNoTracking();
            if (query.PaymentNo is { } paymentNo)
            {
                refunds = refunds.Where(r => r.PaymentNo == paymentNo);
            }

            if (query.OpenOnly)
            {
                refunds = refunds.Where(r => r.NeedsAttention || r.Status == RefundStatus.AwaitingApproval || r.Status == RefundStatus.Processing);
            }

            return [.. (await refunds.OrderByDescending(r => r.Id).Take(query.Limit).ToListAsync(cancellationToken)).Select(RefundView.Of)];
        }
    }
}

using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>A refund as operators see it, who asked for it and who decided included. Times are UTC.</summary>
/// <param name="Status">One of <see cref="RefundStatus"/> as text; unlike the API's it tells waiting for approval apart.</param>
public sealed record RefundWork(
    string RefundNo, string PaymentNo, string OrderNo, string Provider, string Status, Money Amount, string Reason, string Origin, string? RequestedBy, string? ApprovedBy,
    bool NeedsAttention, string? StatusReason, string? Detail, string? ProviderRefundNo, DateTimeOffset CreatedAt, DateTimeOffset? RefundedAt, DateTimeOffset? LastCheckedAt,
    DateTimeOffset? NextCheckAt)
{
    public bool AwaitsApproval => Status == "awaiting_approval";

    internal static RefundWork Of(Refund r) => new(
        r.RefundNo, r.PaymentNo, r.OrderNo, r.Provider, r.Status.ToText(), r.Amount, r.Reason, r.Origin.ToText(), r.RequestedBy, r.ApprovedBy, r.NeedsAttention,
        r.StatusReason, r.StatusDetail, r.ProviderRefundNo, r.CreatedAt, r.RefundedAt, r.LastCheckedAt, r.NextCheckAt);
}

/// <summary>Which refunds an operator wants to see.</summary>
public enum RefundFilter
{
    /// <summary>Under way or waiting for somebody.</summary>
    Open,

    /// <summary>A person must look at them.</summary>
    Attention,

    /// <summary>They wait for a second operator.</summary>
    Approval,
    All,
}

/// <summary>Lists refunds for operators, newest first.</summary>
public static class ListRefundWork
{
    public const int PageSize = 100;

    /// <param name="Before">Continues below the refund of this number.</param>
    public sealed record Query(RefundFilter Filter, string? Before = null) : IRequest<Page>;

    /// <param name="Next">What to give as <c>Before</c> for the next page; null when there is none.</param>
    public sealed record Page(IReadOnlyList<RefundWork> Refunds, string? Next);

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, Page>
    {
        public async Task<Page> Handle(Query query, CancellationToken cancellationToken)
        {
            var refunds = db.Set<Refund>().AsNoTracking();
            refunds = query.Filter switch
            {
                RefundFilter.Open => refunds.Where(r => r.Status == RefundStatus.Processing || r.Status == RefundStatus.AwaitingApproval),
                RefundFilter.Attention => refunds.Where(r => r.NeedsAttention),
                RefundFilter.Approval => refunds.Where(r => r.Status == RefundStatus.AwaitingApproval),
                _ => refunds,
            };
            if (query.Before is { } before)
            {
                refunds = refunds.Where(r => r.Id < db.Set<Refund>().Where(b => b.RefundNo == before).Select(b => b.Id).FirstOrDefault());
            }

            var found = (await refunds.OrderByDescending(r => r.Id).Take(PageSize + 1).ToListAsync(cancellationToken)).ConvertAll(RefundWork.Of);
            return found.Count > PageSize ? new Page(found[..PageSize], found[PageSize - 1].RefundNo) : new Page(found, null);
        }
    }
}

/// <summary>Shows operators one refund; null when there is none of that number.</summary>
public static class ShowRefundWork
{
    public sealed record Query(string RefundNo) : IRequest<RefundWork?>;

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, RefundWork?>
    {
        public async Task<RefundWork?> Handle(Query query, CancellationToken cancellationToken) =>
            Numbers.IsWellFormed(query.RefundNo)
            && await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == query.RefundNo, cancellationToken) is { } refund
                ? RefundWork.Of(refund)
                : null;
    }
}

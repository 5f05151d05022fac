using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Searches the deliveries, newest first.</summary>
public static class ListDeliveries
{
    public const int PageSize = 50;

    /// <param name="Endpoint">An endpoint's name; null for all.</param>
    /// <param name="Status"><c>pending</c>, <c>delivered</c> or <c>given_up</c>; anything else for all.</param>
    /// <param name="OrderNo">An order's number; null for all.</param>
    /// <param name="Before">Continues below the delivery of this id.</param>
    public sealed record Query(string? Endpoint = null, string? Status = null, string? OrderNo = null, long? Before = null) : IRequest<Page>;

    /// <param name="Deliveries">At most <see cref="PageSize"/>.</param>
    /// <param name="Next">What to give as <c>Before</c> for the next page; null when there is none.</param>
    public sealed record Page(IReadOnlyList<DeliveryView> Deliveries, long? Next);

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, Page>
    {
        public async Task<Page> Handle(Query query, CancellationToken cancellationToken)
        {
            var deliveries = db.Set<Delivery>().AsNoTracking();
            deliveries = query.Endpoint is { } endpoint ? deliveries.Where(d => d.Endpoint == endpoint) : deliveries;
            deliveries = EnumText<DeliveryStatus>.TryParse(query.Status, out var status) ? deliveries.Where(d => d.Status == status) : deliveries;
            deliveries = query.OrderNo is { } orderNo ? deliveries.Where(d => d.OrderNo == orderNo) : deliveries;
            deliveries = query.Before is { } before ? deliveries.Where(d => d.Id < before) : deliveries;
            var found = await deliveries.OrderByDescending(d => d.Id).Take(PageSize + 1).Select(DeliveryView.Of).ToListAsync(cancellationToken);
            return found.Count > PageSize ? new Page(found[..PageSize], found[PageSize - 1].Id) : new Page(found, null);
        }
    }
}

/// <summary>One delivery with what is sent; null when there is none of this id.</summary>
public static class ShowDelivery
{
    public sealed record Query(long Id) : IRequest<View?>;

    /// <param name="Body">The JSON that is sent, exactly.</param>
    public sealed record View(DeliveryView Delivery, string Body);

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, View?>
    {
        public async Task<View?> Handle(Query query, CancellationToken cancellationToken)
        {
            var found = db.Set<Delivery>().AsNoTracking().Where(d => d.Id == query.Id);
            return await found.Select(DeliveryView.Of).SingleOrDefaultAsync(cancellationToken) is { } delivery
                ? new View(delivery, await found.Select(d => d.Body).SingleAsync(cancellationToken))
                : null;
        }
    }
}

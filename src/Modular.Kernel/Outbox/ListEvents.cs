using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Kernel.Outbox;

/// <summary>An event as operators see it.</summary>
/// <param name="DueAt">When its delivery is tried next; null once it is delivered or given up.</param>
/// <param name="Error">Why the last try failed.</param>
public sealed record EventView(long Id, string Type, DateTimeOffset CreatedAt, DateTimeOffset? DueAt, int Attempts, DateTimeOffset? DeliveredAt, string? Error, string? OrderNo)
{
    public bool IsGivenUp => DueAt is null && DeliveredAt is null;
}

/// <summary>Lists the events about an order, oldest first.</summary>
/// <param name="OrderNo">The order.</param>
/// <param name="Since">The order's beginning, before which no event can be about it.</param>
public sealed record ListOrderEvents(string OrderNo, DateTimeOffset Since) : IRequest<IReadOnlyList<EventView>>;

/// <summary>Lists the events that were given up, newest first.</summary>
public sealed record ListGivenUpEvents(int Limit = 100) : IRequest<IReadOnlyList<EventView>>;

internal sealed class ListEventsHandler(ModularDbContext db)
    : IRequestHandler<ListOrderEvents, IReadOnlyList<EventView>>, IRequestHandler<ListGivenUpEvents, IReadOnlyList<EventView>>
{
    private const int MaxEvents = 200;

    public async Task<IReadOnlyList<EventView>> Handle(ListOrderEvents request, CancellationToken cancellationToken)
    {
        if (!Numbers.IsWellFormed(request.OrderNo))
        {
            return [];
        }

        // The data name the order; a number is nothing that a pattern could misread.
        var pattern = $"%\"orderNo\":\"{request.OrderNo}\"%";
        return Views(await db.Set<OutboxMessage>().AsNoTracking()
            .Where(m => m.CreatedAt >= request.Since && EF.Functions.Like(m.Data, pattern))
            .OrderBy(m => m.Id).Take(MaxEvents).ToListAsync(cancellationToken));
    }

    public async Task<IReadOnlyList<EventView>> Handle(ListGivenUpEvents request, CancellationToken cancellationToken) =>
        Views(await db.Set<OutboxMessage>().AsNoTracking().Where(m => m.DueAt == null && m.DeliveredAt == null)
            .OrderByDescending(m => m.Id).Take(request.Limit).ToListAsync(cancellationToken));

    private static List<EventView> Views(List<OutboxMessage> messages) => messages.ConvertAll(m =>
        new EventView(m.Id, m.Type, m.CreatedAt, m.DueAt, m.Attempts, m.DeliveredAt, m.Error, OrderNoOf(m.Data)));

    private static string? OrderNoOf(string data)
    {
        using var document = System.Text.Json.JsonDocument.Parse(data);
        return document.RootElement.TryGetProperty("orderNo", out var orderNo) ? orderNo.GetString() : null;
    }
}

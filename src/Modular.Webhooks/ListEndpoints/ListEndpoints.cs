using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Lists the configured endpoints in the configuration's order, and after them those that still have deliveries and are configured no more.</summary>
public static class ListEndpoints
{
    public sealed record Query : IRequest<IReadOnlyList<View>>;

    /// <param name="Origin">Scheme, host and port of the address; null when it is unusable.</param>
    /// <param name="Events">What it is sent.</param>
    /// <param name="Problem">Why nothing is sent to it; null when it is in service.</param>
    /// <param name="IsConfigured">False: only its deliveries are left.</param>
    /// <param name="PausedAt">Since when it is paused, UTC; null when it is not.</param>
    /// <param name="PausedBy">Who paused it; null when it answered 410.</param>
    /// <param name="LastSuccessAt">When it last took a delivery, UTC.</param>
    /// <param name="Waiting">Deliveries that are still to be tried.</param>
    /// <param name="GivenUp">Deliveries that failed for good.</param>
    public sealed record View(
        string Name, string? Origin, IReadOnlyList<string> Events, string? Problem, bool IsConfigured,
        DateTimeOffset? PausedAt, string? PausedBy, DateTimeOffset? LastSuccessAt, int Waiting, int GivenUp);

    internal sealed class Handler(ModularDbContext db, WebhookEndpoints endpoints) : IRequestHandler<Query, IReadOnlyList<View>>
    {
        public async Task<IReadOnlyList<View>> Handle(Query query, CancellationToken cancellationToken)
        {
            var states = await db.Set<EndpointState>().AsNoTracking().ToDictionaryAsync(state => state.Name, cancellationToken);
            var counts = await db.Set<Delivery>().Where(d => d.Status != DeliveryStatus.Delivered).GroupBy(d => new { d.Endpoint, d.Status })
                .Select(group => new { group.Key.Endpoint, group.Key.Status, Count = group.Count() }).ToListAsync(cancellationToken);
            int Count(string name, DeliveryStatus status) => counts.SingleOrDefault(count => count.Endpoint == name && count.Status == status)?.Count ?? 0;

            View Describe(string name, WebhookEndpoint? endpoint)
            {
                var state = states.GetValueOrDefault(name);
                return new View(
                    name, endpoint?.Origin, endpoint?.Events ?? [], endpoint?.Problem, endpoint is not null, state?.PausedAt, state?.PausedBy, state?.LastSuccessAt,
                    Count(name, DeliveryStatus.Pending), Count(name, DeliveryStatus.GivenUp));
            }

            var left = counts.Select(count => count.Endpoint).Distinct().Where(name => endpoints.Find(name) is null).Order(StringComparer.Ordinal);
            return [.. endpoints.All.Select(endpoint => Describe(endpoint.Name, endpoint)), .. left.Select(name => Describe(name, null))];
        }
    }
}

/// <summary>Why endpoints are out of service, by name; from the configuration alone.</summary>
public sealed record ListEndpointProblems : IRequest<IReadOnlyDictionary<string, string>>;

internal sealed class ListEndpointProblemsHandler(WebhookEndpoints endpoints) : RequestHandler<ListEndpointProblems, IReadOnlyDictionary<string, string>>
{
    protected override IReadOnlyDictionary<string, string> Handle(ListEndpointProblems request) =>
        endpoints.All.Where(endpoint => endpoint.Problem is not null).ToDictionary(endpoint => endpoint.Name, endpoint => endpoint.Problem!);
}

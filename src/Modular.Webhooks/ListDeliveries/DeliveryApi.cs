using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel;
using Modular.Kernel.Web;

namespace Modular.Webhooks;

/// <summary>The deliveries in the JSON API.</summary>
internal static class DeliveryApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/webhooks/deliveries", ListAsync)
        .WithSummary("Deliveries of webhooks, newest first").WithTags("Webhooks").Produces<ListDeliveries.Page>();

    private static async Task<IResult> ListAsync(string? endpoint, string? status, string? orderNo, long? before, IMediator mediator, CancellationToken cancellationToken)
    {
        if (status is not null && !EnumText<DeliveryStatus>.TryParse(status, out _))
        {
            return ApiProblem.Of(400, "invalid_status", $"The status is one of {string.Join(", ", Enum.GetValues<DeliveryStatus>().Select(value => value.ToText()))}.");
        }

        return Results.Json(await mediator.Send(new ListDeliveries.Query(endpoint, status, orderNo, before), cancellationToken), ApiJson.Options);
    }
}

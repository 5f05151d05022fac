using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Idempotency;
using Modular.Kernel.Web;

namespace Modular.Ordering;

/// <summary>The JSON API of orders.</summary>
internal static class OrderApi
{
    private sealed record PlaceOrderRequest(IReadOnlyList<PlaceOrder.Line>? Lines);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/orders", PlaceAsync)
            .WithName("PlaceOrder").WithSummary("Places an order; the prices come from the catalogue.")
            .Accepts<PlaceOrderRequest>("application/json").Produces<OrderView>(201)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(422);
        api.MapGet("/orders/{orderNo}", ShowAsync)
            .WithName("ShowOrder").WithSummary("Shows an order with its payments.")
            .Produces<OrderView>().ProducesProblem(401).ProducesProblem(404);
    }

    /// <summary>What a repeated request with the same key is answered.</summary>
    public static SavedAnswer Answer(IdempotencyKey key, OrderView order, DateTimeOffset now) => new()
    {
        Scope = key.Scope,
        Key = key.Key,
        RequestHash = key.RequestHash,
        StatusCode = StatusCodes.Status201Created,
        Body = JsonSerializer.Serialize(order, ApiJson.Options),
        Location = LocationOf(order.OrderNo),
        CreatedAt = now,
    };

    private static async Task<IResult> PlaceAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (request, bytes) = await ApiJson.ReadAsync<PlaceOrderRequest>(context.Request, cancellationToken);
        var key = IdempotencyHeader.Read(context, "POST /api/orders", bytes);
        return await mediator.Send(new PlaceOrder.Command(request.Lines, key), cancellationToken) switch
        {
            PlaceOrder.Outcome.Placed placed => Created(context, JsonSerializer.Serialize(placed.Order, ApiJson.Options), LocationOf(placed.Order.OrderNo)),
            PlaceOrder.Outcome.Repeated repeated => Created(context, repeated.Answer.Body, repeated.Answer.Location),
            _ => ApiProblem.Of(422, "idempotency_key_reused", "This Idempotency-Key was used for another request; use a new key for a new request."),
        };
    }

    private static async Task<IResult> ShowAsync(string orderNo, IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new ShowOrder.Query(orderNo), cancellationToken) is { } order
            ? Results.Json(order, ApiJson.Options)
            : ApiProblem.Of(404, "order_not_found", "There is no order with this number.");

    private static IResult Created(HttpContext context, string body, string location)
    {
        context.Response.Headers.Location = location;
        return Results.Text(body, "application/json", System.Text.Encoding.UTF8, StatusCodes.Status201Created);
    }

    private static string LocationOf(string orderNo) => $"/api/orders/{orderNo}";
}

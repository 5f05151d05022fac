using System.Security.Claims;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Idempotency;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The JSON API of refunds.</summary>
internal static class RefundApi
{
    private sealed record Amount(long Value, string Currency);

    private sealed record RefundRequestBody(Amount? Amount, string? Reason);

    private sealed record RefundBody(
        string RefundNo, string PaymentNo, string OrderNo, string Provider, string Status, Amount Amount, string Reason, string? StatusReason, string? Detail,
        bool NeedsAttention, string? ProviderRefundNo, DateTimeOffset CreatedAt, DateTimeOffset? RefundedAt);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/payments/{paymentNo}/refunds", RefundAsync)
            .WithName("RefundPayment").WithSummary("Gives money of a payment back. The sum is reserved at once; the provider is asked afterwards.")
            .Accepts<RefundRequestBody>("application/json").Produces<RefundBody>(202)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        api.MapGet("/payments/{paymentNo}/refunds", ListAsync)
            .WithName("ListRefunds").WithSummary("Lists the refunds of a payment, newest first.")
            .Produces<IReadOnlyList<RefundBody>>().ProducesProblem(401);
        api.MapGet("/refunds/{refundNo}", ShowAsync)
            .WithName("ShowRefund").WithSummary("Shows a refund.")
            .Produces<RefundBody>().ProducesProblem(401).ProducesProblem(404);
    }

    /// <summary>What a repeated request with the same key is answered.</summary>
    public static SavedAnswer Answer(IdempotencyKey key, RefundView refund, DateTimeOffset now) => new()
    {
        Scope = key.Scope,
        Key = key.Key,
        RequestHash = key.RequestHash,
        StatusCode = StatusCodes.Status202Accepted,
        Body = JsonSerializer.Serialize(BodyOf(refund), ApiJson.Options),
        Location = LocationOf(refund.RefundNo),
        CreatedAt = now,
    };

    private static async Task<IResult> RefundAsync(string paymentNo, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (body, bytes) = await ApiJson.ReadAsync<RefundRequestBody>(context.Request, cancellationToken);
        var key = IdempotencyHeader.Read(context, $"POST /api/payments/{paymentNo}/refunds", bytes);
        Money? amount = body.Amount is { Currency: { } currency } given ? new Money(given.Value, currency) : null;
        var caller = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "api";
        return await mediator.Send(new RefundPayment.Command(paymentNo, amount, body.Reason, RefundOrigin.Api, caller, key), cancellationToken) switch
        {
            RefundPayment.Outcome.Taken taken => Accepted(context, JsonSerializer.Serialize(BodyOf(taken.Refund), ApiJson.Options), LocationOf(taken.Refund.RefundNo)),
            RefundPayment.Outcome.Repeated repeated => Accepted(context, repeated.Answer.Body, repeated.Answer.Location),
            RefundPayment.Outcome.KeyReused => ApiProblem.Of(422, "idempotency_key_reused", "This Idempotency-Key was used for another request; use a new key for a new request."),
            RefundPayment.Outcome.Refused refused => ApiProblem.Of(409, refused.Code, refused.Detail),
            _ => ApiProblem.Of(404, "payment_not_found", "There is no payment with this number."),
        };
    }

    private static async Task<IResult> ListAsync(string paymentNo, IMediator mediator, CancellationToken cancellationToken) =>
        Results.Json((await mediator.Send(new ListRefunds.Query(paymentNo), cancellationToken)).Select(BodyOf), ApiJson.Options);

    private static async Task<IResult> ShowAsync(string refundNo, IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new ShowRefund.Query(refundNo), cancellationToken) is { } refund
            ? Results.Json(BodyOf(refund), ApiJson.Options)
            : ApiProblem.Of(404, "refund_not_found", "There is no refund with this number.");

    private static IResult Accepted(HttpContext context, string body, string location)
    {
        context.Response.Headers.Location = location;
        return Results.Text(body, "application/json", System.Text.Encoding.UTF8, StatusCodes.Status202Accepted);
    }

    private static RefundBody BodyOf(RefundView refund) => new(
        refund.RefundNo, refund.PaymentNo, refund.OrderNo, refund.Provider, refund.Status, new Amount(refund.Amount.Minor, refund.Amount.Currency), refund.Reason,
        refund.StatusReason, refund.Detail, refund.NeedsAttention, refund.ProviderRefundNo, refund.CreatedAt, refund.RefundedAt);

    private static string LocationOf(string refundNo) => $"/api/refunds/{refundNo}";
}

using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Messages;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The JSON API of payments.</summary>
internal static class PaymentApi
{
    private sealed record StartRequestBody(string? Provider, string? Scene, string? ClientIp, string? OpenId);

    private sealed record Amount(long Value, string Currency);

    private sealed record PaymentBody(
        string PaymentNo, string OrderNo, string Provider, string Scene, string Status, Amount Amount, Amount Refunded, string? Reason,
        DateTimeOffset CreatedAt, DateTimeOffset? PaidAt, DateTimeOffset ExpiresAt, string? ProviderTradeNo, DateTimeOffset? NextCheckAt);

    private sealed record StartedBody(
        string PaymentNo, string OrderNo, string Provider, string Scene, string Status, Amount Amount, DateTimeOffset CreatedAt, object Action);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/orders/{orderNo}/payments", StartAsync)
            .WithName("StartPayment").WithSummary("Starts paying an order, or returns the open payment of the same method.")
            .Accepts<StartRequestBody>("application/json").Produces<StartedBody>(201).Produces<StartedBody>()
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        api.MapGet("/payments/{paymentNo}", ShowAsync)
            .WithName("ShowPayment").WithSummary("Shows a payment.")
            .Produces<PaymentBody>().ProducesProblem(401).ProducesProblem(404);
        api.MapPost("/payments/{paymentNo}/confirm", ConfirmAsync)
            .WithName("ConfirmPayment").WithSummary("Asks the provider about a payment now.")
            .Produces<PaymentBody>().ProducesProblem(401).ProducesProblem(404).ProducesProblem(503);
    }

    /// <summary>The action's JSON, as the public interface fixes it.</summary>
    public static object ActionBody(PaymentAction action) => action switch
    {
        PaymentAction.Redirect redirect => new { type = "redirect", url = redirect.Url.AbsoluteUri },
        PaymentAction.Form form => new { type = "form", method = "POST", url = form.Url.AbsoluteUri, fields = form.Fields.ToDictionary(f => f.Key, f => f.Value), charset = form.Charset },
        PaymentAction.QrCode qr => new { type = "qr", content = qr.Content },
        PaymentAction.Invoke invoke => new { type = "invoke", client = invoke.Client, parameters = invoke.Parameters },
        _ => throw new InvalidOperationException($"There is no JSON for {action.GetType().Name}."),
    };

    private static async Task<IResult> StartAsync(string orderNo, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (body, _) = await ApiJson.ReadAsync<StartRequestBody>(context.Request, cancellationToken);
        var command = new StartPayment.Command(orderNo, body.Provider, body.Scene, body.ClientIp, body.OpenId);
        return await mediator.Send(command, cancellationToken) switch
        {
            StartPayment.Outcome.Started started => Started(context, started),
            StartPayment.Outcome.OrderNotFound => ApiProblem.Of(404, "order_not_found", "There is no order with this number."),
            StartPayment.Outcome.OrderPaid => ApiProblem.Of(409, "order_already_paid", "The order is paid."),
            StartPayment.Outcome.OrderClosed => ApiProblem.Of(409, "order_closed", "The order is closed or past its expiry; place a new one."),
            StartPayment.Outcome.OrderHeld => ApiProblem.Of(409, "payment_held", "Money came for this order that an operator must decide about first."),
            StartPayment.Outcome.ProviderUnavailable unavailable => ApiProblem.RetryLater(context, "provider_unavailable", $"The provider instance is out of service: {unavailable.Detail}", 60),
            StartPayment.Outcome.ProviderRejected rejected => ApiProblem.Of(502, "provider_rejected", $"The provider refuses this payment ({rejected.Code}): {rejected.Detail}"),
            StartPayment.Outcome.ProviderUnknown unknown => ApiProblem.RetryLater(context, "provider_unknown", $"The provider's answer is not known; the same request may be sent again. {unknown.Detail}"),
            var outcome => throw new InvalidOperationException($"There is no answer for {outcome.GetType().Name}."),
        };
    }

    private static IResult Started(HttpContext context, StartPayment.Outcome.Started started)
    {
        context.Response.Headers.Location = $"/api/payments/{started.Payment.PaymentNo}";
        return Results.Json(
            Body(started),
            ApiJson.Options,
            statusCode: started.Reused ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private static StartedBody Body(StartPayment.Outcome.Started started)
    {
        var (payment, action) = (started.Payment, started.Action);
        return new StartedBody(
            payment.PaymentNo, started.OrderNo, payment.Provider, payment.Scene, payment.Status, AmountOf(payment), payment.CreatedAt, ActionBody(action));
    }

    private static async Task<IResult> ShowAsync(string paymentNo, IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new ShowPayment.Query(paymentNo), cancellationToken) is { } payment
            ? Results.Json(Body(payment), ApiJson.Options)
            : NotFound();

    private static async Task<IResult> ConfirmAsync(string paymentNo, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        await mediator.Send(new ConfirmPayment.Command(paymentNo), cancellationToken) switch
        {
            ConfirmPayment.Outcome.Known known => Results.Json(Body(known.Payment), ApiJson.Options),
            ConfirmPayment.Outcome.Unknown unknown => ApiProblem.RetryLater(context, "provider_unknown", $"The provider could not say: {unknown.Detail}"),
            _ => NotFound(),
        };

    private static IResult NotFound() => ApiProblem.Of(404, "payment_not_found", "There is no payment with this number.");

    private static PaymentBody Body(PaymentDetails details) => new(
        details.Payment.PaymentNo, details.OrderNo, details.Payment.Provider, details.Payment.Scene, details.Payment.Status,
        AmountOf(details.Payment), new Amount(details.Payment.Refunded.Minor, details.Payment.Refunded.Currency), details.Payment.Reason, details.Payment.CreatedAt, details.Payment.PaidAt,
        details.ExpiresAt, details.ProviderTradeNo, details.NextCheckAt);

    private static Amount AmountOf(PaymentView payment) => new(payment.Amount.Minor, payment.Amount.Currency);
}

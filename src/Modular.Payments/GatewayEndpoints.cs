using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>The two addresses that providers and returning browsers call. They are open to everyone; what comes is verified.</summary>
internal static class GatewayEndpoints
{
    /// <summary>The shop's own words for an instance that it cannot use now.</summary>
    public const string TryAgainLater = "try again later";

    /// <summary>The longest notification that is read.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/payments/{instance}/notify", NotifyAsync).DisableAntiforgery().AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/payments/{instance}/return", ReturnAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> NotifyAsync(string instance, HttpContext context, IMediator mediator, ProviderCatalogue providers, TimeProvider time)
    {
        var receivedAt = time.UtcNow();
        byte[]? body;
        try
        {
            body = await Bodies.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            // Too slow or malformed: the sender's fault, and nothing that strangers may fill the log with.
            return Refusal(e.StatusCode, "body not readable");
        }

        if (body is null)
        {
            return Refusal(StatusCodes.Status413PayloadTooLarge, "body too large");
        }

        // Not the request's token: a provider that hangs up early must still find its news stored.
        return await mediator.Send(new HandleNotify.Command(instance, Raw(context, body, receivedAt), Source(context)), CancellationToken.None) switch
        {
            HandleNotify.Outcome.Reply reply => new ReplyResult(reply.Bytes),
            HandleNotify.Outcome.UnknownInstance => Results.Text("unknown provider instance", statusCode: StatusCodes.Status404NotFound),
            _ => Refusal(StatusCodes.Status503ServiceUnavailable, TryAgainLater),
        };

        // Providers log and show what they were answered, in the form that they know.
        IResult Refusal(int status, string text) =>
            providers.Find(instance)?.RefuseWith(status) is { } reply ? new ReplyResult(reply) : Results.Text(text, statusCode: status);
    }

    private static async Task<IResult> ReturnAsync(string instance, HttpContext context, IMediator mediator, OrderAccess access, TimeProvider time)
    {
        return await mediator.Send(new HandleReturn.Command(instance, Raw(context, [], time.UtcNow()), Source(context)), context.RequestAborted) switch
        {
            HandleReturn.Outcome.ToOrder order when order.Verified || access.Allows(context, order.OrderNo) => SeeOther(context, $"/orders/{order.OrderNo}"),
            HandleReturn.Outcome.UnknownInstance => Results.NotFound(),
            HandleReturn.Outcome.Unavailable { OrderNo: { } orderNo } when access.Allows(context, orderNo) => SeeOther(context, $"/orders/{orderNo}"),
            HandleReturn.Outcome.Unavailable => SeeOther(context, "/pay/returned?state=unavailable"),
            _ => SeeOther(context, "/pay/returned?state=refused"),
        };
    }

    private static IResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static RawRequest Raw(HttpContext context, byte[] body, DateTimeOffset receivedAt)
    {
        var headers = new List<KeyValuePair<string, string>>(context.Request.Headers.Count);
        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values)
            {
                headers.Add(new(name, value ?? ""));
            }
        }

        var query = context.Request.QueryString;
        return new RawRequest(context.Request.Method, query.HasValue ? query.Value![1..] : "", headers, body) { ReceivedAt = receivedAt };
    }

    private static string? Source(HttpContext context) => context.Connection.RemoteIpAddress?.ToString();

    /// <summary>Writes a provider's acknowledgement byte for byte.</summary>
    private sealed class ReplyResult(NotificationReply reply) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = reply.StatusCode;
            if (reply.Body.IsEmpty)
            {
                return Task.CompletedTask;
            }

            response.ContentType = reply.ContentType;
            response.ContentLength = reply.Body.Length;
            return response.Body.WriteAsync(reply.Body, httpContext.RequestAborted).AsTask();
        }
    }
}

using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Web;

namespace Modular.Ordering;

/// <summary>
/// Streams an order's status to its page as server-sent events: <c>status</c> with <c>{"status":"paid"}</c> at once and at
/// every change, <c>ping</c> in between, and the end of the stream when nothing can change any more.
/// </summary>
internal static class WatchOrder
{
    // Changes made by other nodes are noticed within this time.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    // Browsers reconnect by themselves; an end now and then frees what a lost connection holds.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/orders/{orderNo}/events", Watch).AllowAnonymous().ExcludeFromDescription();

    private static IResult Watch(string orderNo, HttpContext context, OrderAccess access, OrderWatch watch, TimeProvider time)
    {
        if (!access.Allows(context, orderNo))
        {
            return Results.NotFound();
        }

        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(StatusesAsync(orderNo, watch, time, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> StatusesAsync(
        string orderNo, OrderWatch watch, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var said = started;
        string? last = null;
        while (time.GetElapsedTime(started) < Longest)
        {
            // Subscribed before the look, so that a change between the two is not missed.
            var change = watch.NextChangeOf(orderNo);
            var status = await watch.StatusOfAsync(orderNo, cancellationToken);
            if (status is null)
            {
                yield break;
            }

            if (status != last)
            {
                last = status;
                said = time.GetTimestamp();
                yield return new SseItem<string>(JsonSerializer.Serialize(new { status }), "status");
            }
            else if (time.GetElapsedTime(said) > Ping)
            {
                said = time.GetTimestamp();
                yield return new SseItem<string>("{}", "ping");
            }

            if (status is not ("pending" or "closed"))
            {
                yield break;
            }

            await Task.WhenAny(change, Task.Delay(Look, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

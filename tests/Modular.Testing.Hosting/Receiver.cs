using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Modular.Testing.Hosting;

/// <summary>One webhook as it arrived.</summary>
public sealed record Received(string Id, string Timestamp, string Signature, string Body)
{
    public string Type => System.Text.Json.Nodes.JsonNode.Parse(Body)!["type"]!.GetValue<string>();
}

/// <summary>The merchant's other system: it keeps what it gets and answers as the test wants.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = new();

    private Receiver(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    public IReadOnlyList<Received> All => [.. received];

    public Func<HttpContext, Received, Task> Says { get; set; } = (context, _) => AnswerAsync(context, 200);

    public static Task AnswerAsync(HttpContext context, int status, string text = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = status;

        // A 204 has no body: to write one, were it empty, makes the server tear the connection behind the answer.
        return status == StatusCodes.Status204NoContent ? Task.CompletedTask : context.Response.WriteAsync(text);
    }

    public static async Task<Receiver> StartAsync()
    {
        var address = FreePort.Address();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.ToString());
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build(), address);
        receiver.app.Run(receiver.ReceiveAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(0);
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        var message = new Received(headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), await reader.ReadToEndAsync());
        received.Enqueue(message);
        await Says(context, message);
    }
}

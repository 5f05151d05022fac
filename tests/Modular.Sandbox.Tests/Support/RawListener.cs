using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Modular.Sandbox.Tests.Support;

internal sealed record RawPost(IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>The shop's side of notifications whose headers and exact body count: keeps what arrives and answers what the test says.</summary>
internal sealed class RawListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<RawPost> arrived = Channel.CreateUnbounded<RawPost>();

    private RawListener(WebApplication app) => this.app = app;

    public int Status { get; set; } = 204;

    public string Url => app.Urls.First() + "/notify";

    public bool IsQuiet => !arrived.Reader.TryPeek(out _);

    public static async Task<RawListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var listener = new RawListener(builder.Build());
        listener.app.MapPost("/notify", listener.ReceiveAsync);
        await listener.app.StartAsync();
        return listener;
    }

    /// <summary>The next notification, which must come soon.</summary>
    public async Task<RawPost> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await arrived.Reader.ReadAsync(limit.Token);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        // Decided before the test hears of the message, because it may then say something else about the next one.
        context.Response.StatusCode = Status;
        await arrived.Writer.WriteAsync(new RawPost(headers, await reader.ReadToEndAsync()));
    }
}

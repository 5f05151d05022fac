using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Modular.Sandbox.Tests.Support;

/// <summary>The shop's side of notifications: keeps what arrives and answers what the test says.</summary>
internal sealed class NotifyListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<Dictionary<string, string>> arrived = Channel.CreateUnbounded<Dictionary<string, string>>();

    private NotifyListener(WebApplication app) => this.app = app;

    /// <summary>What is answered; a status of 302 leads to a page that would have said success.</summary>
    public (int Status, string Body) Answer { get; set; } = (200, "success");

    public string Url => app.Urls.First() + "/notify";

    public static async Task<NotifyListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var listener = new NotifyListener(builder.Build());
        listener.app.MapPost("/notify", listener.ReceiveAsync);
        listener.app.MapGet("/elsewhere", () => "success");
        await listener.app.StartAsync();
        return listener;
    }

    /// <summary>The next notification, which must come soon.</summary>
    public async Task<Dictionary<string, string>> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await arrived.Reader.ReadAsync(limit.Token);
    }

    public bool IsQuiet => !arrived.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        // Decided before the test hears of the message, because it may then say something else about the next one.
        var (status, body) = Answer;
        await arrived.Writer.WriteAsync(form.ToDictionary(field => field.Key, field => field.Value.ToString()));
        context.Response.StatusCode = status;
        context.Response.Headers.Location = status == 302 ? "/elsewhere" : default;
        if (status != StatusCodes.Status204NoContent)
        {
            // A 204 has no body: to write one, were it empty, makes the server tear the connection behind the answer.
            await context.Response.WriteAsync(body);
        }
    }
}

using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Modular.Sandbox.Tests.Support;

/// <summary>The shop's side of notifications of API v2: keeps what arrives, byte for byte, and answers what the test says.</summary>
internal sealed class XmlListener : IAsyncDisposable
{
    public const string Success = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

    private readonly WebApplication app;
    private readonly Channel<string> arrived = Channel.CreateUnbounded<string>();

    private XmlListener(WebApplication app) => this.app = app;

    public (int Status, string Body) Answer { get; set; } = (200, Success);

    public string Url => app.Urls.First() + "/notify";

    public static async Task<XmlListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var listener = new XmlListener(builder.Build());
        listener.app.MapPost("/notify", listener.ReceiveAsync);
        await listener.app.StartAsync();
        return listener;
    }

    /// <summary>The next notification, which must come soon.</summary>
    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await arrived.Reader.ReadAsync(limit.Token);
    }

    public bool IsQuiet => !arrived.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        // Decided before the test hears of the message, because it may then say something else about the next one.
        var (status, body) = Answer;
        await arrived.Writer.WriteAsync(await reader.ReadToEndAsync());
        context.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            // A 204 has no body: to write one, were it empty, makes the server tear the connection behind the answer.
            await context.Response.WriteAsync(body);
        }
    }
}

using System.Net;
using System.Text;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Stands where the network would be; keeps what was sent and answers what the test says.</summary>
internal sealed class StubGateway(Func<StubGateway.Call, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public List<Call> Calls { get; } = [];

    /// <summary>A gateway that answers every call with this text in the dialect's charset.</summary>
    public static StubGateway Saying(string body, Dialect? dialect = null, HttpStatusCode status = HttpStatusCode.OK) =>
        Saying((dialect ?? Dialect.Usual).Encoding.GetBytes(body), status);

    public static StubGateway Saying(byte[] body, HttpStatusCode status = HttpStatusCode.OK) =>
        new((_, _) => Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(body) }));

    public static StubGateway Failing(Exception failure) => new((_, _) => Task.FromException<HttpResponseMessage>(failure));

    /// <summary>A gateway that never answers; <paramref name="asked"/> is set once it was asked.</summary>
    public static StubGateway Silent(TaskCompletionSource asked) => new(async (_, cancellationToken) =>
    {
        asked.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Nothing ends the silence but a cancellation.");
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : Encoding.ASCII.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var call = new Call(request.Method.Method, request.RequestUri!, body, request.Content?.Headers.ContentType?.ToString());
        Calls.Add(call);
        return await answer(call, cancellationToken);
    }

    internal sealed record Call(string Method, Uri Url, string Body, string? ContentType)
    {
        /// <summary>Query and body together, decoded once: what the gateway would verify.</summary>
        public Dictionary<string, string> Parameters(Dialect dialect) => Alipay.Decode($"{Url.Query.TrimStart('?')}&{Body}", dialect);
    }
}

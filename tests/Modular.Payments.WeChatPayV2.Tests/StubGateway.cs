using System.Net;
using System.Xml.Linq;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>Stands where the network would be; keeps what was sent and answers what the test says.</summary>
internal sealed class StubGateway(Func<StubGateway.Call, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<Call> Calls { get; } = [];

    /// <summary>A gateway that answers every call with this body.</summary>
    public static StubGateway Saying(string body, HttpStatusCode status = HttpStatusCode.OK) => new(_ => WeChat.Http(body, status));

    /// <summary>A gateway that must not be called.</summary>
    public static StubGateway Silent() => new(_ => throw new InvalidOperationException("Nobody should have asked."));

    /// <summary>A gateway that takes every order as WeChat Pay does.</summary>
    public static StubGateway Ordering(string? value = null) => new(call => WeChat.Http(Some.Ordered(call.Fields["trade_type"], value)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new Call(
            request.Method.Method,
            request.RequestUri!,
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Content?.Headers.ContentType?.ToString());
        Calls.Add(call);
        return answer(call);
    }

    internal sealed record Call(string Method, Uri Url, string Body, string? ContentType)
    {
        /// <summary>The fields of the XML that was sent, read by the runtime's own reader.</summary>
        public Dictionary<string, string> Fields => XElement.Parse(Body, LoadOptions.PreserveWhitespace).Elements().ToDictionary(e => e.Name.LocalName, e => e.Value, StringComparer.Ordinal);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Stands where the network would be; keeps what was sent and answers what the test says. May be called from several threads.</summary>
internal sealed class StubGateway(Func<StubGateway.Call, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly ConcurrentQueue<Call> calls = new();

    /// <summary>What an answer waits for.</summary>
    public Func<Call, Task>? Before { get; init; }

    public IReadOnlyList<Call> Calls => [.. calls];

    /// <summary>How often the platform certificates were asked for.</summary>
    public int Downloads => calls.Count(call => call.IsDownload);

    /// <summary>A gateway that answers every call with these bytes, unsigned.</summary>
    public static StubGateway Saying(string body, int status = 200) => new(_ => Answer(body, status));

    /// <summary>A gateway that signs <paramref name="body"/> as WeChat Pay does.</summary>
    public static StubGateway Signing(string body, int status = 200, RSA? key = null, string? serial = null, DateTimeOffset? at = null) =>
        new(_ => Answer(body, status, Some.Signed(body, key, serial, at)));

    /// <summary>A gateway of a merchant with platform certificates; the first of them signs.</summary>
    public static StubGateway Listing(params Platform[] platforms) => new(_ => List(Keys.Now, platforms));

    /// <summary>The signed list of certificates.</summary>
    public static HttpResponseMessage List(DateTimeOffset at, params Platform[] platforms)
    {
        var list = Some.CertificateList(platforms);
        return Answer(list, 200, Some.Signed(list, platforms[0].Key, platforms[0].Serial, at));
    }

    public static HttpResponseMessage Answer(string body, int status = 200, IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        foreach (var (name, value) in headers ?? [])
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var call = new Call(request.Method.Method, request.RequestUri!, body, request.Content?.Headers.ContentType?.ToString(), request.Headers.NonValidated.ToDictionary(h => h.Key, h => h.Value.ToString()));
        calls.Enqueue(call);
        if (Before is not null)
        {
            await Before(call).WaitAsync(cancellationToken);
        }

        return answer(call);
    }

    internal sealed record Call(string Method, Uri Url, string Body, string? ContentType, IReadOnlyDictionary<string, string> Headers)
    {
        public bool IsDownload => Url.AbsolutePath == "/v3/certificates";
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.Alipay.Tests;

/// <summary>Stands where the network would be; keeps what was sent and answers what the test says.</summary>
internal sealed class StubGateway(Func<StubGateway.Call, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<Call> Calls { get; } = [];

    /// <summary>A gateway that answers every call with these bytes.</summary>
    public static StubGateway Saying(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(_ => new HttpResponseMessage(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) });

    /// <summary>A gateway that signs <paramref name="node"/> as Alipay does.</summary>
    public static StubGateway Signing(string method, string node, RSA? key = null, string? serial = null) => Saying(Signed(method, node, key, serial));

    public static string Signed(string method, string node, RSA? key = null, string? serial = null) =>
        $$"""{"{{method.Replace('.', '_')}}_response":{{node}},{{(serial is null ? "" : $"\"alipay_cert_sn\":\"{serial}\",")}}"sign":"{{SignatureOf(node, key)}}"}""";

    public static string SignatureOf(string node, RSA? key = null) =>
        Convert.ToBase64String((key ?? Keys.Alipay).SignData(Encoding.UTF8.GetBytes(node), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = request.Content is { } content
            ? new Call(request.RequestUri!, await content.ReadAsStringAsync(cancellationToken), content.Headers.ContentType!.ToString())
            : new Call(request.RequestUri!, "", "");
        Calls.Add(call);
        return answer(call);
    }

    internal sealed record Call(Uri Url, string Body, string ContentType)
    {
        /// <summary>Query and body together, decoded once: what the gateway would verify.</summary>
        public Dictionary<string, string> Parameters => Decode(Url.Query.TrimStart('?') + "&" + Body);
    }

    public static Dictionary<string, string> Decode(string encoded) =>
        encoded.Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')), StringComparer.Ordinal);
}

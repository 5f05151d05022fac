using System.Net.Http.Headers;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Signs and sends. What is signed is the path and query of the very address that is called, and the very bytes of the body.</summary>
internal sealed class Transport(WeChatPaySettings settings, HttpClient http, MerchantSigner signer)
{
    // WeChat Pay refuses requests without one, even before it looks at the signature.
    private const string UserAgent = "Modular-WeChatPay/0.1";
    private readonly string prefix = settings.BaseUrl.AbsoluteUri.TrimEnd('/');

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">Path and query below the base address, percent-encoded.</param>
    /// <param name="body">JSON, or null for none.</param>
    /// <param name="cancellationToken">Ends the call; the exception propagates.</param>
    public async Task<HttpAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = Request(method, new Uri(prefix + path), body);
        return await HttpAnswer.OfAsync(http, request, cancellationToken);
    }

    /// <summary>Sends and returns with the headers, the body unread and unbounded. Failures propagate.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>A signed request, good for once.</summary>
    public HttpRequestMessage Request(HttpMethod method, Uri address, byte[]? body)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("Authorization", signer.Authorization(method.Method, address.PathAndQuery, body));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (settings.PublicKey is { } publicKey)
        {
            // Asks for an answer that is signed with this key instead of a platform certificate.
            request.Headers.TryAddWithoutValidation("Wechatpay-Serial", publicKey.Id);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }
}

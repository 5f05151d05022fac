using System.Net;
using System.Net.Http.Headers;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// The gateway. System parameters travel in the query, because Alipay must know the charset before it reads the body, and
/// the business part in a form body, as in Alipay's own SDKs.
/// </summary>
internal sealed class Gateway(Uri address, HttpClient http, RequestSigner signer, ResponseCheck check)
{
    // Answers are about a kilobyte; the bound holds whatever the client allows.
    private const int MaxAnswerBytes = 256 * 1024;

    /// <summary>A form with which the shopper's browser goes to the cashier.</summary>
    public PaymentAction.Form Form(string method, string bizContent, Uri notifyUrl, Uri returnUrl)
    {
        var parameters = signer.Sign(method, bizContent, notifyUrl, returnUrl);
        return new PaymentAction.Form(WithQuery(parameters), [.. parameters.Where(IsBusiness)]);
    }

    /// <summary>The order string that Alipay's app SDK takes: every parameter percent-encoded.</summary>
    public string OrderString(string method, string bizContent, Uri notifyUrl) =>
        Encode(signer.Sign(method, bizContent, notifyUrl));

    /// <summary>Calls and verifies. A cancellation by the caller propagates; every other failure is <see cref="GatewayAnswer.Unknown"/>.</summary>
    public async Task<GatewayAnswer> CallAsync(string method, string bizContent, Uri? notifyUrl, CancellationToken cancellationToken)
    {
        var parameters = signer.Sign(method, bizContent, notifyUrl);
        using var request = new HttpRequestMessage(HttpMethod.Post, WithQuery(parameters));
        request.Content = new StringContent(Encode(parameters.Where(IsBusiness)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded", "utf-8");
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new GatewayAnswer.Unknown($"Alipay answered with HTTP {(int)response.StatusCode}.");
            }

            return await ReadAsync(response.Content, cancellationToken) is { } body
                ? check.Read(body, method)
                : new GatewayAnswer.Unknown($"The answer is larger than {MaxAnswerBytes / 1024} KiB.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new GatewayAnswer.Unknown("Alipay did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // The exception's own message may name addresses and proxies; its kind is enough to act on.
            var kind = e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? known.HttpRequestError.ToString() : e.GetType().Name;
            return new GatewayAnswer.Unknown($"Alipay could not be reached ({kind}).");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
            {
                if (length >= MaxAnswerBytes)
                {
                    return null;
                }

                Array.Resize(ref body, length * 2);
            }

            var read = await stream.ReadAsync(body.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return body.AsMemory(0, length);
            }

            length += read;
        }
    }

    private Uri WithQuery(IEnumerable<KeyValuePair<string, string>> parameters) =>
        new($"{address.AbsoluteUri}?{Encode(parameters.Where(parameter => !IsBusiness(parameter)))}");

    private static bool IsBusiness(KeyValuePair<string, string> parameter) => parameter.Key == "biz_content";

    private static string Encode(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join('&', parameters.Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}"));
}

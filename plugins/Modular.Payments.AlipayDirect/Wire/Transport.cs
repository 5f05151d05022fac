using System.Net;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Sends a request and reads a bounded answer. Problems are sentences that name neither addresses nor secrets.</summary>
internal static class Transport
{
    public const string TooSlow = "Alipay did not answer in time.";

    /// <summary>The body of an answer with HTTP 200, or a problem. A cancellation by the caller propagates.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, string? Problem)> SendAsync(HttpClient http, HttpRequestMessage request, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (default, $"Alipay answered with HTTP {(int)response.StatusCode}.");
            }

            return await ReadAsync(response.Content, maxBytes, cancellationToken) is { } body
                ? (body, null)
                : (default, $"Alipay's answer is larger than {maxBytes / 1024} KiB.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, TooSlow);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // The exception's own message may name addresses and proxies; its kind is enough to act on.
            var kind = e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? known.HttpRequestError.ToString() : e.GetType().Name;
            return (default, $"Alipay could not be reached ({kind}).");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[4 * 1024];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
            {
                if (length > maxBytes)
                {
                    return null;
                }

                Array.Resize(ref body, length * 2);
            }

            var read = await stream.ReadAsync(body.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return length <= maxBytes ? body.AsMemory(0, length) : null;
            }

            length += read;
        }
    }
}

using System.Net;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Sends a request and reads a bounded answer. Problems are sentences that name neither addresses nor secrets.</summary>
internal static class Transport
{
    /// <summary>The body of an answer with HTTP 200, or a problem. A cancellation by the caller propagates.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, string? Problem)> SendAsync(HttpClient http, HttpRequestMessage request, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (default, $"WeChat answered with HTTP {(int)response.StatusCode}.");
            }

            return await ReadAsync(response.Content, maxBytes, cancellationToken) is { } body
                ? (body, null)
                : (default, $"The answer is larger than {maxBytes / 1024} KiB.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, "WeChat did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // The exception's own message may name addresses and proxies; its kind is enough to act on.
            var kind = e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? known.HttpRequestError.ToString() : e.GetType().Name;
            return (default, $"WeChat could not be reached ({kind}).");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[8 * 1024];
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

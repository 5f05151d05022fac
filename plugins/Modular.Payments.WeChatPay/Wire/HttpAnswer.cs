namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What came back over HTTP, not yet believed.</summary>
/// <param name="Status">The HTTP status; 0 when nothing came back.</param>
/// <param name="Headers">The headers, a name possibly more than once.</param>
/// <param name="Body">The body as it was sent.</param>
/// <param name="Problem">One sentence when nothing came back, else null.</param>
internal sealed record HttpAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body, string? Problem = null)
{
    // Answers are a few kilobytes; the bound holds whatever the client allows.
    private const int MaxBytes = 256 * 1024;

    /// <summary>Sends and reads. A cancellation by the caller propagates; every other failure is a <see cref="Problem"/> that names no address.</summary>
    public static async Task<HttpAnswer> OfAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return await ReadAsync(response.Content, cancellationToken) is { } body
                ? new HttpAnswer((int)response.StatusCode, [.. HeadersOf(response)], body)
                : Failed($"The answer is larger than {MaxBytes / 1024} KiB.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed("WeChat did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // The exception's own message may name addresses and proxies; its kind is enough to act on.
            var kind = e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? known.HttpRequestError.ToString() : e.GetType().Name;
            return Failed($"WeChat could not be reached ({kind}).");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> HeadersOf(HttpResponseMessage response) =>
        from header in response.Headers.NonValidated
        from value in header.Value
        select new KeyValuePair<string, string>(header.Key, value);

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[8 * 1024];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
            {
                if (length >= MaxBytes)
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

    private static HttpAnswer Failed(string problem) => new(0, [], ReadOnlyMemory<byte>.Empty, problem);
}

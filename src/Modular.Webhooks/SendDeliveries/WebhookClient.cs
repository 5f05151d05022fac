using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Modular.Kernel;

namespace Modular.Webhooks;

/// <summary>What came of one try.</summary>
/// <param name="Status">The HTTP status; null when no answer came.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Text">The beginning of the answer, see <see cref="Answer.Shorten"/>; null without an answer.</param>
/// <param name="RetryAfter">What the receiver asked for.</param>
internal sealed partial record Answer(int? Status, string? Error, string? Text, TimeSpan? RetryAfter, int DurationMs)
{
    /// <summary>How many characters of an answer are kept.</summary>
    internal const int MaxText = 256;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// The first characters of an answer in one printable line. A receiver may echo what it was sent, so whatever is as long as a
    /// signature or a secret, and made of their characters, is cut down to its beginning.
    /// </summary>
    public static string Shorten(ReadOnlySpan<byte> bytes)
    {
        var line = new StringBuilder();
        foreach (var rune in Encoding.UTF8.GetString(bytes).EnumerateRunes())
        {
            line.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                ? " "
                : rune.ToString());
        }

        var text = SecretLike().Replace(line.ToString(), found => found.Value[..6] + "…").Trim();
        // Not in the middle of a character that takes two places.
        return text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];
    }

    // 24 bytes, the shortest secret, take 32 characters; an id of ours takes 30. JSON and addresses may write + and / differently.
    [GeneratedRegex(@"[A-Za-z0-9+/_=\\%]{31,}", RegexOptions.CultureInvariant)]
    private static partial Regex SecretLike();
}

/// <summary>
/// Posts a delivery once. It calls the configured address and no other: redirects are not followed, cookies not kept. Thread-safe.
/// </summary>
internal sealed class WebhookClient(WebhookOptions options, TimeProvider time) : IDisposable
{
    // Enough for the characters that are kept, whatever the charset and however much of it is cut.
    private const int MaxAnswerBytes = 4096;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // Names are looked up again after this time.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
        // The rest of a long answer is not read to save a connection.
        MaxResponseDrainSize = 0,
        // The call is traced, and the trace's id is nobody else's business. Null would switch the tracing off.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <exception cref="OperationCanceledException">The shop stops; it is not known whether the receiver has heard.</exception>
    public async Task<Answer> PostAsync(WebhookEndpoint endpoint, Delivery delivery, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.TryBudget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var startedAt = time.GetTimestamp();
        try
        {
            using var request = Request(endpoint, delivery);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var text = Answer.Shorten(await ReadAsync(response, either.Token, cancellationToken));
            var status = (int)response.StatusCode;
            var error = status switch { >= 200 and < 300 => null, >= 300 and < 400 => "redirect", _ => "status" };
            return new Answer(status, error, text, RetryAfter(response.Headers.RetryAfter), Elapsed(startedAt));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer(null, "timeout", null, null, Elapsed(startedAt));
        }
        catch (HttpRequestException e)
        {
            return new Answer(null, e.HttpRequestError.ToText(), null, null, Elapsed(startedAt));
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(WebhookEndpoint endpoint, Delivery delivery)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Modular-Webhooks", "1"));
        request.Headers.Add("webhook-id", delivery.MessageId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", endpoint.Sign(delivery.MessageId, timestamp, delivery.Body));
        return request;
    }

    /// <summary>The beginning of the body. The status has come and counts, so a body that breaks off or never ends changes nothing.</summary>
    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken limit, CancellationToken stopping)
    {
        var buffer = new byte[MaxAnswerBytes];
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(limit);
            while (length < buffer.Length && await body.ReadAsync(buffer.AsMemory(length), limit) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
        }

        return buffer[..length];
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private int Elapsed(long startedAt) => (int)time.GetElapsedTime(startedAt).TotalMilliseconds;
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;

namespace Modular.Payments;

/// <summary>
/// Knocks at the shop's own notify and return addresses from outside, as a provider and a browser would, and tells the shop's own answer
/// from that of a login, a proxy or a stranger.
/// </summary>
/// <remarks>
/// What is sent is a fixed text that no provider ever sends. The gate refuses it like every other forgery, and by these very bytes
/// it knows that it is a probe and keeps it out of the inbox (<see cref="IsProbe"/>). Anybody may send the same: it is refused
/// and says nothing, so nobody gains by it, and no secret must be shared between the process that asks and the one that answers.
/// </remarks>
internal sealed class GateProbe(PaymentsOptions options, TimeProvider time)
{
    private const string Text = "modular-preflight";
    private const string UserAgent = "Modular-Preflight/1";

    // Enough to recognise our own answers, which are shorter.
    private const int MaxAnswer = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether a request that was refused is a probe of a preflight, which is no attack. <paramref name="kind"/> is <c>notify</c> or <c>return</c>.</summary>
    public static bool IsProbe(string kind, RawRequest request) =>
        request.Header("User-Agent") == UserAgent
        && (kind == "notify" ? request.Query.Length == 0 && request.Body.Span.SequenceEqual("modular-preflight"u8) : request.Query == Text && request.Body.IsEmpty);

    /// <summary>Posts to the notify address.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="refusal">The bytes with which the instance refuses a notification; null when it is out of service.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<PreflightLine> NotifyAsync(string instance, NotificationReply? refusal, CancellationToken cancellationToken) =>
        AskAsync("notify url", Address(instance, "notify"), HttpMethod.Post, answer => OfNotify(answer, refusal), cancellationToken);

    /// <summary>Opens the return address.</summary>
    public Task<PreflightLine> ReturnAsync(string instance, CancellationToken cancellationToken) =>
        AskAsync("return url", Address(instance, "return") + "?" + Text, HttpMethod.Get, OfReturn, cancellationToken);

    /// <summary>An address without what may be a secret in it: user, password and query.</summary>
    public static string Plain(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private string Address(string instance, string kind) => $"{options.PublicUrl}payments/{instance}/{kind}";

    private static PreflightLine? OfNotify(Answer answer, NotificationReply? refusal)
    {
        const string What = "notify url";
        if (refusal is not null && answer.Status == refusal.StatusCode && answer.Body.AsSpan().SequenceEqual(refusal.Body.Span))
        {
            return PreflightLine.Pass(What, "The notify URL reaches the shop, which refused a forged notification.");
        }

        return answer switch
        {
            { Status: 503, Text: GatewayEndpoints.TryAgainLater } when refusal is null =>
                PreflightLine.Pass(What, "The notify URL reaches the shop, which keeps this instance out of service."),
            // In the shop's own words where the running shop has the instance out of service, in the provider's form where it has not.
            { Status: 503 } when refusal is not null && (answer.Text == GatewayEndpoints.TryAgainLater || answer.Body.AsSpan().SequenceEqual(refusal.Body.Span)) =>
                PreflightLine.Fail(What, "The notify URL reaches the shop, and the shop cannot judge notifications of this instance now.", "Restart the shop so that it reads these settings, and look at its log."),
            { Status: 404, Text: "unknown provider instance" } =>
                PreflightLine.Fail(What, "The notify URL reaches a shop that has no instance of this name.", "Restart the shop with these settings, or correct Modular:PublicUrl."),
            _ => null,
        };
    }

    private static PreflightLine? OfReturn(Answer answer) =>
        answer is { Status: 303, Destination: { } target } && target.Authority == answer.Asked.Authority
            && target.AbsolutePath.EndsWith("/pay/returned", StringComparison.Ordinal) && target.Query.StartsWith("?state=", StringComparison.Ordinal)
            ? PreflightLine.Pass("return url", "The return URL reaches the shop.")
            : null;

    private async Task<PreflightLine> AskAsync(string what, string address, HttpMethod method, Func<Answer, PreflightLine?> ours, CancellationToken cancellationToken)
    {
        var name = what == "notify url" ? "The notify URL" : "The return URL";
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await SendAsync(address, method, either.Token);
            return ours(answer) ?? OfStranger(what, name, answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return PreflightLine.Warn(
                what, $"{name} did not answer within {Patience.TotalSeconds:0} seconds from here.",
                "Some networks do not let a server reach its own public address: open it from outside, and if it does not answer there either, look at the proxy and the firewall.");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return PreflightLine.Fail(
                what, $"{name} has no TLS that can be trusted from here.",
                "Install a certificate of a public authority with its whole chain: providers refuse others as well.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            var kind = e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? known.HttpRequestError.ToString() : e.GetType().Name;
            return PreflightLine.Warn(
                what, $"{name} cannot be reached from here ({kind}).",
                "Start the shop, and open the address from outside: some networks do not let a server reach its own public address.");
        }
    }

    /// <summary>What it means that somebody else answered.</summary>
    private static PreflightLine OfStranger(string what, string name, Answer answer) => answer.Status switch
    {
        >= 300 and < 400 => PreflightLine.Fail(
            what, $"{name} is redirected to {answer.Target}.",
            "Providers follow no redirect: set Modular:PublicUrl to the address at the redirect's end, or take the redirect away."),
        401 or 403 => PreflightLine.Fail(
            what, $"{name} is behind a login (HTTP {answer.Status}).", "Let /payments/ through without a login: the shop verifies the messages by their signatures."),
        >= 200 and < 300 => PreflightLine.Fail(
            what, $"{name} is behind a login or another site: something that is not the shop answered with HTTP {answer.Status}{(answer.IsHtml ? " and a page" : "")}.",
            "Let /payments/ through to the shop without a login, or correct Modular:PublicUrl."),
        404 => PreflightLine.Fail(
            what, $"{name} does not exist (HTTP 404) where Modular:PublicUrl leads.", "Correct Modular:PublicUrl, or have the proxy pass /payments/ on with its path unchanged."),
        >= 500 => PreflightLine.Fail(
            what, $"{name} is answered with HTTP {answer.Status}, and not by the shop.", "Look at the proxy in front of the shop: it does not reach the shop, or the shop does not run."),
        _ => PreflightLine.Fail(
            what, $"{name} is answered with HTTP {answer.Status}, and not in the shop's own words.", "Have the proxy pass /payments/ on with method, path and body unchanged."),
    };

    private static async Task<Answer> SendAsync(string address, HttpMethod method, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(Text));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(body, MaxAnswer, throwOnEndOfStream: false, cancellationToken);
        return new Answer(new Uri(address), (int)response.StatusCode, body[..length], response.Headers.Location, response.Content.Headers.ContentType?.MediaType == "text/html");
    }

    private sealed record Answer(Uri Asked, int Status, byte[] Body, Uri? LocationHeader, bool IsHtml)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        public Uri? Destination => LocationHeader is null ? null : new Uri(Asked, LocationHeader);

        /// <summary>Where it leads, without a query, which may hold what is nobody's business.</summary>
        public string Target => Destination is { } target ? Plain(target) : "nowhere";
    }
}

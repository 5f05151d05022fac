using System.Text;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Notifications;

/// <summary>One POST to a merchant, and what came of it.</summary>
internal sealed class Doorbell : IDisposable
{
    private const int JudgedBytes = 4096;
    private const int KeptCharacters = 200;

    private readonly SandboxOptions options;
    private readonly FaultBoard faults;
    private readonly TimeProvider time;

    // Like the gateways: no redirects, no cookies, and no proxy between this machine and itself.
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public Doorbell(IOptions<SandboxOptions> options, FaultBoard faults, TimeProvider time) =>
        (this.options, this.faults, this.time) = (options.Value, faults, time);

    /// <summary>A sandbox that anyone can reach must not become a way to post into other people's networks.</summary>
    public string? WhyNot(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return "notify_url is not an http address";
        }

        var allowed = options.NotifyHosts.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return address.IsLoopback || allowed.Contains(address.Host, StringComparer.OrdinalIgnoreCase)
            ? null
            : "only this machine and the hosts of Sandbox:NotifyHosts are notified";
    }

    public async Task<Attempt> RingAsync(Notification notification)
    {
        var (envelope, patience) = (notification.Envelope, notification.Envelope.Rules.Patience);
        var started = time.GetUtcNow();
        var clock = time.GetTimestamp();
        try
        {
            using var limit = new CancellationTokenSource(patience, time);
            using var request = new HttpRequestMessage(HttpMethod.Post, notification.Url);
            envelope.Write(request, faults.Notify(notification.OutTradeNo), started);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var answer = await FirstBytesAsync(response, limit.Token);
            var kept = answer[..Math.Min(answer.Length, KeptCharacters)];
            return new Attempt(started, (int)response.StatusCode, kept, Elapsed(clock), envelope.IsAcknowledged((int)response.StatusCode, answer));
        }
        catch (Exception cause) when (cause is HttpRequestException or OperationCanceledException or IOException or FormatException)
        {
            var what = cause is OperationCanceledException ? $"no answer within {patience.TotalSeconds:0} s" : cause.Message;
            return new Attempt(started, null, what, Elapsed(clock), Acknowledged: false);
        }
    }

    public void Dispose() => client.Dispose();

    private static async Task<string> FirstBytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[JudgedBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private double Elapsed(long clock) => time.GetElapsedTime(clock).TotalMilliseconds;
}

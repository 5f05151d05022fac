using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Modular.Webhooks;

/// <summary>The events that go out.</summary>
public static class WebhookEvents
{
    /// <summary>Everything that can be named in <c>Modular:Webhooks:&lt;n&gt;:Events</c>; all of it is sent where nothing is named.</summary>
    public static IReadOnlyList<string> All { get; } = ["order.placed", "order.paid", "order.closed", "payment.refunded"];
}

/// <summary>One configured receiver. Immutable and thread-safe; the secret never leaves it but as a <see cref="Signature"/>.</summary>
internal sealed class WebhookEndpoint
{
    internal const int MaxNameLength = 64;

    private readonly byte[]? secret;

    private WebhookEndpoint(string name, Uri? url, byte[]? secret, IReadOnlyList<string> events, string? problem) =>
        (Name, Url, this.secret, Events, Problem) = (name, url, secret, events, problem);

    /// <summary>The key below <c>Modular:Webhooks</c> in small letters, by which its deliveries find it again.</summary>
    public string Name { get; }

    /// <summary>Where to post; null when the setting is unusable.</summary>
    public Uri? Url { get; }

    /// <summary>The events that it is sent.</summary>
    public IReadOnlyList<string> Events { get; }

    /// <summary>Why nothing is sent to it; null when it is in service. Its events are kept all the same, and go out once the setting is mended.</summary>
    public string? Problem { get; }

    [MemberNotNullWhen(true, nameof(Url))]
    public bool IsInService => Problem is null && Url is not null;

    /// <summary>Scheme, host and port: the path and the query may hold what nobody but the receiver should know.</summary>
    public string? Origin => Url?.GetLeftPart(UriPartial.Authority);

    /// <exception cref="InvalidOperationException">The endpoint is not in service.</exception>
    public string Sign(string messageId, long timestamp, string body) =>
        Signature.Of(secret ?? throw new InvalidOperationException($"The webhook {Name} has no usable secret."), messageId, timestamp, body);

    public static WebhookEndpoint From(IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var (url, urlProblem) = ReadUrl(section);
        var (secret, secretProblem) = ReadSecret(section);
        var (events, eventsProblem) = ReadEvents(section);
        var nameProblem = section.Key.Length > MaxNameLength ? $"{section.Path} has a name longer than {MaxNameLength} characters." : null;
        string?[] problems = [nameProblem, urlProblem, secretProblem, eventsProblem];
        var problem = string.Join(" ", problems.Where(text => text is not null));
        var name = section.Key.Length > MaxNameLength ? section.Key[..MaxNameLength] : section.Key;
        return new WebhookEndpoint(name.ToLowerInvariant(), url, secret, events, problem.Length > 0 ? problem : null);
    }

    private static (Uri?, string?) ReadUrl(IConfigurationSection section)
    {
        var path = section.Path + ":Url";
        if (string.IsNullOrWhiteSpace(section["Url"]))
        {
            return (null, $"{path} is missing: set it to the receiver's address, like https://erp.example.com/modular.");
        }

        // The address itself is not repeated: it may hold a token.
        return !Uri.TryCreate(section["Url"]!.Trim(), UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            ? (null, $"{path} is no absolute http(s) address, like https://erp.example.com/modular.")
            : url.UserInfo.Length > 0 || url.Fragment.Length > 0
                ? (null, $"{path} must not hold a user's name, a password or a fragment: the receiver knows the sender by the signature.")
                : (url, null);
    }

    private static (byte[]?, string?) ReadSecret(IConfigurationSection section)
    {
        var path = section.Path + ":Secret";
        var text = section["Secret"]?.Trim();
        return string.IsNullOrEmpty(text)
            ? (null, $"{path} is missing: make one with 'openssl rand -base64 32' and give it to the receiver too.")
            : Signature.ReadSecret(text) is { } bytes
                ? (bytes, null)
                : (null, $"{path} is not whsec_ and base64, or bare base64, of {Signature.MinSecretBytes} to {Signature.MaxSecretBytes} bytes: make one with 'openssl rand -base64 32'.");
    }

    private static (IReadOnlyList<string>, string?) ReadEvents(IConfigurationSection section)
    {
        if (string.IsNullOrWhiteSpace(section["Events"]))
        {
            return (WebhookEvents.All, null);
        }

        var named = section["Events"]!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = named.Except(WebhookEvents.All, StringComparer.Ordinal).ToArray();
        var known = WebhookEvents.All.Intersect(named, StringComparer.Ordinal).ToArray();
        return (known, unknown.Length == 0 && known.Length > 0
            ? null
            : $"{section.Path}:Events names '{string.Join(", ", unknown)}': write some of {string.Join(", ", WebhookEvents.All)}, or leave it out for all.");
    }
}

/// <summary>The receivers of <c>Modular:Webhooks</c>, in the configuration's order. Immutable and thread-safe.</summary>
internal sealed partial class WebhookEndpoints
{
    public WebhookEndpoints(IConfiguration configuration, ILogger<WebhookEndpoints> log)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        All = [.. configuration.GetSection("Modular:Webhooks").GetChildren().Where(IsEndpoint).Select(WebhookEndpoint.From)];
        foreach (var endpoint in All.Where(endpoint => endpoint.Problem is not null))
        {
            LogOutOfService(log, endpoint.Name, endpoint.Problem!);
        }
    }

    public IReadOnlyList<WebhookEndpoint> All { get; }

    public WebhookEndpoint? Find(string name) => All.FirstOrDefault(endpoint => endpoint.Name == name);

    private static bool IsEndpoint(IConfigurationSection section) => !section.Key.Equals(WebhookOptions.RetentionName, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {Endpoint} is out of service: {Problem}")]
    private static partial void LogOutOfService(ILogger log, string endpoint, string problem);
}

using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Modular.Webhooks;

/// <summary>The settings of this module that belong to no single endpoint.</summary>
public sealed record WebhookOptions
{
    /// <summary>Stands beside the endpoints in the configuration, so no endpoint can have this name.</summary>
    internal const string RetentionName = "Retention";

    // An event is delivered inside the program for about three days; forgotten earlier, a late repeat would be sent as new.
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromDays(7);

    /// <summary>How long a receiver may take for the whole of one try: connecting, reading, thinking and answering.</summary>
    public TimeSpan TryBudget { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long deliveries are kept, whatever came of them; <c>Modular:Webhooks:Retention</c>.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <exception cref="InvalidOperationException">The retention is no time span or too short.</exception>
    public static WebhookOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[$"Modular:Webhooks:{RetentionName}"];
        return string.IsNullOrWhiteSpace(text) ? new WebhookOptions()
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= ShortestRetention ? new WebhookOptions { Retention = span }
            : throw new InvalidOperationException($"Modular:Webhooks:Retention is '{text}': write a time span of seven days or more, for example 30.00:00:00.");
    }
}

using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>What has become of a delivery.</summary>
internal enum DeliveryStatus
{
    /// <summary>It is to be tried, for the first time or again.</summary>
    Pending,

    /// <summary>The receiver answered 2xx.</summary>
    Delivered,

    /// <summary>The last try failed too; an operator may send it again.</summary>
    GivenUp,
}

/// <summary>One event on its way to one endpoint. What is sent is fixed when the row is made; only signature and timestamp are made anew for each try.</summary>
internal sealed class Delivery
{
    public long Id { get; init; }

    /// <summary>The outbox's event. With <see cref="Endpoint"/> it is unique, so an event that is dispatched twice has one delivery.</summary>
    public required long EventId { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>The header <c>webhook-id</c>, the same on every try.</summary>
    public required string MessageId { get; init; }

    public required string Type { get; init; }

    public required string OrderNo { get; init; }

    /// <summary>The exact body, the same on every try.</summary>
    public required string Body { get; init; }

    public DeliveryStatus Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next; null when there is nothing more to do by itself.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>How often it was tried in all; also the version by which a late result is told from the present one.</summary>
    public int Attempts { get; init; }

    /// <summary>How often it was tried since it was due for the first time or an operator sent it again; chooses the next wait.</summary>
    public int Tries { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>The HTTP status of the last answer; null when there was none.</summary>
    public int? LastStatus { get; init; }

    /// <summary>Why the last try failed: <c>timeout</c>, <c>redirect</c>, <c>status</c> or a name of <see cref="HttpRequestError"/>.</summary>
    public string? LastError { get; init; }

    public int? LastDurationMs { get; init; }

    /// <summary>The beginning of the last answer, printable and without anything that looks like a signature.</summary>
    public string? LastAnswer { get; init; }
}

/// <summary>What the shop remembers of an endpoint beside its configuration.</summary>
internal sealed class EndpointState
{
    public required string Name { get; init; }

    /// <summary>Since when nothing is sent to it; null when it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>The operator who paused it; null when it asked for that itself with 410.</summary>
    public string? PausedBy { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }
}

internal sealed class WebhookModel : IModelPart
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<Delivery>(delivery =>
        {
            delivery.ToTable("webhooks_deliveries");
            delivery.Property(d => d.Endpoint).HasMaxLength(WebhookEndpoint.MaxNameLength);
            delivery.Property(d => d.MessageId).HasMaxLength(64);
            delivery.Property(d => d.Type).HasMaxLength(64);
            delivery.Property(d => d.OrderNo).HasMaxLength(Numbers.Length);
            delivery.Property(d => d.Status).AsText();
            delivery.Property(d => d.LastError).HasMaxLength(64);
            delivery.Property(d => d.LastAnswer).HasMaxLength(Answer.MaxText);
            delivery.HasIndex(d => new { d.EventId, d.Endpoint }).IsUnique();
            delivery.HasIndex(d => new { d.Endpoint, d.NextAttemptAt }).HasFilter("next_attempt_at IS NOT NULL");
            delivery.HasIndex(d => new { d.Endpoint, d.Status });
            delivery.HasIndex(d => d.OrderNo);
            delivery.HasIndex(d => d.CreatedAt);
        });
        model.Entity<EndpointState>(endpoint =>
        {
            endpoint.ToTable("webhooks_endpoints");
            endpoint.HasKey(e => e.Name);
            endpoint.Property(e => e.Name).HasMaxLength(WebhookEndpoint.MaxNameLength);
            endpoint.Property(e => e.PausedBy).HasMaxLength(64);
        });
    }
}

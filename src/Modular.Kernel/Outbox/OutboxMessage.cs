using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Kernel.Outbox;

/// <summary>
/// Something that happened and that others must learn of. The row is written in the transaction that made it happen, and
/// delivered afterwards, at least once.
/// </summary>
public sealed class OutboxMessage
{
    public long Id { get; init; }

    /// <summary>What happened, for example <c>order.paid</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The event's data as a JSON object.</summary>
    public required string Data { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the next delivery is due; null once it is delivered or given up.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; set; }
}

/// <summary>How far behind the outbox is.</summary>
public static class OutboxReading
{
    /// <summary>How long the oldest event that is due has waited; zero when none is due.</summary>
    public static async Task<TimeSpan> OutboxLagAsync(this ModularDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var oldest = await db.Set<OutboxMessage>().Where(message => message.DueAt <= now).OrderBy(message => message.DueAt)
            .Select(message => message.DueAt).FirstOrDefaultAsync(cancellationToken);
        return oldest is { } due ? now - due : TimeSpan.Zero;
    }
}

internal sealed class OutboxModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<OutboxMessage>(message =>
    {
        message.ToTable("kernel_outbox");
        message.Property(m => m.Type).HasMaxLength(64);
        message.Property(m => m.Error).HasMaxLength(512);
        message.HasIndex(m => m.DueAt).HasFilter("due_at IS NOT NULL");
    });
}

using Microsoft.EntityFrameworkCore;

namespace Modular.Benchmarks;

/// <summary>The usual EF model of the same four tables.</summary>
internal sealed class TypicalContext(DbContextOptions<TypicalContext> options) : DbContext(options)
{
    public DbSet<TypicalPayment> Payments => Set<TypicalPayment>();

    public DbSet<TypicalOrder> Orders => Set<TypicalOrder>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<TypicalPayment>(e =>
        {
            e.ToTable("typical_payments").HasKey(p => p.Id);
            e.Property(p => p.Id).HasColumnName("id");
            e.Property(p => p.PaymentNo).HasColumnName("payment_no");
            e.Property(p => p.OrderNo).HasColumnName("order_no");
            e.Property(p => p.AmountMinor).HasColumnName("amount_minor");
            e.Property(p => p.Status).HasColumnName("status");
            e.Property(p => p.TradeNo).HasColumnName("trade_no");
            e.Property(p => p.PaidAt).HasColumnName("paid_at");
        });
        modelBuilder.Entity<TypicalOrder>(e =>
        {
            e.ToTable("typical_orders").HasKey(o => o.Id);
            e.Property(o => o.Id).HasColumnName("id");
            e.Property(o => o.OrderNo).HasColumnName("order_no");
            e.Property(o => o.Status).HasColumnName("status");
            e.Property(o => o.PaymentNo).HasColumnName("payment_no");
            e.Property(o => o.PaidAt).HasColumnName("paid_at");
        });
        modelBuilder.Entity<TypicalMessage>(e =>
        {
            e.ToTable("typical_inbox").HasKey(m => m.Id);
            e.Property(m => m.Id).HasColumnName("id");
            e.Property(m => m.NotifyId).HasColumnName("notify_id");
            e.Property(m => m.Instance).HasColumnName("instance");
            e.Property(m => m.ReceivedAt).HasColumnName("received_at");
            e.Property(m => m.Body).HasColumnName("body");
        });
        modelBuilder.Entity<TypicalEvent>(e =>
        {
            e.ToTable("typical_outbox").HasKey(v => v.Id);
            e.Property(v => v.Id).HasColumnName("id");
            e.Property(v => v.Type).HasColumnName("type");
            e.Property(v => v.Data).HasColumnName("data");
            e.Property(v => v.CreatedAt).HasColumnName("created_at");
        });
    }
}

internal sealed class TypicalPayment
{
    public long Id { get; init; }

    public string PaymentNo { get; init; } = "";

    public string OrderNo { get; init; } = "";

    public long AmountMinor { get; init; }

    public string Status { get; set; } = "";

    public string? TradeNo { get; set; }

    public DateTimeOffset? PaidAt { get; set; }
}

internal sealed class TypicalOrder
{
    public long Id { get; init; }

    public string OrderNo { get; init; } = "";

    public string Status { get; set; } = "";

    public string? PaymentNo { get; set; }

    public DateTimeOffset? PaidAt { get; set; }
}

internal sealed class TypicalMessage
{
    public long Id { get; init; }

    public string NotifyId { get; init; } = "";

    public string Instance { get; init; } = "";

    public DateTimeOffset ReceivedAt { get; init; }

    public byte[] Body { get; init; } = [];
}

internal sealed class TypicalEvent
{
    public long Id { get; init; }

    public string Type { get; init; } = "";

    public string Data { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}

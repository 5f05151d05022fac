using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;

namespace Modular.Ordering;

/// <summary>
/// The states of an order. Pending may become paid or closed; closed may still become paid when money arrives late; paid
/// never goes back to pending or closed.
/// </summary>
public enum OrderStatus
{
    Pending,
    Paid,
    Closed,
    Refunded,
    PartiallyRefunded,
}

/// <summary>An order with its lines and amount as they were when it was placed.</summary>
internal sealed class Order
{
    public long Id { get; init; }

    public required string OrderNo { get; init; }

    public required OrderStatus Status { get; set; }

    public required long AmountMinor { get; init; }

    public required string Currency { get; init; }

    /// <summary>What the shopper reads at the provider's cashier.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the sweep next tries to close the order; null once it needs no closing.</summary>
    public DateTimeOffset? CloseDueAt { get; set; }

    /// <summary>When the shopper paid, by the provider's clock.</summary>
    public DateTimeOffset? PaidAt { get; set; }

    /// <summary>The payment whose money this order keeps.</summary>
    public string? PaymentNo { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public DateTimeOffset? FulfilledAt { get; set; }

    public List<OrderLine> Lines { get; init; } = [];

    public Money Amount => new(AmountMinor, Currency);

    public PayableState PayableAt(DateTimeOffset now) => Status switch
    {
        OrderStatus.Pending when now < ExpiresAt => PayableState.Open,
        OrderStatus.Pending or OrderStatus.Closed => PayableState.Closed,
        _ => PayableState.Paid,
    };
}

/// <summary>One line of an order: name and price are copies, so that a later change of the catalogue changes no order.</summary>
internal sealed class OrderLine
{
    public long Id { get; init; }

    public long OrderId { get; init; }

    public required string Sku { get; init; }

    public required string NameZh { get; init; }

    public required string NameEn { get; init; }

    public required int Quantity { get; init; }

    public required long UnitPriceMinor { get; init; }
}

internal sealed class OrderingModel : IModelPart
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<Order>(order =>
        {
            order.ToTable("ordering_orders", table =>
            {
                table.HasCheckConstraint("ck_ordering_orders_amount", "amount_minor > 0");
                table.HasCheckConstraint("ck_ordering_orders_paid", "status IN ('pending', 'closed') OR payment_no IS NOT NULL");
            });
            order.Property(o => o.OrderNo).HasMaxLength(Numbers.Length);
            order.Property(o => o.Status).AsText();
            order.Property(o => o.Currency).HasMaxLength(3);
            order.Property(o => o.Subject).HasMaxLength(256);
            order.Property(o => o.PaymentNo).HasMaxLength(Numbers.Length);
            order.HasIndex(o => o.OrderNo).IsUnique();
            order.HasIndex(o => o.CloseDueAt).HasFilter("close_due_at IS NOT NULL");
            order.HasMany(o => o.Lines).WithOne().HasForeignKey(line => line.OrderId);
            order.Ignore(o => o.Amount);
        });
        model.Entity<OrderLine>(line =>
        {
            line.ToTable("ordering_order_lines", table => table.HasCheckConstraint("ck_ordering_order_lines_quantity", "quantity > 0"));
            line.Property(l => l.Sku).HasMaxLength(64);
            line.Property(l => l.NameZh).HasMaxLength(128);
            line.Property(l => l.NameEn).HasMaxLength(128);
        });
    }
}

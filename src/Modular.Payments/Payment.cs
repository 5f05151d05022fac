using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The states of one payment attempt; <see cref="Settlement.Decision"/> holds the transitions.</summary>
public enum PaymentStatus
{
    /// <summary>The shopper may still pay.</summary>
    Pending,

    /// <summary>A later attempt took its place before the provider knew this one. Its provider is still watched, and money that comes is settled.</summary>
    Superseded,

    /// <summary>The money is here and belongs to the order.</summary>
    Succeeded,

    /// <summary>The provider takes no money for it any more.</summary>
    Closed,

    /// <summary>Money came that may not simply be kept; a person, or the refund of a second payment, decides.</summary>
    Held,

    /// <summary>All of the money that came has gone back.</summary>
    Refunded,

    /// <summary>Some of the order's money has gone back.</summary>
    PartiallyRefunded,
}

/// <summary>Where a report came from.</summary>
public enum ReportSource
{
    Notify,
    Return,
    Poll,
    Close,
    Person,
    Bill,
}

/// <summary>One attempt to pay an order, with its terms frozen when it was made. Only settlement changes its state.</summary>
internal sealed class Payment
{
    public long Id { get; init; }

    /// <summary>The number that the provider knows as <c>out_trade_no</c>.</summary>
    public required string PaymentNo { get; init; }

    public required string OrderNo { get; init; }

    /// <summary>The name of the provider instance.</summary>
    public required string Provider { get; init; }

    public required PaymentScene Scene { get; init; }

    public required PaymentStatus Status { get; init; }

    public required long AmountMinor { get; init; }

    public required string Currency { get; init; }

    public required string Subject { get; init; }

    public string? ClientIp { get; init; }

    /// <summary>Tells payers apart where the provider binds the payment to one, see <see cref="Payments.PayerTag"/>; null where it does not.</summary>
    public string? PayerTag { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>After this the provider takes no money for the number, as far as it can promise that.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the provider first took the request; null while that is not known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What the plugin needs to make the shopper's action again.</summary>
    public string? Resume { get; init; }

    public string? ProviderTradeNo { get; init; }

    /// <summary>The provider's own word for the state when it last changed here.</summary>
    public string? ProviderState { get; init; }

    /// <summary>Why the payment is held or closed.</summary>
    public string? StatusReason { get; init; }

    public DateTimeOffset? PaidAt { get; init; }

    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>What came, in minor units of <see cref="Currency"/>; null while nothing did, or when it came in another currency.</summary>
    public long? ReceivedMinor { get; init; }

    /// <summary>Whether the money is, or was, the order's. What is held and what is given back of it never is.</summary>
    public bool IsKept { get; init; }

    /// <summary>The sum of the refunds that are under way.</summary>
    public long RefundReservedMinor { get; init; }

    /// <summary>The sum of the refunds that are done.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>The day of the provider's bill in which it was found, <c>yyyy-MM-dd</c>; null while it was in none.</summary>
    public string? BilledOn { get; init; }

    /// <summary>What brought the news that it was paid.</summary>
    public ReportSource? ConfirmedBy { get; init; }

    /// <summary>When the provider is asked next; null when there is nothing more to learn.</summary>
    public DateTimeOffset? NextCheckAt { get; init; }

    public int CheckCount { get; init; }

    public DateTimeOffset? LastCheckedAt { get; init; }

    /// <summary>What the last check found, for people.</summary>
    public string? LastAnswer { get; init; }

    /// <summary>Since when its provider has not been able to say; null when the last check was answered.</summary>
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Counts the state's changes, so that a batch notices when another node was faster.</summary>
    public long Version { get; init; }

    public Money Amount => new(AmountMinor, Currency);

    public PaymentReference Reference => new(PaymentNo, ProviderTradeNo, CreatedAt);

    public PaymentView View => new(PaymentNo, Provider, Scene.ToText(), Status.ToText(), Amount, StatusReason, CreatedAt, PaidAt)
    {
        Refunded = new Money(RefundedMinor, Currency),
    };
}

internal sealed class PaymentModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<Payment>(payment =>
    {
        payment.ToTable("payments_payments", table =>
        {
            table.HasCheckConstraint("ck_payments_payments_amount", "amount_minor > 0");

            // No path, however wrong, gives back more than came.
            table.HasCheckConstraint(
                "ck_payments_payments_refunds",
                "refund_reserved_minor >= 0 AND refunded_minor >= 0 AND refund_reserved_minor + refunded_minor <= COALESCE(received_minor, 0)");
        });
        payment.Property(p => p.PaymentNo).HasMaxLength(Numbers.Length);
        payment.Property(p => p.OrderNo).HasMaxLength(Numbers.Length);
        payment.Property(p => p.Provider).HasMaxLength(32);
        payment.Property(p => p.Scene).AsText();
        payment.Property(p => p.Status).AsText();
        payment.Property(p => p.ConfirmedBy).HasConversion(source => source == null ? null : EnumText<ReportSource>.Of(source.Value), text => text == null ? null : EnumText<ReportSource>.Parse(text)).HasMaxLength(16);
        payment.Property(p => p.Currency).HasMaxLength(3);
        payment.Property(p => p.Subject).HasMaxLength(256);
        payment.Property(p => p.ClientIp).HasMaxLength(45);
        payment.Property(p => p.PayerTag).HasMaxLength(16);
        payment.Property(p => p.Resume).HasMaxLength(1024);
        payment.Property(p => p.ProviderTradeNo).HasMaxLength(64);
        payment.Property(p => p.ProviderState).HasMaxLength(64);
        payment.Property(p => p.BilledOn).HasMaxLength(10);
        payment.Property(p => p.StatusReason).HasMaxLength(64);
        payment.Property(p => p.LastAnswer).HasMaxLength(256);
        payment.Ignore(p => p.Amount).Ignore(p => p.Reference).Ignore(p => p.View);

        payment.HasIndex(p => p.PaymentNo).IsUnique();
        payment.HasIndex(p => new { p.Provider, p.ProviderTradeNo }).IsUnique().HasFilter("provider_trade_no IS NOT NULL");
        payment.HasIndex(p => p.NextCheckAt).HasFilter("next_check_at IS NOT NULL");
        payment.HasIndex(p => p.OrderNo);
        payment.HasIndex(p => p.Id, "ix_payments_payments_held").HasFilter("status = 'held'");
        payment.HasIndex(p => new { p.Provider, p.PaidAt }, "ix_payments_payments_unbilled").HasFilter("billed_on IS NULL AND received_minor IS NOT NULL");

        // The two promises that no race may break: one open attempt and one kept payment per order.
        payment.HasIndex(p => p.OrderNo, "ux_payments_payments_open").IsUnique().HasFilter("status = 'pending'");
        payment.HasIndex(p => p.OrderNo, "ux_payments_payments_kept").IsUnique().HasFilter("is_kept");
    });
}

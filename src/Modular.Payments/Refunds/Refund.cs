using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The states of a refund; <see cref="RefundDecision"/> holds the transitions.</summary>
public enum RefundStatus
{
    /// <summary>A second operator must confirm it before it is sent. The sum is reserved already.</summary>
    AwaitingApproval,

    /// <summary>It is to be sent, or the provider works on it.</summary>
    Processing,

    /// <summary>The money has gone back.</summary>
    Succeeded,

    /// <summary>No money has gone back and none will for this number; the sum is free again.</summary>
    Failed,
}

/// <summary>Who wanted a refund.</summary>
public enum RefundOrigin
{
    Api,
    Operator,

    /// <summary>The shop itself: money came that may not be kept.</summary>
    Automatic,

    /// <summary>Somebody at the provider's own page, without the shop.</summary>
    Console,
}

/// <summary>
/// One refund of one payment. Number, sum and reservation are committed before the provider is called, and the number is the
/// same on every retry for ever.
/// </summary>
internal sealed class Refund
{
    public long Id { get; init; }

    /// <summary>The number that the provider knows as <c>out_refund_no</c> or <c>out_request_no</c>.</summary>
    public required string RefundNo { get; init; }

    public required string PaymentNo { get; init; }

    public required string OrderNo { get; init; }

    public required string Provider { get; init; }

    public required long AmountMinor { get; init; }

    public required string Currency { get; init; }

    /// <summary>Why, as the shopper may read it.</summary>
    public required string Reason { get; init; }

    public required RefundOrigin Origin { get; init; }

    /// <summary>The operator or API caller; who booked it, when it was made at the provider; null when the shop did it itself.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The second operator, where one was needed.</summary>
    public string? ApprovedBy { get; init; }

    public required RefundStatus Status { get; init; }

    /// <summary>A person must look at it: the provider refuses it, or says what it should not.</summary>
    public bool NeedsAttention { get; init; }

    /// <summary>Why it failed or needs a person, as a stable word: the provider's code or one of our own.</summary>
    public string? StatusReason { get; init; }

    /// <summary>The same as a sentence, or what the last call found.</summary>
    public string? StatusDetail { get; init; }

    public string? ProviderRefundNo { get; init; }

    /// <summary>The provider's own word for the state.</summary>
    public string? ProviderState { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// When it was first sent: fixed before the first call, because a provider may make the day a part of the number, and told on every
    /// later one. Null while nothing was sent.
    /// </summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When the money went back, by the provider's clock.</summary>
    public DateTimeOffset? RefundedAt { get; init; }

    /// <summary>The day of the provider's bill in which it was found, <c>yyyy-MM-dd</c>; null while it was in none.</summary>
    public string? BilledOn { get; init; }

    /// <summary>When it is sent or asked about next; null when there is nothing more to do by itself.</summary>
    public DateTimeOffset? NextCheckAt { get; init; }

    /// <summary>How often the provider was called.</summary>
    public int CheckCount { get; init; }

    public DateTimeOffset? LastCheckedAt { get; init; }

    /// <summary>Counts the state's changes.</summary>
    public long Version { get; init; }

    public Money Amount => new(AmountMinor, Currency);
}

internal sealed class RefundModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<Refund>(refund =>
    {
        refund.ToTable("payments_refunds", table => table.HasCheckConstraint("ck_payments_refunds_amount", "amount_minor > 0"));
        refund.Property(r => r.RefundNo).HasMaxLength(Numbers.Length);
        refund.Property(r => r.PaymentNo).HasMaxLength(Numbers.Length);
        refund.Property(r => r.OrderNo).HasMaxLength(Numbers.Length);
        refund.Property(r => r.Provider).HasMaxLength(32);
        refund.Property(r => r.Currency).HasMaxLength(3);
        refund.Property(r => r.Reason).HasMaxLength(256);
        refund.Property(r => r.Origin).AsText();
        refund.Property(r => r.RequestedBy).HasMaxLength(64);
        refund.Property(r => r.ApprovedBy).HasMaxLength(64);
        refund.Property(r => r.Status).AsText();
        refund.Property(r => r.StatusReason).HasMaxLength(64);
        refund.Property(r => r.StatusDetail).HasMaxLength(256);
        refund.Property(r => r.ProviderRefundNo).HasMaxLength(64);
        refund.Property(r => r.ProviderState).HasMaxLength(64);
        refund.Property(r => r.BilledOn).HasMaxLength(10);
        refund.Ignore(r => r.Amount);
        refund.HasIndex(r => r.RefundNo).IsUnique();
        refund.HasIndex(r => r.PaymentNo);
        refund.HasIndex(r => r.Id, "ix_payments_refunds_attention").HasFilter("needs_attention");
        refund.HasIndex(r => new { r.Provider, r.ProviderRefundNo });
        refund.HasIndex(r => r.NextCheckAt).HasFilter("next_check_at IS NOT NULL");
    });
}

using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments.Calls;

/// <summary>One call that was made to a provider for a payment, and what was answered. A record for people: nothing is decided upon it.</summary>
internal sealed class ProviderCall
{
    public const int MaxDetail = 256;

    public long Id { get; init; }

    public required string PaymentNo { get; init; }

    /// <summary>The refund that it was about; null when it was about the payment.</summary>
    public string? RefundNo { get; init; }

    public required string Provider { get; init; }

    /// <summary><c>start</c>, <c>query</c>, <c>close</c>, <c>refund</c> or <c>query_refund</c>.</summary>
    public required string Call { get; init; }

    /// <summary>What was answered, as a stable word: a reported state, or the answer's kind.</summary>
    public required string Answer { get; init; }

    /// <summary>The provider's word for the state, or the plugin's sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>The use case that called, for example <c>confirm_payments</c>; null when none did.</summary>
    public string? CalledBy { get; init; }

    /// <summary>When the call began, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public required int DurationMs { get; init; }
}

internal sealed class CallModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<ProviderCall>(call =>
    {
        call.ToTable("payments_calls");
        call.Property(c => c.PaymentNo).HasMaxLength(64);
        call.Property(c => c.RefundNo).HasMaxLength(64);
        call.Property(c => c.Provider).HasMaxLength(32);
        call.Property(c => c.Call).HasMaxLength(16);
        call.Property(c => c.Answer).HasMaxLength(32);
        call.Property(c => c.Detail).HasMaxLength(ProviderCall.MaxDetail);
        call.Property(c => c.CalledBy).HasMaxLength(64);
        call.HasIndex(c => c.PaymentNo);
        call.HasIndex(c => c.At);
    });
}

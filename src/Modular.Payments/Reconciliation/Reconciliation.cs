using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>How far the comparison of one day is.</summary>
public enum ReconciliationStatus
{
    /// <summary>It waits for its turn, or for the provider to make the bill.</summary>
    Queued,
    Running,

    /// <summary>The bill was read whole and compared both ways; what differs is listed.</summary>
    Done,

    /// <summary>The bill cannot be used or never came; nothing was compared.</summary>
    Failed,
}

/// <summary>In what a bill and our own records differ.</summary>
public enum DifferenceClass
{
    /// <summary>The bill has a payment that we do not know.</summary>
    MissingHere,

    /// <summary>We have a payment that the bill does not.</summary>
    MissingThere,

    /// <summary>The sums differ.</summary>
    Amount,

    /// <summary>The bill says paid and we did not know it yet.</summary>
    State,

    /// <summary>A refund is on one side only, or differs.</summary>
    Refund,

    /// <summary>The fee differs from the one that was booked before.</summary>
    Fee,

    /// <summary>The bill lists one transaction twice.</summary>
    Duplicate,
}

/// <summary>What was done about a difference.</summary>
public enum DifferenceRemedy
{
    /// <summary>A person must decide.</summary>
    Open,

    /// <summary>It was repaired by itself, through the same door as every other report.</summary>
    Repaired,

    /// <summary>A person has dealt with it.</summary>
    Resolved,
}

/// <summary>The comparison of one provider instance's bill of one day with our own records.</summary>
internal sealed class Reconciliation
{
    public long Id { get; init; }

    public required string Provider { get; init; }

    /// <summary>The calendar day at +08:00 as <c>yyyy-MM-dd</c>.</summary>
    public required string Day { get; init; }

    public required ReconciliationStatus Status { get; init; }

    /// <summary>Why it waits or failed, as a sentence; the last one while it is tried again.</summary>
    public string? Error { get; init; }

    /// <summary>Transactions in the bill.</summary>
    public long Lines { get; init; }

    /// <summary>How many of them agree with our records.</summary>
    public long Matched { get; init; }

    /// <summary>Differences by class, as a JSON object.</summary>
    public string Counts { get; init; } = "{}";

    /// <summary>The fees of the bill in minor units of <see cref="Currency"/>.</summary>
    public long FeesMinor { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it was done or failed last; null when it never was, or when a day that was done is compared again.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When it is tried next; null once it is done or failed.</summary>
    public DateTimeOffset? NextTryAt { get; init; }

    public int Tries { get; init; }

    /// <summary>Counts the runs, so that differences that a later run does not find again can be told.</summary>
    public long Run { get; init; }

    /// <summary>
    /// The day has no usable bill: it failed, and nothing has mended it since, though it may wait for another try. A day that is asked for
    /// once more has failed before when it still has an error and an end.
    /// </summary>
    public static Expression<Func<Reconciliation, bool>> LacksBill { get; } = r =>
        r.Status == ReconciliationStatus.Failed || (r.Status != ReconciliationStatus.Done && r.FinishedAt != null && r.Error != null);

    public DateOnly Date => DateOnly.ParseExact(Day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>One line of the bill that is being compared, in a table that only the comparing connection sees.</summary>
internal sealed class StagedLine
{
    public long LineNo { get; init; }

    public required StatementLineKind Kind { get; init; }

    public required string PaymentNo { get; init; }

    public string? ProviderTradeNo { get; init; }

    public string? RefundNo { get; init; }

    public string? ProviderRefundNo { get; init; }

    public long AmountMinor { get; init; }

    public required string Currency { get; init; }

    public long FeeMinor { get; init; }

    public DateTimeOffset At { get; init; }

    public bool IsDone { get; init; }

    public string? ProviderState { get; init; }

    /// <summary>The class of the difference; null while the line agrees with our records.</summary>
    public string? Result { get; init; }
}

/// <summary>One difference between a bill and our records.</summary>
internal sealed class Difference
{
    public long Id { get; init; }

    public long ReconciliationId { get; init; }

    public required DifferenceClass Class { get; init; }

    /// <summary>Names it within its class and day, so that comparing again adds nothing.</summary>
    public required string Subject { get; init; }

    public string? PaymentNo { get; init; }

    public string? RefundNo { get; init; }

    public string? ProviderTradeNo { get; init; }

    public required string Currency { get; init; }

    public long? HereMinor { get; init; }

    public string? HereStatus { get; init; }

    public DateTimeOffset? HereAt { get; init; }

    public long? ThereMinor { get; init; }

    public long? ThereFeeMinor { get; init; }

    public DateTimeOffset? ThereAt { get; init; }

    public string? ThereState { get; init; }

    public required DifferenceRemedy Remedy { get; init; }

    /// <summary>What was done, or by whom and why it was resolved.</summary>
    public string? Note { get; init; }

    public string? ResolvedBy { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>The run that saw it last.</summary>
    public long Run { get; init; }
}

internal sealed class ReconciliationModel : IModelPart
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<Reconciliation>(reconciliation =>
        {
            reconciliation.ToTable("payments_reconciliations");
            reconciliation.Property(r => r.Provider).HasMaxLength(32);
            reconciliation.Property(r => r.Day).HasMaxLength(10);
            reconciliation.Property(r => r.Status).AsText();
            reconciliation.Property(r => r.Error).HasMaxLength(512);
            reconciliation.Property(r => r.Currency).HasMaxLength(3);
            reconciliation.Ignore(r => r.Date);
            reconciliation.HasIndex(r => new { r.Provider, r.Day }).IsUnique();
            reconciliation.HasIndex(r => r.NextTryAt).HasFilter("next_try_at IS NOT NULL");
        });
        model.Entity<StagedLine>(line =>
        {
            line.ToTable(StatementStage.Table, table => table.ExcludeFromMigrations());
            line.HasKey(l => l.LineNo);
            line.Property(l => l.LineNo).ValueGeneratedNever();
            line.Property(l => l.Kind).AsText();
        });
        model.Entity<Difference>(difference =>
        {
            difference.ToTable("payments_differences");
            difference.Property(d => d.Class).AsText();
            difference.Property(d => d.Subject).HasMaxLength(160);
            difference.Property(d => d.PaymentNo).HasMaxLength(64);
            difference.Property(d => d.RefundNo).HasMaxLength(64);
            difference.Property(d => d.ProviderTradeNo).HasMaxLength(64);
            difference.Property(d => d.Currency).HasMaxLength(3);
            difference.Property(d => d.HereStatus).HasMaxLength(32);
            difference.Property(d => d.ThereState).HasMaxLength(64);
            difference.Property(d => d.Remedy).AsText();
            difference.Property(d => d.Note).HasMaxLength(256);
            difference.Property(d => d.ResolvedBy).HasMaxLength(64);
            difference.HasIndex(d => new { d.ReconciliationId, d.Class, d.Subject }).IsUnique();
            difference.HasIndex(d => d.Remedy).HasFilter("remedy = 'open'");
            difference.HasIndex(d => d.PaymentNo);
        });
    }
}

/// <summary>A calendar day of the providers, who all live at +08:00 without daylight saving.</summary>
internal static class ProviderDay
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateOnly Of(DateTimeOffset moment) => DateOnly.FromDateTime(moment.ToOffset(Offset).DateTime);

    /// <summary>The moment at which the day begins.</summary>
    public static DateTimeOffset Start(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Offset).ToUniversalTime();

    public static string ToText(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}

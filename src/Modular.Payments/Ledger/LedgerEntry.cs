using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Ledger;

/// <summary>The accounts of the ledger; each provider instance has its own of each.</summary>
public enum LedgerAccount
{
    /// <summary>What the provider holds for us.</summary>
    Clearing,

    /// <summary>What orders brought.</summary>
    Sales,

    /// <summary>What was given back of it.</summary>
    Refunds,

    /// <summary>Money that is here and that nobody has decided about.</summary>
    Suspense,

    /// <summary>What the provider keeps, known from its bill.</summary>
    Fees,
}

/// <summary>What a movement stands for; with its reference it occurs once.</summary>
public enum LedgerKind
{
    /// <summary>A payment's money came and belongs to its order.</summary>
    Payment,

    /// <summary>Money came that may not simply be kept.</summary>
    Held,

    /// <summary>An operator decided that held money is kept.</summary>
    Accepted,

    /// <summary>Money of an order went back.</summary>
    Refund,

    /// <summary>Held money went back.</summary>
    HeldRefund,

    /// <summary>Held money was given back at the provider, by an operator's word.</summary>
    HeldReturned,

    /// <summary>The provider's fee, by its bill.</summary>
    Fee,

    /// <summary>The provider gave a fee back, by its bill.</summary>
    FeeReturned,

    /// <summary>Money that only the provider's bill knows.</summary>
    Foreign,

    /// <summary>Such money was given back at the provider, by an operator's word.</summary>
    ForeignReturned,
}

/// <summary>
/// One movement from one account to another: a debit and its credit in one row, so that no transaction can lack its other half
/// or fail to sum to zero. Rows are only added; the database refuses to change or delete one.
/// </summary>
internal sealed class LedgerEntry
{
    public long Id { get; init; }

    public required DateTimeOffset BookedAt { get; init; }

    /// <summary>The provider instance whose accounts these are.</summary>
    public required string Provider { get; init; }

    public required LedgerKind Kind { get; init; }

    /// <summary>The number of what moved the money: of a payment, a refund or a line of a bill.</summary>
    public required string Reference { get; init; }

    public required LedgerAccount Debit { get; init; }

    public required LedgerAccount Credit { get; init; }

    public required long AmountMinor { get; init; }

    public required string Currency { get; init; }

    public string? PaymentNo { get; init; }
}

internal sealed class LedgerModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<LedgerEntry>(entry =>
    {
        entry.ToTable("payments_ledger", table =>
        {
            table.HasCheckConstraint("ck_payments_ledger_amount", "amount_minor > 0");
            table.HasCheckConstraint("ck_payments_ledger_sides", "debit <> credit");
        });
        entry.Property(e => e.Provider).HasMaxLength(32);
        entry.Property(e => e.Kind).AsText();
        entry.Property(e => e.Reference).HasMaxLength(96);
        entry.Property(e => e.Debit).AsText();
        entry.Property(e => e.Credit).AsText();
        entry.Property(e => e.Currency).HasMaxLength(3);
        entry.Property(e => e.PaymentNo).HasMaxLength(64);
        entry.HasIndex(e => new { e.Provider, e.Kind, e.Reference }).IsUnique();
        entry.HasIndex(e => e.PaymentNo);
    });
}

/// <summary>A movement that is to be booked.</summary>
internal sealed record Movement(string Provider, LedgerKind Kind, string Reference, Money Amount, string? PaymentNo)
{
    /// <summary>Which account gives to which: the debit of the first, the credit of the second.</summary>
    public (LedgerAccount Debit, LedgerAccount Credit) Sides => Kind switch
    {
        LedgerKind.Payment => (LedgerAccount.Clearing, LedgerAccount.Sales),
        LedgerKind.Held or LedgerKind.Foreign => (LedgerAccount.Clearing, LedgerAccount.Suspense),
        LedgerKind.Accepted => (LedgerAccount.Suspense, LedgerAccount.Sales),
        LedgerKind.Refund => (LedgerAccount.Refunds, LedgerAccount.Clearing),
        LedgerKind.HeldRefund or LedgerKind.HeldReturned or LedgerKind.ForeignReturned => (LedgerAccount.Suspense, LedgerAccount.Clearing),
        LedgerKind.Fee => (LedgerAccount.Fees, LedgerAccount.Clearing),
        LedgerKind.FeeReturned => (LedgerAccount.Clearing, LedgerAccount.Fees),
        _ => throw new InvalidOperationException($"{Kind} moves nothing."),
    };
}

/// <summary>Books movements inside the transaction of whoever moves the money.</summary>
internal static class LedgerSql
{
    /// <summary>Adds the booking of all movements to a batch, with one statement; once per batch.</summary>
    public static void Book(this WriteBatch writes, SqlDialect dialect, IReadOnlyList<Movement> movements, DateTimeOffset now)
    {
        if (movements.Count == 0)
        {
            return;
        }

        var rows = new JsonObject();
        foreach (var movement in movements)
        {
            var (debit, credit) = movement.Sides;
            rows.Add($"{rows.Count:D6}", new JsonObject
            {
                ["at"] = dialect.Time(now),
                ["provider"] = movement.Provider,
                ["kind"] = movement.Kind.ToText(),
                ["reference"] = movement.Reference,
                ["debit"] = debit.ToText(),
                ["credit"] = credit.ToText(),
                ["amount"] = movement.Amount.Minor,
                ["currency"] = movement.Amount.Currency,
                ["payment_no"] = movement.PaymentNo,
            });
        }

        writes.Add(
            $"""
            INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency, payment_no)
            SELECT CAST(e.value->>'at' AS {dialect.TimeType}), e.value->>'provider', e.value->>'kind', e.value->>'reference', e.value->>'debit', e.value->>'credit',
                   CAST(e.value->>'amount' AS bigint), e.value->>'currency', e.value->>'payment_no'
            FROM {dialect.Each("@movements")} AS e ORDER BY e.key
            """,
            "movements",
            rows.ToJsonString(),
            movements.Count);
    }
}

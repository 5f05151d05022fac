using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>A notification or return that was received, accepted or refused, and what came of it.</summary>
internal sealed class InboxMessage
{
    public long Id { get; init; }

    public required string ContentHash { get; init; }

    public required string Instance { get; init; }

    /// <summary><c>notify</c> or <c>return</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>When the copy arrived that <see cref="Envelope"/> holds: the first that was accepted, or the last of those that were not.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    public string? SourceAddress { get; init; }

    /// <summary><c>accepted</c>, <c>refused</c>, <c>undecided</c> or <c>out_of_service</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why it was refused, or why a payment was held, as a stable word.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as a sentence; behind the cause's code and a colon when there is a cause.</summary>
    public string? Detail { get; init; }

    /// <summary>Why its signature is not right, one of <see cref="Causes.All"/>; null when it is accepted or no cause is proved.</summary>
    public string? Cause { get; init; }

    /// <summary>What it did, see <see cref="Settlement.Effect"/>.</summary>
    public required string Effect { get; init; }

    /// <summary>The payment that it names; only the word of whoever sent it unless the message is accepted.</summary>
    public string? PaymentNo { get; init; }

    /// <summary>The provider's number that it names; like <see cref="PaymentNo"/>, proved only when the message is accepted.</summary>
    public string? ProviderTradeNo { get; init; }

    public string? ProviderState { get; init; }

    /// <summary>The HTTP status of the answer that it was given when it was last decided about.</summary>
    public int? AnswerStatus { get; init; }

    /// <summary>Milliseconds from its arrival until it was written here, just before the commit.</summary>
    public int? DurationMs { get; init; }

    /// <summary>The request as received, without what <see cref="Payments.Envelope"/> leaves out, protected with the shop's data protection keys.</summary>
    public required string Envelope { get; init; }

    /// <summary>How often the same bytes arrived.</summary>
    public long Copies { get; init; }
}

internal sealed class InboxModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<InboxMessage>(message =>
    {
        message.ToTable("payments_inbox");
        message.Property(m => m.ContentHash).HasMaxLength(64);
        message.Property(m => m.Instance).HasMaxLength(32);
        message.Property(m => m.Kind).HasMaxLength(16);
        message.Property(m => m.SourceAddress).HasMaxLength(45);
        message.Property(m => m.Verdict).HasMaxLength(16);
        message.Property(m => m.Reason).HasMaxLength(64);
        message.Property(m => m.Detail).HasMaxLength(512);
        message.Property(m => m.Cause).HasMaxLength(32);
        message.Property(m => m.Effect).HasMaxLength(32);
        message.Property(m => m.PaymentNo).HasMaxLength(64);
        message.Property(m => m.ProviderTradeNo).HasMaxLength(64);
        message.Property(m => m.ProviderState).HasMaxLength(64);
        message.HasIndex(m => m.ContentHash).IsUnique();
        message.HasIndex(m => m.PaymentNo);
        message.HasIndex(m => new { m.Verdict, m.ReceivedAt });
        // Few messages have one, and the others cost no entry.
        message.HasIndex(m => m.Cause).HasFilter("cause IS NOT NULL");
    });
}

/// <summary>The inbox's statements in a settlement.</summary>
internal static class InboxSql
{
    // Copies lose their headers on the way at times. One that came without its signature takes no place of one that had it.
    private const string IsBetter = "(COALESCE(excluded.reason, '') <> 'missing_signature' OR COALESCE(payments_inbox.reason, '') = 'missing_signature')";

    // What was proved stands until another verdict contradicts it: examinations are rationed, so the next copy may come without one.
    private const string IsSame = "(excluded.verdict <> 'accepted' AND excluded.cause IS NULL AND COALESCE(excluded.reason, payments_inbox.reason) = payments_inbox.reason)";

    /// <summary>
    /// A message that was not accepted before and comes again takes the new verdict, because the configuration may have been mended, and
    /// the request as it came this time, because it may be more whole. One that another node has just accepted is left alone, and the
    /// row that is missing in the count has the batch begin again.
    /// </summary>
    public static string Insert(SqlDialect dialect) =>
        $"""
        INSERT INTO payments_inbox (content_hash, instance, kind, received_at, source_address, verdict, reason, detail, cause, effect,
                                    payment_no, provider_trade_no, provider_state, answer_status, duration_ms, envelope, copies)
        SELECT e.key, e.value->>'instance', e.value->>'kind', CAST(e.value->>'received_at' AS {dialect.TimeType}), e.value->>'source',
               e.value->>'verdict', e.value->>'reason', e.value->>'detail', e.value->>'cause', e.value->>'effect', e.value->>'payment_no',
               e.value->>'trade_no', e.value->>'state', CAST(e.value->>'answer' AS integer),
               CAST(e.value->>'duration' AS integer), e.value->>'envelope', CAST(e.value->>'copies' AS bigint)
        FROM {dialect.Each("@messages")} AS e WHERE true
        ON CONFLICT (content_hash) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason, effect = excluded.effect,
               detail = CASE WHEN {IsSame} AND payments_inbox.cause IS NOT NULL AND excluded.reason IS NOT NULL THEN payments_inbox.detail ELSE excluded.detail END,
               cause = CASE WHEN {IsSame} THEN payments_inbox.cause ELSE excluded.cause END,
               payment_no = COALESCE(excluded.payment_no, payments_inbox.payment_no),
               provider_trade_no = COALESCE(excluded.provider_trade_no, payments_inbox.provider_trade_no), provider_state = excluded.provider_state,
               received_at = CASE WHEN {IsBetter} THEN excluded.received_at ELSE payments_inbox.received_at END,
               source_address = CASE WHEN {IsBetter} THEN excluded.source_address ELSE payments_inbox.source_address END,
               envelope = CASE WHEN {IsBetter} THEN excluded.envelope ELSE payments_inbox.envelope END,
               answer_status = excluded.answer_status, duration_ms = excluded.duration_ms, copies = payments_inbox.copies + excluded.copies
        WHERE payments_inbox.verdict <> 'accepted'
        """;

    public static string Count(SqlDialect dialect) =>
        $"""
        UPDATE payments_inbox SET copies = copies + CAST(e.value->>'n' AS bigint)
        FROM {dialect.Each("@repeated")} AS e
        WHERE {dialect.Among("payments_inbox.content_hash", "@repeated")} AND payments_inbox.content_hash = e.key
        """;

    public static string Rows(SqlDialect dialect, IReadOnlyCollection<Record> records)
    {
        var rows = new JsonObject();
        foreach (var record in records)
        {
            var message = record.Entry.Message!;
            var report = record.Entry.Report;
            rows.Add(message.ContentHash, new JsonObject
            {
                ["instance"] = record.Entry.Instance,
                ["kind"] = message.Kind,
                ["received_at"] = dialect.Time(message.ReceivedAt),
                ["source"] = message.SourceAddress,
                ["verdict"] = record.Verdict,
                ["reason"] = message.RefusedBecause ?? record.Reason,
                ["detail"] = message.Detail,
                ["cause"] = message.Cause,
                ["effect"] = record.Effect.ToText(),
                ["payment_no"] = report?.PaymentNo ?? message.PaymentNoHint,
                ["trade_no"] = report?.ProviderTradeNo ?? message.ProviderTradeNoHint,
                ["state"] = report?.ProviderState,
                ["answer"] = message.AnswerStatus(record.Verdict == Plan.Accepted),
                ["duration"] = message.Elapsed(),
                ["envelope"] = message.Envelope(),
                ["copies"] = record.Copies,
            });
        }

        return rows.ToJsonString();
    }

    public static string Counts(IReadOnlyDictionary<string, int> repeated)
    {
        var rows = new JsonObject();
        foreach (var (hash, count) in repeated)
        {
            rows.Add(hash, new JsonObject { ["n"] = count });
        }

        return rows.ToJsonString();
    }
}

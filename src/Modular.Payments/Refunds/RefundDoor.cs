using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Outbox;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Ledger;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>What became of a report about a refund.</summary>
/// <param name="Refund">The refund as it was when the report came; null when there is none of that number.</param>
internal sealed record RefundOutcome(RefundEffect Effect, string? Reason, Refund? Refund);

/// <summary>
/// Says that a report is what an operator saw at the provider. It counts only while the refund is under way and needs a person, and its entry
/// in the audit trail is part of the commit.
/// </summary>
/// <param name="By">Who says it.</param>
/// <param name="What">One of <see cref="OperatorAction"/>.</param>
/// <param name="Detail">What the trail keeps besides.</param>
/// <param name="Outcome">What came of it, as a stable word, when something did.</param>
internal sealed record PersonsWord(Actor By, string What, string Detail, string Outcome);

/// <summary>
/// The one door to refunded. Notifications, answers, queries and bills come through here: each report is decided in pure code, and
/// refunds, payments, orders, ledger, events and the message that brought the news are one commit. Nothing else finishes a refund.
/// </summary>
internal sealed class RefundDoor(ModularDbContext db, IMediator mediator, ShopMeter meter, TimeProvider time)
{
    public const string UnknownRefund = "unknown_refund";
    public const string UnknownPayment = "unknown_payment";

    private const int MaxTries = 5;

    /// <summary>
    /// Takes reports through the door, with the message that brought them where one did. A message that was accepted before is
    /// only counted.
    /// </summary>
    /// <param name="person">Whose word the only report is, where it is no provider's.</param>
    /// <exception cref="DbUpdateException">The database refuses; nothing was stored.</exception>
    public Task<IReadOnlyList<RefundOutcome>> ApplyAsync(
        string instance, ProviderAccount account, IReadOnlyList<RefundReport> reports, ReceivedMessage? message, CancellationToken cancellationToken,
        PersonsWord? person = null) =>
        // Another refund of the payment, or another node, may be faster.
        WriteConflict.RetryAsync(db, MaxTries, () => ApplyOnceAsync(instance, account, reports, message, person, cancellationToken));

    private async Task<IReadOnlyList<RefundOutcome>> ApplyOnceAsync(
        string instance, ProviderAccount account, IReadOnlyList<RefundReport> reports, ReceivedMessage? message, PersonsWord? person, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var writes = new WriteBatch();
        var batch = new RefundBatch(db.Dialect, time.UtcNow());
        var outcomes = new List<RefundOutcome>(reports.Count);
        if (message is not null && await IsRepeatedAsync(message, cancellationToken))
        {
            writes.Add(InboxSql.Count(db.Dialect), "repeated", InboxSql.Counts(new Dictionary<string, int> { [message.ContentHash] = message.Copies }), 1);
            outcomes.AddRange(reports.Select(_ => new RefundOutcome(RefundEffect.Unchanged, null, null)));
        }
        else
        {
            foreach (var report in reports)
            {
                outcomes.Add(await ConsiderAsync(batch, instance, report, person, cancellationToken));
            }

            await batch.WriteAsync(writes, mediator, cancellationToken);
            if (message is not null)
            {
                writes.Add(InboxSql.Insert(db.Dialect), "messages", InboxSql.Rows(db.Dialect, [RecordOf(instance, account, message, reports[0], outcomes[0])]), 1);
            }
        }

        await writes.ExecuteAsync(db, cancellationToken);
        if (person is not null && outcomes[0].Effect is RefundEffect.Settled or RefundEffect.Failed)
        {
            db.Add(AuditEntry.Of(person.By, person.What, reports[0].RefundNo, person.Detail, person.Outcome, time.UtcNow()));
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (batch.ChangedOrders is { Count: > 0 } changed)
        {
            await mediator.Publish(new OrdersChanged(changed), cancellationToken);
        }

        outcomes.ForEach(outcome => meter.RefundReported(instance, outcome.Effect.ToText()));
        return outcomes;
    }

    /// <summary>
    /// Stores a refund that was done without the shop, as a part of the caller's transaction. The caller holds the payment's row and has made sure
    /// that the sum is left on it.
    /// </summary>
    public async Task BookDoneAsync(Refund refund, Payment payment, DateTimeOffset refundedAt, CancellationToken cancellationToken)
    {
        db.Add(refund);
        await db.SaveChangesAsync(cancellationToken);
        var writes = new WriteBatch();
        var batch = new RefundBatch(db.Dialect, time.UtcNow());
        var report = new RefundReport
        {
            RefundNo = refund.RefundNo, State = RefundState.Succeeded, Account = new ProviderAccount(null, null), Amount = refund.Amount, RefundedAt = refundedAt, ProviderState = "BILL",
        };
        batch.Add(refund, new RefundStanding(payment) { Reserved = payment.RefundReservedMinor + refund.AmountMinor }, new RefundVerdict(RefundEffect.Settled), report, byPerson: true);
        await batch.WriteAsync(writes, mediator, cancellationToken);
        await writes.ExecuteAsync(db, cancellationToken);
    }

    private async Task<RefundOutcome> ConsiderAsync(RefundBatch batch, string instance, RefundReport report, PersonsWord? person, CancellationToken cancellationToken)
    {
        var refund = await FindAsync(instance, report, cancellationToken);
        if (refund is not null && batch.PaymentOf(refund.PaymentNo) is null)
        {
            // Whoever finishes a refund of the payment waits here for the others; what they did is read only then.
            await PaymentRow.LockAsync(db, refund.PaymentNo, cancellationToken);
            refund = await FindAsync(instance, report, cancellationToken);
        }

        if (refund is null)
        {
            // Made at the provider's own page: a person must know, and may book it once the bill lists it; see BookRefund.
            var isOurs = report.PaymentNo is { } no && await db.Set<Payment>().AnyAsync(p => p.PaymentNo == no && p.Provider == instance, cancellationToken);
            return new RefundOutcome(RefundEffect.Attention, isOurs ? UnknownRefund : UnknownPayment, null);
        }

        var verdict = batch.Has(refund) || (person is not null && refund is not { Status: RefundStatus.Processing, NeedsAttention: true }) ? new RefundVerdict(RefundEffect.Unchanged) : RefundDecision.Decide(refund.Status, refund.PaymentNo, refund.Amount, report);
        if (verdict.Effect != RefundEffect.Unchanged)
        {
            var payment = batch.PaymentOf(refund.PaymentNo)
                ?? new RefundStanding(await db.Set<Payment>().AsNoTracking().SingleAsync(p => p.PaymentNo == refund.PaymentNo, cancellationToken));
            verdict = batch.Add(refund, payment, verdict, report, person is not null);
        }

        return new RefundOutcome(verdict.Effect, verdict.Reason, refund);
    }

    private Task<Refund?> FindAsync(string instance, RefundReport report, CancellationToken cancellationToken) =>
        db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == report.RefundNo && r.Provider == instance, cancellationToken);

    private Task<bool> IsRepeatedAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
        db.Set<InboxMessage>().AnyAsync(m => m.ContentHash == message.ContentHash && m.Verdict == Plan.Accepted, cancellationToken);

    private static Record RecordOf(string instance, ProviderAccount account, ReceivedMessage message, RefundReport report, RefundOutcome outcome) => new(
        new Entry(instance, account, ReportSource.Notify, null, message with { PaymentNoHint = outcome.Refund?.PaymentNo ?? report.PaymentNo }),
        outcome.Reason == UnknownPayment ? Plan.Refused : Plan.Accepted,
        outcome.Reason,
        outcome.Effect switch
        {
            RefundEffect.Settled => Effect.Refunded,
            RefundEffect.Unchanged => Effect.Unchanged,
            _ when outcome.Reason == UnknownRefund => Effect.UnknownRefund,
            _ when outcome.Reason == UnknownPayment => Effect.UnknownPayment,
            _ => Effect.Recorded,
        },
        message.Copies);
}

/// <summary>A payment's refunds as they stand while a batch is worked out.</summary>
internal sealed class RefundStanding(Payment payment)
{
    public Payment Payment => payment;

    public long Reserved { get; set; } = payment.RefundReservedMinor;

    public long Refunded { get; set; } = payment.RefundedMinor;

    public long Received => payment.ReceivedMinor ?? 0;

    public bool IsWhole => Refunded == Received;

    /// <summary>A person gave all of it back at the provider, so that nothing is left to go back.</summary>
    public bool IsGivenBack => payment is { Status: PaymentStatus.Closed, StatusReason: GiveBackHeld.Reason };

    /// <summary>Held money stays held until all of it is back.</summary>
    public PaymentStatus Status => IsWhole ? PaymentStatus.Refunded
        : payment.IsKept && Refunded > 0 ? PaymentStatus.PartiallyRefunded
        : payment.Status;
}

/// <summary>Everything that reports about refunds write, worked out before anything is written.</summary>
internal sealed class RefundBatch(SqlDialect dialect, DateTimeOffset now)
{
    private readonly JsonObject refunds = [];
    private readonly Dictionary<string, RefundStanding> payments = [];
    private readonly List<Movement> movements = [];
    private readonly List<OutboxMessage> events = [];

    public IReadOnlyCollection<string> ChangedOrders => [.. payments.Values.Select(standing => standing.Payment.OrderNo).Distinct()];

    /// <summary>A message may name a refund twice; the first word counts.</summary>
    public bool Has(Refund refund) => refunds.ContainsKey(refund.RefundNo);

    public RefundStanding? PaymentOf(string paymentNo) => payments.GetValueOrDefault(paymentNo);

    public RefundVerdict Add(Refund refund, RefundStanding payment, RefundVerdict verdict, RefundReport report, bool byPerson)
    {
        var wasReserved = refund.Status is RefundStatus.Processing or RefundStatus.AwaitingApproval;
        if (verdict.Effect == RefundEffect.Settled && !wasReserved && (payment.IsGivenBack || payment.Refunded + payment.Reserved + refund.AmountMinor > payment.Received))
        {
            // It had failed, its sum was given back otherwise, and now the provider says that it went back after all.
            verdict = new RefundVerdict(RefundEffect.Attention, RefundDecision.BeyondPaid);
        }

        switch (verdict.Effect)
        {
            case RefundEffect.Settled:
                payment.Reserved -= wasReserved ? refund.AmountMinor : 0;
                payment.Refunded += refund.AmountMinor;
                payments[refund.PaymentNo] = payment;
                movements.Add(new Movement(
                    refund.Provider, payment.Payment.IsKept ? LedgerKind.Refund : LedgerKind.HeldRefund, refund.RefundNo, refund.Amount, refund.PaymentNo));
                events.Add(OutboxWriter.Event("payment.refunded", Data(refund, payment, report.RefundedAt ?? now), now));
                if (wasReserved)
                {
                    Write(refund, RefundStatus.Succeeded, false, null, byPerson ? "An operator saw at the provider that the money has gone back." : "The money has gone back.", null, report);
                }
                else
                {
                    // The sum fits, but it was free meanwhile, and somebody may have given it back a second time.
                    Write(refund, RefundStatus.Succeeded, true, RefundDecision.DoneAfterAll, SentenceOf(RefundDecision.DoneAfterAll), null, report);
                }

                break;
            case RefundEffect.Failed:
                payment.Reserved -= refund.AmountMinor;
                payments[refund.PaymentNo] = payment;
                if (byPerson)
                {
                    Write(refund, RefundStatus.Failed, false, FinishRefund.GivenUpReason, "An operator saw at the provider that it was not done and gave it up; the sum is free again.", null, report);
                }
                else
                {
                    Write(refund, RefundStatus.Failed, true, verdict.Reason, "The provider gave the refund up; no money has moved. Make a new one once the cause is mended.", null, report);
                }

                break;
            case RefundEffect.Attention:
                Write(refund, refund.Status, true, verdict.Reason, SentenceOf(verdict.Reason), refund.Status == RefundStatus.Processing ? now + TimeSpan.FromHours(6) : null, report);
                break;
            case RefundEffect.Ask when refund.Status == RefundStatus.Processing:
                Write(refund, refund.Status, refund.NeedsAttention, refund.StatusReason, refund.StatusDetail, now, report);
                break;
            case RefundEffect.Ask:
                // What was sent once is asked about once more; what never was, the provider cannot know.
                Write(refund, refund.Status, true, RefundDecision.Contradicted, SentenceOf(RefundDecision.Contradicted), refund.Status == RefundStatus.Failed ? now : null, report);
                break;
        }

        return verdict;
    }

    public async Task WriteAsync(WriteBatch writes, IMediator mediator, CancellationToken cancellationToken)
    {
        if (refunds.Count == 0)
        {
            return;
        }

        writes.Add(UpdateRefunds(), "refunds", refunds.ToJsonString(), refunds.Count);
        if (payments.Count > 0)
        {
            writes.Add(UpdatePayments(), "payments", PaymentRows().ToJsonString(), payments.Count);
            writes.Book(dialect, movements, now);
            if (events.Count > 0)
            {
                writes.Enqueue(dialect, events);
            }

            var refunded = payments.Values.Where(standing => standing.Payment.IsKept && standing.Refunded != standing.Payment.RefundedMinor)
                .Select(standing => new RefundedPayment(standing.Payment.OrderNo, standing.Payment.PaymentNo, standing.IsWhole)).ToArray();
            if (refunded.Length > 0)
            {
                await mediator.Publish(new PaymentsRefunded(refunded, writes), cancellationToken);
            }
        }
    }

    private static object Data(Refund refund, RefundStanding payment, DateTimeOffset refundedAt) => new
    {
        refund.OrderNo,
        refund.PaymentNo,
        refund.RefundNo,
        refund.Provider,
        amount = new { value = refund.AmountMinor, refund.Currency },
        refundedInAll = new { value = payment.Refunded, refund.Currency },
        paymentStatus = payment.Status.ToText(),
        refundedAt,
    };

    private static string SentenceOf(string? reason) => reason switch
    {
        RefundDecision.Abnormal => "The provider cannot give the money back by itself (a closed card or account): finish the refund at the provider's own page.",
        RefundDecision.AmountMismatch => "The provider names another amount than was asked for: compare with the provider's own page before doing anything.",
        RefundDecision.WrongPayment => "The provider names another payment than the refund's: compare with the provider's own page before doing anything.",
        RefundDecision.Contradicted => "The provider says that it went back, though here it was not sent or has failed: compare with the provider's own page before doing anything.",
        RefundDecision.DoneAfterAll => "It had ended without the money going back, and now the provider says that it went back: if another refund was made in its place, two went out.",
        RefundDecision.BeyondPaid => "The provider says that it went back after all, and together with the others that is more than was paid.",
        _ => "The provider says something that does not fit.",
    };

    private string UpdateRefunds() =>
        $"""
        UPDATE payments_refunds
        SET status = e.value->>'status', needs_attention = CAST(e.value->>'attention' AS boolean), status_reason = e.value->>'reason',
            status_detail = e.value->>'detail', provider_refund_no = COALESCE(e.value->>'provider_no', provider_refund_no),
            provider_state = COALESCE(e.value->>'state', provider_state), refunded_at = CAST(e.value->>'at' AS {dialect.TimeType}),
            next_check_at = CAST(e.value->>'next' AS {dialect.TimeType}), version = version + 1
        FROM {dialect.Each("@refunds")} AS e
        WHERE {dialect.Among("payments_refunds.refund_no", "@refunds")} AND payments_refunds.refund_no = e.key
          AND payments_refunds.version = CAST(e.value->>'version' AS bigint)
        """;

    private string UpdatePayments() =>
        $"""
        UPDATE payments_payments
        SET status = e.value->>'status', refund_reserved_minor = CAST(e.value->>'reserved' AS bigint),
            refunded_minor = CAST(e.value->>'refunded' AS bigint), version = version + 1
        FROM {dialect.Each("@payments")} AS e
        WHERE {dialect.Among("payments_payments.payment_no", "@payments")} AND payments_payments.payment_no = e.key
          AND payments_payments.version = CAST(e.value->>'version' AS bigint)
        """;

    private JsonObject PaymentRows()
    {
        var rows = new JsonObject();
        foreach (var (paymentNo, standing) in payments)
        {
            rows.Add(paymentNo, new JsonObject
            {
                ["status"] = standing.Status.ToText(),
                ["reserved"] = standing.Reserved,
                ["refunded"] = standing.Refunded,
                ["version"] = standing.Payment.Version,
            });
        }

        return rows;
    }

    private void Write(Refund refund, RefundStatus status, bool attention, string? reason, string? detail, DateTimeOffset? next, RefundReport report) =>
        refunds[refund.RefundNo] = new JsonObject
        {
            ["status"] = status.ToText(),
            ["attention"] = attention,
            ["reason"] = reason,
            ["detail"] = detail,
            ["provider_no"] = report.ProviderRefundNo,
            ["state"] = report.ProviderState,
            ["at"] = status == RefundStatus.Succeeded ? dialect.Time(refund.RefundedAt ?? report.RefundedAt ?? now) : null,
            ["next"] = next is { } moment ? dialect.Time(moment) : null,
            ["version"] = refund.Version,
        };
}

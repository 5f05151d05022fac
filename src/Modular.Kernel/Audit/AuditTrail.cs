using System.Linq.Expressions;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Kernel.Audit;

/// <summary>Who acts: the signed-in operator and the role they have at that moment.</summary>
public sealed record Actor(string Name, string Role);

/// <summary>The stable words of what operators do; the audit trail is searched by them.</summary>
public static class OperatorAction
{
    public const string RefundRequested = "refund_requested";
    public const string RefundApproved = "refund_approved";
    public const string RefundTurnedDown = "refund_turned_down";
    public const string RefundFinished = "refund_finished";
    public const string RefundGivenUp = "refund_given_up";
    public const string RefundDealtWith = "refund_dealt_with";
    public const string DifferenceResolved = "difference_resolved";
    public const string DifferenceAsked = "difference_asked";
    public const string ForeignGivenBack = "foreign_given_back";
    public const string RefundBooked = "refund_booked";
    public const string ReconciliationRequested = "reconciliation_requested";
    public const string PaymentAsked = "payment_asked";
    public const string MessageProcessed = "message_processed";
    public const string HeldAccepted = "held_accepted";
    public const string HeldGivenBack = "held_given_back";
    public const string WebhookPaused = "webhook_paused";
    public const string WebhookResumed = "webhook_resumed";
    public const string DeliveryResent = "delivery_resent";
    public const string JobsCommanded = "jobs_commanded";
    public const string EventDispatched = "event_dispatched";

    public static IReadOnlyList<string> All { get; } =
    [
        RefundRequested, RefundApproved, RefundTurnedDown, RefundFinished, RefundGivenUp, RefundDealtWith, DifferenceResolved, DifferenceAsked, ForeignGivenBack, RefundBooked,
        ReconciliationRequested, PaymentAsked, MessageProcessed, HeldAccepted, HeldGivenBack, WebhookPaused, WebhookResumed, DeliveryResent, JobsCommanded, EventDispatched,
    ];
}

/// <summary>
/// One thing that an operator did or tried. Rows are only added; the database refuses to change or delete one. It holds numbers, sums and
/// words, and no secret, no signature and nothing of a shopper.
/// </summary>
public sealed class AuditEntry
{
    public const int MaxDetail = 512;

    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The operator's name.</summary>
    public required string Who { get; init; }

    /// <summary>The role with which it was done.</summary>
    public required string Role { get; init; }

    /// <summary>One of <see cref="OperatorAction"/>.</summary>
    public required string What { get; init; }

    /// <summary>The number of what it was done to: of an order, payment, refund, message, difference or delivery, or the name of an endpoint or job.</summary>
    public required string Subject { get; init; }

    /// <summary>Sums and words of the operator's own.</summary>
    public string? Detail { get; init; }

    /// <summary>What came of it, as a stable word.</summary>
    public required string Outcome { get; init; }

    /// <summary>An entry that fits its columns, whatever it is made of.</summary>
    public static AuditEntry Of(Actor by, string what, string subject, string? detail, string outcome, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(by);
        return new AuditEntry
        {
            At = now, Who = StoredText.Cut(by.Name, 128), Role = StoredText.Cut(by.Role, 16), What = what, Subject = StoredText.Cut(subject, 96),
            Detail = StoredText.Cut(detail, MaxDetail), Outcome = StoredText.Cut(outcome, 64),
        };
    }
}

internal sealed class AuditTrailModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<AuditEntry>(entry =>
    {
        entry.ToTable("kernel_audit_trail");
        entry.Property(e => e.Who).HasMaxLength(128);
        entry.Property(e => e.Role).HasMaxLength(16);
        entry.Property(e => e.What).HasMaxLength(32);
        entry.Property(e => e.Subject).HasMaxLength(96);
        entry.Property(e => e.Detail).HasMaxLength(AuditEntry.MaxDetail);
        entry.Property(e => e.Outcome).HasMaxLength(64);
        entry.HasIndex(e => e.Subject);
        entry.HasIndex(e => e.Who);
    });
}

/// <summary>Writes down what an operator has just done, where the slice that did it does not write it in its own transaction.</summary>
public sealed record RecordAction(Actor By, string What, string Subject, string? Detail, string Outcome) : IRequest;

internal sealed class RecordActionHandler(ModularDbContext db, TimeProvider time) : AsyncRequestHandler<RecordAction>
{
    protected override async Task Handle(RecordAction request, CancellationToken cancellationToken)
    {
        // The operator's browser may have gone away by now; what was done is done and must be told.
        db.Add(AuditEntry.Of(request.By, request.What, request.Subject, request.Detail, request.Outcome, time.UtcNow()));
        await db.SaveChangesAsync(CancellationToken.None);
    }
}

/// <summary>An entry of the audit trail as people see it.</summary>
public sealed record AuditEntryView(long Id, DateTimeOffset At, string Who, string Role, string What, string Subject, string? Detail, string Outcome)
{
    internal static Expression<Func<AuditEntry, AuditEntryView>> Of { get; } = e => new AuditEntryView(e.Id, e.At, e.Who, e.Role, e.What, e.Subject, e.Detail, e.Outcome);
}

/// <summary>Searches the audit trail, newest first.</summary>
public static class ListActions
{
    public const int PageSize = 100;

    /// <param name="Who">An operator's name; null for all.</param>
    /// <param name="What">One of <see cref="OperatorAction"/>; null for all.</param>
    /// <param name="Subjects">The numbers of what it was done to; null for all.</param>
    /// <param name="Before">Continues below the entry of this id.</param>
    public sealed record Query(string? Who = null, string? What = null, IReadOnlyList<string>? Subjects = null, long? Before = null) : IRequest<Page>;

    /// <param name="Entries">At most <see cref="PageSize"/>.</param>
    /// <param name="Next">What to give as <c>Before</c> for the next page; null when there is none.</param>
    public sealed record Page(IReadOnlyList<AuditEntryView> Entries, long? Next);

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, Page>
    {
        public async Task<Page> Handle(Query query, CancellationToken cancellationToken)
        {
            var entries = db.Set<AuditEntry>().AsNoTracking();
            entries = query.Who is { } who ? entries.Where(e => e.Who == who) : entries;
            entries = query.What is { } what ? entries.Where(e => e.What == what) : entries;
            entries = query.Subjects is { } subjects ? entries.Where(e => subjects.Contains(e.Subject)) : entries;
            entries = query.Before is { } before ? entries.Where(e => e.Id < before) : entries;
            var found = await entries.OrderByDescending(e => e.Id).Take(PageSize + 1).Select(AuditEntryView.Of).ToListAsync(cancellationToken);
            return found.Count > PageSize ? new Page(found[..PageSize], found[PageSize - 1].Id) : new Page(found, null);
        }
    }
}

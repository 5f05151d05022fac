using System.Globalization;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Payments.Abstractions;

namespace Modular.Web.Pages;

/// <summary>One thing that happened to an order, or will.</summary>
/// <param name="What">A stable word; <c>timeline.{what}</c> is its text.</param>
/// <param name="Number">The number of what it happened to.</param>
/// <param name="Sum">The money that it is about.</param>
/// <param name="Terms">States and reasons, as stable words.</param>
/// <param name="Text">The same in a sentence, or what somebody wrote.</param>
/// <param name="Link">Where more of it is shown.</param>
/// <param name="Tone"><c>good</c>, <c>warm</c>, <c>bad</c>, or null for what is only told.</param>
internal sealed record TimelineItem(
    DateTimeOffset At, string What, string? Number = null, Money? Sum = null, IReadOnlyList<Term>? Terms = null, string? Text = null, string? Link = null, string? Tone = null)
{
    /// <summary>The accounts that it moved money between.</summary>
    public MovementView? Booking { get; init; }

    public bool IsAhead { get; init; }
}

/// <summary>Puts everything that is known of an order into the order of time. Pure.</summary>
internal static class OrderTimeline
{
    public static IReadOnlyList<TimelineItem> Of(OrderStory story, IReadOnlyList<AuditEntryView> actions)
    {
        // Sorting keeps the order of what happened in the same microsecond, so causes are put in before their effects.
        var items = OfOrder(story)
            .Concat(OfAttempts(story))
            .Concat(story.Money.Messages.Select(OfMessage))
            .Concat(story.Money.Calls.Select(OfCall))
            .Concat(story.Money.Refunds.SelectMany(refund => OfRefund(refund, story.Money.Calls)))
            .Concat(story.Money.Movements.Select(it => new TimelineItem(it.At, "booked", it.Reference, it.Amount, [new("booked", it.Kind)]) { Booking = it }))
            .Concat(story.Money.Differences.Select(OfDifference))
            .Concat(OfEvents(story))
            .Concat(actions.Select(it => new TimelineItem(it.At, "action", it.Subject, null, [new("action", it.What), new("outcome", it.Outcome)], it.Detail is null ? it.Who : $"{it.Who}: {it.Detail}")));
        return [.. items.Select(item => item with { IsAhead = item.At > story.Now }).OrderBy(item => item.At)];
    }

    private static IEnumerable<TimelineItem> OfOrder(OrderStory story)
    {
        var order = story.Order;
        yield return new TimelineItem(order.CreatedAt, "placed", order.OrderNo, order.Amount, Text: order.Subject);
        if (order.ClosedAt is { } closed)
        {
            yield return new TimelineItem(closed, "closed", order.OrderNo, Tone: "warm");
        }
        else if (order.Status == "pending")
        {
            yield return new TimelineItem(order.ExpiresAt, "expires", order.OrderNo);
        }

        if (order.PaidAt is { } paid)
        {
            yield return new TimelineItem(paid, "paid", order.OrderNo, Tone: "good");
        }

        if (order.FulfilledAt is { } fulfilled)
        {
            yield return new TimelineItem(fulfilled, "fulfilled", order.OrderNo, Tone: "good");
        }
    }

    private static IEnumerable<TimelineItem> OfAttempts(OrderStory story)
    {
        foreach (var attempt in story.Money.Attempts)
        {
            yield return new TimelineItem(attempt.CreatedAt, "attempt", attempt.PaymentNo, attempt.Amount, [new("scene", attempt.Scene)], attempt.Provider);
            if (attempt.StartedAt is { } started)
            {
                yield return new TimelineItem(started, "started", attempt.PaymentNo);
            }

            if (attempt.Status == "superseded"
                && (story.Money.Attempts.FirstOrDefault(later => later.CreatedAt > attempt.CreatedAt)?.CreatedAt ?? story.Order.ClosedAt) is { } superseded)
            {
                yield return new TimelineItem(superseded, "superseded", attempt.PaymentNo, Tone: "warm");
            }

            if (attempt.SettledAt is { } settled)
            {
                // What a person accepted was held first; that it was accepted is among the bookings.
                var isKept = attempt.IsKept && !story.Money.Movements.Any(it => it.Kind == "accepted" && it.Reference == attempt.PaymentNo);
                yield return attempt.ReceivedMinor is null && attempt.Status == "closed"
                    ? new TimelineItem(settled, "attempt_closed", attempt.PaymentNo, Text: attempt.ProviderState)
                    : new TimelineItem(
                        settled, isKept ? "settled" : "held", attempt.PaymentNo, attempt.Received, [.. Of("reason", attempt.Reason), .. Of("confirmations", attempt.ConfirmedBy)],
                        string.Join(" · ", new[] { attempt.ProviderState, attempt.ProviderTradeNo }.Where(it => it is not null)),
                        Tone: isKept ? "good" : "bad");
            }

            // The calls themselves say more, where they are still kept.
            if (attempt.LastCheckedAt is { } asked && !story.Money.Calls.Any(it => it.PaymentNo == attempt.PaymentNo && it.Call == "query"))
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{attempt.LastAnswer} ({attempt.CheckCount}×)");
                yield return new TimelineItem(asked, "checked", attempt.PaymentNo, Text: text, Tone: attempt.UnknownSince is null ? null : "bad");
            }

            if (attempt.NextCheckAt is { } next)
            {
                yield return new TimelineItem(next, "next_check", attempt.PaymentNo);
            }
        }
    }

    private static TimelineItem OfMessage(InboxView message) => new(
        message.ReceivedAt, $"message_{message.Kind}", message.PaymentNo, null, message.Cause is { } cause ? Of("cause", cause) : message.Reason is { } reason ? Of("reason", reason)
            : message.Verdict is "accepted" or "refused" ? Of("effect", message.Effect) : Of("ops.verdict", message.Verdict),
        message.Detail, $"/ops/inbox/{message.Id}", message.Tone());

    private static TimelineItem OfCall(CallView call) => new(
        call.At, $"call_{call.Call}", call.RefundNo ?? call.PaymentNo, null, [new("answer", call.Answer), .. Of("by", call.CalledBy)],
        string.Create(CultureInfo.InvariantCulture, $"{(call.Detail is null ? "" : $"{call.Detail} · ")}{call.DurationMs} ms"),
        call.RefundNo is null ? null : $"/ops/refunds/{call.RefundNo}", call.Answer is "unknown" or "rejected" or "failed" or "abnormal" ? "bad" : null);

    private static IEnumerable<TimelineItem> OfRefund(RefundWork refund, IReadOnlyList<CallView> calls)
    {
        var link = $"/ops/refunds/{refund.RefundNo}";
        yield return new TimelineItem(refund.CreatedAt, "refund_asked", refund.RefundNo, refund.Amount, [new("refund.origin", refund.Origin)], refund.RequestedBy is { } who ? $"{who}: {refund.Reason}" : refund.Reason, link);
        if (refund.RefundedAt is { } done)
        {
            yield return new TimelineItem(done, "refund_done", refund.RefundNo, refund.Amount, Text: refund.ProviderRefundNo, Link: link, Tone: "good");
        }
        else if (refund.LastCheckedAt is { } asked && (refund.Status == "failed" || refund.NeedsAttention || !calls.Any(it => it.RefundNo == refund.RefundNo)))
        {
            yield return new TimelineItem(
                asked, refund.Status == "failed" ? "refund_failed" : "refund_checked", refund.RefundNo, refund.Amount, Of("reason", refund.StatusReason), refund.Detail, link,
                refund.NeedsAttention || refund.Status == "failed" ? "bad" : null);
        }

        if (refund.NextCheckAt is { } next)
        {
            yield return new TimelineItem(next, "next_check", refund.RefundNo, Link: link);
        }
    }

    private static IReadOnlyList<Term> Of(string kind, string? word) => word is null ? [] : [new Term(kind, word)];

    private static TimelineItem OfDifference(DatedDifference it) => new(
        it.Difference.FoundAt, "difference", it.Difference.RefundNo ?? it.Difference.PaymentNo, it.Difference.There?.Amount ?? it.Difference.Here?.Amount,
        [new("difference", it.Difference.Class), new("difference.remedy", it.Difference.Remedy)], it.Difference.Note, $"/ops/reconciliation/{it.Provider}/{it.Date}",
        it.Difference.Remedy == "open" ? "bad" : null);

    private static IEnumerable<TimelineItem> OfEvents(OrderStory story)
    {
        foreach (var it in story.Events)
        {
            yield return new TimelineItem(it.CreatedAt, "event", Terms: [new("event", it.Type)]);
            if (it.DeliveredAt is { } delivered)
            {
                yield return new TimelineItem(delivered, "event_delivered", Terms: [new("event", it.Type)], Tone: "good");
            }
            else
            {
                yield return new TimelineItem(
                    it.DueAt ?? story.Now, it.IsGivenUp ? "event_given_up" : "event_due", Terms: [new("event", it.Type)], Text: it.Error, Tone: it.IsGivenUp || it.Error is not null ? "bad" : null);
            }
        }
    }
}

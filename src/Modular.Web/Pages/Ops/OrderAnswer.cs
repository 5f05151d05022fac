using Modular.Kernel.Outbox;
using Modular.Kernel.Web;
using Modular.Ordering;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>What is known of an order when somebody asks why its money has not arrived.</summary>
internal sealed record OrderStory(
    OrderFacts Order, OrderMoney Money, IReadOnlyList<EventView> Events, IReadOnlyDictionary<string, string?> Problems, DateTimeOffset Now);

/// <summary>
/// The one sentence at the top of an order's page: why the money has not arrived, or that it has. Pure. The first cause that an operator can
/// do something about is named, before the ones that pass by themselves.
/// </summary>
/// <param name="Code">A stable word; <c>why.{code}</c> is the sentence's text.</param>
/// <param name="Tone"><c>good</c>, <c>warm</c> or <c>bad</c>.</param>
/// <param name="Arguments">What the text has places for; a <see cref="Term"/> is said in the reader's language.</param>
internal sealed record OrderAnswer(string Code, string Tone, params object[] Arguments)
{
    public static OrderAnswer Of(OrderStory story) => story.Order.Status switch
    {
        "refunded" => new OrderAnswer("refunded", "warm", story.Order.PaymentNo!),
        "partially_refunded" => new OrderAnswer("partially_refunded", "good", story.Order.PaymentNo!),
        "paid" => Paid(story),
        _ => Unpaid(story),
    };

    private static OrderAnswer Paid(OrderStory story)
    {
        var (order, paidAt) = (story.Order, Shown.Time(story.Order.PaidAt!.Value));
        if (order.FulfilledAt is null)
        {
            return story.Events.Any(it => it.IsGivenUp)
                ? new OrderAnswer("paid_event_given_up", "bad", paidAt)
                : new OrderAnswer("paid_not_fulfilled", "warm", paidAt);
        }

        return story.Money.Attempts.FirstOrDefault(attempt => attempt.PaymentNo == order.PaymentNo)?.Reason switch
        {
            "paid_late" => new OrderAnswer("paid_late", "good", paidAt, order.ClosedAt is { } closed ? Shown.Time(closed) : "–"),
            AcceptHeld.Reason => new OrderAnswer("paid_accepted", "good", paidAt),
            _ => new OrderAnswer("paid", "good", paidAt),
        };
    }

    private static OrderAnswer Unpaid(OrderStory story)
    {
        var attempts = story.Money.Attempts;
        if (attempts.LastOrDefault(attempt => attempt.Status == "held") is { } held)
        {
            return held.RefundReservedMinor > 0
                ? new OrderAnswer("held_goes_back", "warm", new Term("reason", held.Reason ?? "–"))
                : new OrderAnswer("held", "bad", new Term("reason", held.Reason ?? "–"), held.Received is { } sum ? Shown.Price(sum) : "?", Shown.Price(held.Amount));
        }

        if (attempts.LastOrDefault(attempt => attempt.Status == "refunded") is { } back)
        {
            return new OrderAnswer("went_back", "warm", back.PaymentNo);
        }

        // A superseded attempt can be paid as well, but the shopper is most likely to be at the last one.
        var open = attempts.LastOrDefault(attempt => attempt.Status == "pending") ?? attempts.LastOrDefault(attempt => attempt.IsOpen);
        if (Refusal(story, open) is { } refusal)
        {
            return new OrderAnswer("refused", "bad", Shown.Time(refusal.ReceivedAt), refusal.Cause is { } cause ? new Term("cause", cause) : new Term("reason", refusal.Reason ?? "–"), Next(open));
        }

        if (open is not null)
        {
            return Waiting(story, open);
        }

        return story.Order switch
        {
            { Status: "closed", ClosedAt: { } closed } => new OrderAnswer("closed", "warm", Shown.Time(closed)),
            _ when story.Now >= story.Order.ExpiresAt => new OrderAnswer("expiring", "warm", Shown.Time(story.Order.ExpiresAt)),
            _ when attempts.Count > 0 => new OrderAnswer("attempts_ended", "warm", Shown.Time(story.Order.ExpiresAt)),
            _ => new OrderAnswer("nobody_began", "warm", Shown.Time(story.Order.ExpiresAt)),
        };
    }

    private static OrderAnswer Waiting(OrderStory story, AttemptView open)
    {
        if (!story.Problems.TryGetValue(open.Provider, out var problem) || problem is not null)
        {
            return new OrderAnswer("out_of_service", "bad", open.Provider, problem ?? "–");
        }

        if (open.UnknownSince is { } since)
        {
            return new OrderAnswer("unknown", "bad", open.Provider, Shown.Time(since), Next(open));
        }

        if (story.Order.Status == "closed")
        {
            return new OrderAnswer("closed_watched", "warm", Shown.Time(story.Order.ClosedAt!.Value), Next(open));
        }

        return open switch
        {
            { LastCheckedAt: null } => new OrderAnswer("not_asked", "warm", Next(open)),
            { IsNotKnownYet: true } => new OrderAnswer("not_opened", "warm", open.Provider, Next(open)),
            _ => new OrderAnswer("waiting", "warm", open.Provider, Shown.Time(open.LastCheckedAt!.Value), Next(open)),
        };
    }

    /// <summary>The last refused message about the attempt, unless its provider has said since then that it is not paid.</summary>
    private static InboxView? Refusal(OrderStory story, AttemptView? open) =>
        open is null ? null : story.Money.Messages.LastOrDefault(message => message.PaymentNo == open.PaymentNo && message is { Kind: "notify", Verdict: "refused" }
            && (open.LastCheckedAt is not { } checkedAt || open.UnknownSince is not null || checkedAt < message.ReceivedAt));

    private static string Next(AttemptView? attempt) => attempt?.NextCheckAt is { } next ? Shown.Time(next) : "–";
}

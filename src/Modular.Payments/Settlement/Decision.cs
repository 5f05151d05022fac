using Modular.Payments.Abstractions;

namespace Modular.Payments.Settlement;

/// <summary>What a decision is made about: the payment's terms and state, and two facts about its surroundings.</summary>
/// <param name="OrderHasKeeper">Another payment of the same order has been kept.</param>
/// <param name="TradeNoTaken">The reported provider number belongs to another payment already.</param>
/// <param name="Reason">Why the payment is in its state, where that was written down.</param>
/// <param name="OrderIsClosed">The payment was superseded, and its order has been closed since.</param>
internal readonly record struct Standing(
    PaymentStatus Status, Money Amount, string? ProviderTradeNo, bool OrderHasKeeper, bool TradeNoTaken, string? Reason = null, bool OrderIsClosed = false);

/// <summary>What a report does to a payment.</summary>
internal enum Effect
{
    /// <summary>Nothing was to be decided: a message was recorded.</summary>
    Recorded,

    /// <summary>The report says nothing new.</summary>
    Unchanged,

    /// <summary>The payment succeeded.</summary>
    Settled,

    /// <summary>The payment is closed.</summary>
    Closed,

    /// <summary>Money came that may not simply be kept.</summary>
    Held,

    /// <summary>The report names an account that is not the instance's.</summary>
    WrongAccount,

    /// <summary>The instance has no payment of that number.</summary>
    UnknownPayment,

    /// <summary>The same message was accepted before.</summary>
    Duplicate,

    /// <summary>A refund is done.</summary>
    Refunded,

    /// <summary>A refund that was not made here.</summary>
    UnknownRefund,
}

/// <summary>What becomes of money that comes after its payment, or its order, was closed.</summary>
public enum LatePayment
{
    /// <summary>The order becomes paid: it can still be honoured.</summary>
    Accept,

    /// <summary>It goes back by itself.</summary>
    Refund,
}

/// <summary>The outcome of <see cref="Decision.Decide"/>.</summary>
/// <param name="To">The new state; null when it stays as it is.</param>
internal readonly record struct Verdict(Effect Effect, PaymentStatus? To = null, string? Reason = null);

/// <summary>
/// Decides what a report does to a payment. Pure: the same standing and report give the same verdict, whatever brought the
/// report and however often. States only move forward:
/// <code>
/// pending ──► superseded        (by StartPayment or CloseOrders, not by a report)
/// pending, superseded ──► closed                       a report says closed
/// pending, superseded, closed ──► succeeded or held    a report says paid
/// held without a sum ──► succeeded or held             a report says paid, and how much
/// </code>
/// What was given back at the provider stays closed: a report of that payment is about the same money.
/// A paid report meets its checks in this order: is the amount said, is it ours, is the provider's number free, has the
/// order no other money yet.
/// </summary>
internal static class Decision
{
    public const string AmountMissing = "amount_missing";
    public const string AmountMismatch = "amount_mismatch";
    public const string CurrencyMismatch = "currency_mismatch";
    public const string TradeNoReused = "trade_no_reused";
    public const string PaidTwice = "paid_twice";
    public const string PaidLate = "paid_late";

    public static Verdict Decide(in Standing standing, PaymentReport report, LatePayment late = LatePayment.Accept) => report.State switch
    {
        ReportedState.Paid => standing.Status switch
        {
            PaymentStatus.Closed when standing.Reason == GiveBackHeld.Reason => new Verdict(Effect.Unchanged),
            PaymentStatus.Held when standing.Reason == AmountMissing && report.Amount is not null => Receive(standing, report, late),
            PaymentStatus.Pending or PaymentStatus.Superseded or PaymentStatus.Closed => Receive(standing, report, late),
            _ => new Verdict(Effect.Unchanged),
        },
        ReportedState.Closed when standing.Status is PaymentStatus.Pending or PaymentStatus.Superseded => new Verdict(Effect.Closed, PaymentStatus.Closed),
        _ => new Verdict(Effect.Unchanged),
    };

    /// <summary>Whether every part of the account that the report names is the instance's own.</summary>
    public static bool IsOurs(ProviderAccount own, ProviderAccount reported) =>
        (reported.Merchant is null || reported.Merchant == own.Merchant) && (reported.App is null || reported.App == own.App);

    private static Verdict Receive(in Standing standing, PaymentReport report, LatePayment late)
    {
        if (report.Amount is not { } amount)
        {
            return Hold(AmountMissing);
        }

        if (amount.Currency != standing.Amount.Currency)
        {
            return Hold(CurrencyMismatch);
        }

        if (amount.Minor != standing.Amount.Minor)
        {
            return Hold(AmountMismatch);
        }

        if (standing.TradeNoTaken)
        {
            return Hold(TradeNoReused);
        }

        if (standing.OrderHasKeeper)
        {
            return Hold(PaidTwice);
        }

        var isLate = standing.Status == PaymentStatus.Closed || standing.OrderIsClosed;
        return isLate && late == LatePayment.Refund
            ? Hold(PaidLate)
            : new Verdict(Effect.Settled, PaymentStatus.Succeeded, isLate ? PaidLate : null);
    }

    private static Verdict Hold(string reason) => new(Effect.Held, PaymentStatus.Held, reason);
}

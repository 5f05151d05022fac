using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>What a report does to a refund.</summary>
internal enum RefundEffect
{
    /// <summary>The report says nothing new.</summary>
    Unchanged,

    /// <summary>The money has gone back.</summary>
    Settled,

    /// <summary>The provider has given up; the sum is free again.</summary>
    Failed,

    /// <summary>A person must look at it.</summary>
    Attention,

    /// <summary>The report is no proof by itself: the provider is asked at once.</summary>
    Ask,
}

/// <summary>The outcome of <see cref="RefundDecision.Decide"/>.</summary>
internal readonly record struct RefundVerdict(RefundEffect Effect, string? Reason = null);

/// <summary>
/// Decides what a report does to a refund. Pure, and as often as it comes. States only move forward:
/// <code>
/// awaiting approval ──► processing                 (by a second operator)
/// processing ──► succeeded                         a report says that the money went back
/// processing ──► failed                            the provider gave up; failed may still become succeeded, never the reverse
/// </code>
/// </summary>
internal static class RefundDecision
{
    public const string AmountMismatch = "refund_amount_mismatch";
    public const string Abnormal = "refund_abnormal";
    public const string WrongPayment = "refund_of_other_payment";
    public const string BeyondPaid = "refund_beyond_paid";

    /// <summary>It had failed, or was given up, and its sum was free for another; now the provider says that it is done.</summary>
    public const string DoneAfterAll = "refund_done_after_all";

    /// <summary>A report without an amount calls a refund done that was not sent or has failed.</summary>
    public const string Contradicted = "refund_contradicted";

    public static RefundVerdict Decide(RefundStatus status, string paymentNo, Money amount, RefundReport report)
    {
        if (report.PaymentNo is { } reported && reported != paymentNo)
        {
            return new RefundVerdict(RefundEffect.Attention, WrongPayment);
        }

        if (report.Amount is { } said && said != amount)
        {
            return new RefundVerdict(RefundEffect.Attention, AmountMismatch);
        }

        return report.State switch
        {
            RefundState.Succeeded when status == RefundStatus.Succeeded => new RefundVerdict(RefundEffect.Unchanged),
            RefundState.Succeeded => new RefundVerdict(report.Amount is null ? RefundEffect.Ask : RefundEffect.Settled),
            RefundState.Failed when status is RefundStatus.Processing or RefundStatus.AwaitingApproval => new RefundVerdict(RefundEffect.Failed, "refund_closed"),
            RefundState.Abnormal when status == RefundStatus.Processing => new RefundVerdict(RefundEffect.Attention, Abnormal),
            _ => new RefundVerdict(RefundEffect.Unchanged),
        };
    }
}

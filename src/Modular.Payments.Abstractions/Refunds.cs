namespace Modular.Payments.Abstractions;

/// <summary>
/// A provider that gives money back. The host has reserved the sum and committed the refund with its number before it
/// calls, and uses the same number for every retry: the provider's own rule that a number belongs to one refund makes
/// that safe.
/// </summary>
public interface IRefundingProvider
{
    /// <summary>The provider's limits, which the host checks before it calls.</summary>
    RefundLimits RefundLimits { get; }

    /// <summary>
    /// Asks the provider to give money back. Accepted is not done: an answer is <see cref="RefundState.Succeeded"/> only where
    /// the provider says that the money has moved. A number that the provider has seen before with the same terms gives the
    /// refund as it stands.
    /// </summary>
    Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Asks how a refund stands. A verified "does not exist" is a report with <see cref="RefundState.NotFound"/>; the host then
    /// sends the refund again with the same number.
    /// </summary>
    Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken);
}

/// <summary>What a provider allows.</summary>
/// <param name="MaxPerPayment">How many refunds one payment may have; null when there is no limit.</param>
/// <param name="MinInterval">The time between two refunds of one payment.</param>
/// <param name="Window">How long after the payment a refund may be asked for; null when that is not known.</param>
public sealed record RefundLimits(int? MaxPerPayment, TimeSpan MinInterval, TimeSpan? Window)
{
    /// <summary>Nothing is limited.</summary>
    public static readonly RefundLimits None = new(null, TimeSpan.Zero, null);
}

/// <summary>The terms of one refund; frozen when it was committed, equal on every call for the same number.</summary>
public sealed record RefundRequest
{
    /// <summary>Our number of the refund: 1 to 32 ASCII letters and digits (<c>out_refund_no</c>, <c>out_request_no</c>).</summary>
    public required string RefundNo { get; init; }

    /// <summary>The payment.</summary>
    public required PaymentReference Payment { get; init; }

    /// <summary>The amount of the whole payment.</summary>
    public required Money PaymentAmount { get; init; }

    /// <summary>What is given back; more than nothing, and with all other refunds of the payment no more than was paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>Why, as the shopper may read it. The plugin shortens and cleans it to the provider's rules.</summary>
    public required string Reason { get; init; }

    /// <summary>Where the provider notifies; absolute, without a query. The same address as the payment's.</summary>
    public required Uri NotifyUrl { get; init; }

    /// <summary>The refund's own moment, UTC: of its first sending, fixed before the first call and equal on every one.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What names this refund to its provider.</summary>
    public RefundReference Reference => new(RefundNo, Payment, PaymentAmount, Amount, CreatedAt);
}

/// <summary>Names one refund to its provider.</summary>
/// <param name="RefundNo">Our number.</param>
/// <param name="Payment">The payment that it belongs to.</param>
/// <param name="PaymentAmount">The amount of the whole payment.</param>
/// <param name="Amount">What is given back.</param>
/// <param name="CreatedAt">The refund's own moment, see <see cref="RefundRequest.CreatedAt"/>.</param>
public sealed record RefundReference(string RefundNo, PaymentReference Payment, Money PaymentAmount, Money Amount, DateTimeOffset CreatedAt);

/// <summary>What a provider says of one refund.</summary>
public enum RefundState
{
    /// <summary>Accepted, and not done.</summary>
    Processing,

    /// <summary>The money has gone back.</summary>
    Succeeded,

    /// <summary>The provider has given up; no money has moved and none will for this number (WeChat's CLOSED).</summary>
    Failed,

    /// <summary>The provider cannot finish it by itself and a person must act at the provider (WeChat's ABNORMAL, CHANGE).</summary>
    Abnormal,

    /// <summary>
    /// The provider does not know the number; or it has no question that could tell, and takes a number once however often it is sent, so
    /// that sending it again is the question.
    /// </summary>
    NotFound,
}

/// <summary>One fact about one refund, read from a message whose authenticity the plugin has verified. The host compares it with what it asked for.</summary>
public sealed record RefundReport
{
    /// <summary>Our number of the refund; another's when the refund was made at the provider's console.</summary>
    public required string RefundNo { get; init; }

    /// <summary>Our number of the payment; null when it was not said.</summary>
    public string? PaymentNo { get; init; }

    /// <summary>What the provider says of it.</summary>
    public required RefundState State { get; init; }

    /// <summary>The account as far as the message names it. Every part that it names must equal the instance's own.</summary>
    public required ProviderAccount Account { get; init; }

    /// <summary>
    /// What this refund gives back. Null when it was not said (Alipay's notification names the sum of all refunds of the
    /// payment only): the host then asks before it believes.
    /// </summary>
    public Money? Amount { get; init; }

    /// <summary>The provider's number of the refund (<c>refund_id</c>), where it has one.</summary>
    public string? ProviderRefundNo { get; init; }

    /// <summary>When the money went back, UTC.</summary>
    public DateTimeOffset? RefundedAt { get; init; }

    /// <summary>The provider's own word for the state, for people; never decided upon.</summary>
    public string? ProviderState { get; init; }
}

/// <summary>What came of asking for, or about, a refund. The hierarchy is closed.</summary>
public abstract record RefundAnswer
{
    private RefundAnswer()
    {
    }

    /// <summary>The provider answered, and its answer was verified.</summary>
    public sealed record Known(RefundReport Report) : RefundAnswer;

    /// <summary>
    /// The provider understood the request and will not take it; the same request will not do better by itself. No money has
    /// moved.
    /// </summary>
    /// <param name="Code">The provider's code, for example <c>ACQ.SELLER_BALANCE_NOT_ENOUGH</c>.</param>
    /// <param name="Detail">One sentence for the operator: what is wrong and what to do.</param>
    /// <param name="MayRetry">The refund may be sent again with its number once a person has mended the cause (not enough money in the account).</param>
    public sealed record Rejected(string Code, string Detail, bool MayRetry) : RefundAnswer;

    /// <summary>The refund needs an operator at the provider's page (the legacy gateway's refund with a password).</summary>
    /// <param name="Action">Where the operator's browser goes. The host does not store it and calls again when the operator's page is shown, so it is made without the network.</param>
    /// <param name="Detail">One sentence for the operator.</param>
    public sealed record OperatorNeeded(PaymentAction Action, string Detail) : RefundAnswer;

    /// <summary>Nothing was found out. It moves nothing: the number is asked about, and sent again when the provider does not know it.</summary>
    public sealed record Unknown(string Detail) : RefundAnswer;
}

namespace Modular.Payments.Abstractions;

/// <summary>What a provider says of one payment. There is no "failed" and no "unknown": an answer that says nothing is no report.</summary>
public enum ReportedState
{
    /// <summary>The provider knows the payment and no money has moved.</summary>
    Pending,

    /// <summary>The provider has the money.</summary>
    Paid,

    /// <summary>The provider will not take money for this number any more, or has given all of it back.</summary>
    Closed,

    /// <summary>The provider does not know the number. It may still come to know it, see <see cref="IPaymentProvider.QueryAsync"/>.</summary>
    NotFound,
}

/// <summary>
/// Who receives the money, in the provider's own identifiers. A part that is null was not said (in a report) or does not
/// exist for this provider (in <see cref="IPaymentProvider.Account"/>).
/// </summary>
/// <param name="Merchant">The merchant: Alipay's <c>seller_id</c>, WeChat's <c>mchid</c>.</param>
/// <param name="App">The application: Alipay's <c>app_id</c>, WeChat's <c>appid</c>.</param>
public sealed record ProviderAccount(string? Merchant, string? App);

/// <summary>
/// One fact about one payment, read from a message whose authenticity the plugin has verified. Notifications, queries
/// and statement lines all become this. The host, not the plugin, compares the number, the amount and the account.
/// </summary>
public sealed record PaymentReport
{
    /// <summary>Our number of the payment: the provider's <c>out_trade_no</c>.</summary>
    public required string PaymentNo { get; init; }

    /// <summary>What the provider says of it.</summary>
    public required ReportedState State { get; init; }

    /// <summary>The receiving account as far as the message names it. Every part that it names must equal the instance's own.</summary>
    public required ProviderAccount Account { get; init; }

    /// <summary>The amount of the whole payment (not of a part paid by coupon). Required when <see cref="State"/> is <see cref="ReportedState.Paid"/>; without it the host holds the payment.</summary>
    public Money? Amount { get; init; }

    /// <summary>The provider's number of the payment (<c>trade_no</c>, <c>transaction_id</c>).</summary>
    public string? ProviderTradeNo { get; init; }

    /// <summary>When the shopper paid, in UTC. Provider times are wall clock at +08:00 and are converted by the plugin.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>The provider's own word for the state, for people who read the timeline; never decided upon.</summary>
    public string? ProviderState { get; init; }
}

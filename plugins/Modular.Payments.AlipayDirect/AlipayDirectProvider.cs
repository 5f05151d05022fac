using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect;

/// <summary>One contract with Alipay's legacy gateway and the account that it collects for.</summary>
/// <remarks>
/// Only the cashier for desktop browsers is served. The one for phones is another service of the same gateway
/// (<c>alipay.wap.create.direct.pay.by.user</c>) with a contract of its own, which no setting could tell us about, and it takes UTF-8 only; a
/// shopper sent there without the contract would end on Alipay's error page.
/// </remarks>
internal sealed class AlipayDirectProvider(AlipayDirectSettings settings, HttpClient http, TimeProvider time) : IPaymentProvider, IClosingProvider, IRefundingProvider, IStatementProvider, IPreflightProvider
{
    private readonly Gateway gateway = new(settings, http);
    private readonly Cashier cashier = new(settings);
    private readonly MessageReader messages = new(settings);
    private readonly NotifyCheck origin = new(settings, http, time);
    private readonly AccountLog log = new(settings, http, time);

    /// <inheritdoc/>
    public ProviderAccount Account { get; } = new(settings.SellerId, settings.Partner);

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Pc];

    /// <inheritdoc/>
    public async Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (DirectPay.Refusal(request, settings) is { } refusal)
        {
            return refusal;
        }

        string? antiPhishingKey = null;
        if (settings.AntiPhishing)
        {
            var (key, problem) = Answers.OfTimestamp(await gateway.TimestampAsync(cancellationToken));
            if (key is null)
            {
                return new StartAnswer.Unknown(problem!);
            }

            antiPhishingKey = key;
        }

        return new StartAnswer.Started(cashier.Open(DirectPay.Service, DirectPay.Fields(request, settings, antiPhishingKey)));
    }

    /// <inheritdoc/>
    public async Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);

        // By our number alone: of two numbers Alipay would believe its own and ignore ours.
        var answer = await gateway.CallAsync("single_trade_query", [("out_trade_no", payment.PaymentNo)], cancellationToken);
        return Answers.OfQuery(answer, payment.PaymentNo, settings);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PreflightLine>> AskAsync(PaymentReference nobody, CancellationToken cancellationToken) =>
        [AlipayDirectPreflight.Judge(await QueryAsync(nobody, cancellationToken), settings.Signer)];

    /// <inheritdoc/>
    public async Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);

        // The same number has another name here.
        var answer = await gateway.CallAsync("close_trade", [("out_order_no", payment.PaymentNo)], cancellationToken);
        return Answers.OfClose(answer, payment.PaymentNo, settings);
    }

    /// <summary>
    /// Nothing is limited before Alipay itself limits it: a payment may have several refunds while their sum is no more than it, and the time
    /// for them depends on the contract (<c>TRADE_STATUS_ERROR</c> when it is over).
    /// </summary>
    public RefundLimits RefundLimits => RefundLimits.None;

    /// <summary>
    /// Asks for a refund, or makes the form with which an operator does (setting <c>Refund</c>); the latter asks nobody and gives the same form however
    /// often it is called. Either way the money has not moved when this returns: Alipay notifies. Alipay takes a refund on its own day only,
    /// the day of <see cref="RefundRequest.CreatedAt"/> at +08:00, because its number begins with the day and never changes.
    /// </summary>
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (RefundFields.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var fields = RefundFields.Of(request, settings);
        return settings.DirectRefund
            ? RefundAnswers.OfRefund(await gateway.CallAsync(RefundFields.Direct, fields.Append(("return_type", "xml")), cancellationToken), request, settings)
            : new RefundAnswer.OperatorNeeded(cashier.Open(RefundFields.WithPassword, fields), Errand(request));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The gateway has no service for this. The payment's cumulative facts are asked for, and most of the time they prove nothing about
    /// one refund: then it is sent again while its day lasts, and <see cref="RefundAnswer.Unknown"/> afterwards, see <see cref="RefundAnswers.OfQuery"/>.
    /// </remarks>
    public async Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refund);
        var answer = await gateway.CallAsync("single_trade_query", [("out_trade_no", refund.Payment.PaymentNo)], cancellationToken);
        return RefundAnswers.OfQuery(answer, refund, settings, time.GetUtcNow());
    }

    /// <inheritdoc/>
    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken) => log.FetchAsync(day, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return origin.ConfirmAsync(messages.ReadNotification(request), NotifyCheck.NotificationBudget, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return origin.ConfirmAsync(messages.ReadReturn(request), NotifyCheck.ReturnBudget, cancellationToken);
    }

    /// <inheritdoc/>
    public NotificationReply Acknowledge() => new(200, "text/plain", "success"u8.ToArray());

    /// <inheritdoc/>
    public NotificationReply Refuse() => new(400, "text/plain", "fail"u8.ToArray());

    private string Errand(RefundRequest request) =>
        BeijingTime.Day(time.GetUtcNow()) == BeijingTime.Day(request.CreatedAt)
            ? "An operator must confirm the refund on Alipay's page with the payment password, today (+08:00): open it from this refund."
            : "An operator had to confirm the refund on Alipay's page on the day it was first sent, and that is over: look in Alipay's merchant centre whether it was done, say so on this refund's page, and if it was not, give it up there and ask for a new one.";
}

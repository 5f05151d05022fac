using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay;

/// <summary>One Alipay application and the account that it collects for.</summary>
internal sealed class AlipayProvider : IPaymentProvider, IClosingProvider, IRefundingProvider, IStatementProvider
{
    private readonly AlipaySettings settings;
    private readonly Gateway gateway;
    private readonly MessageReader messages;
    private readonly Bills bills;

    public AlipayProvider(AlipaySettings settings, HttpClient http, TimeProvider time)
    {
        this.settings = settings;
        gateway = new Gateway(settings.Gateway, http, new RequestSigner(settings, time), new ResponseCheck(settings.Trust));
        messages = new MessageReader(settings.Trust);
        bills = new Bills(settings, gateway, http, time);
        Account = new ProviderAccount(settings.SellerId, settings.AppId);
    }

    /// <inheritdoc/>
    public ProviderAccount Account { get; }

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Pc, PaymentScene.Mobile, PaymentScene.Qr, PaymentScene.App];

    /// <inheritdoc/>
    public async Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var product = AlipayProduct.Of(request.Scene)!;
        if (product == AlipayProduct.Precreate && request.Resume is { Length: > 0 } known)
        {
            return new StartAnswer.Started(new PaymentAction.QrCode(known), known);
        }

        var terms = BizContent.OfStart(request, product, settings.SellerId);
        if (product == AlipayProduct.App)
        {
            var orderString = gateway.OrderString(product.Method, terms, request.NotifyUrl);
            return new StartAnswer.Started(new PaymentAction.Invoke("alipay-app", new Dictionary<string, string> { ["orderString"] = orderString }));
        }

        return product == AlipayProduct.Precreate
            ? Answers.OfPrecreate(await gateway.CallAsync(product.Method, terms, request.NotifyUrl, cancellationToken), request.PaymentNo)
            : new StartAnswer.Started(gateway.Form(product.Method, terms, request.NotifyUrl, request.ReturnUrl));
    }

    /// <inheritdoc/>
    public async Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return Answers.OfQuery(await gateway.CallAsync("alipay.trade.query", BizContent.OfReference(payment), null, cancellationToken), payment.PaymentNo);
    }

    /// <inheritdoc/>
    public async Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return Answers.OfClose(await gateway.CallAsync("alipay.trade.close", BizContent.OfReference(payment), null, cancellationToken), payment.PaymentNo);
    }

    /// <summary>
    /// Alipay limits neither the number of refunds nor the time between them. The window is twelve months in present contracts;
    /// older ones have three or six, and then Alipay itself refuses with <c>ACQ.TRADE_HAS_FINISHED</c>.
    /// </summary>
    public RefundLimits RefundLimits { get; } = new(null, TimeSpan.Zero, TimeSpan.FromDays(365));

    /// <inheritdoc/>
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Amount.Currency != "CNY")
        {
            return new RefundAnswer.Rejected("CURRENCY", $"Alipay refunds CNY only, not {request.Amount.Currency}.", MayRetry: false);
        }

        if (request.Amount.Minor < 1 || request.Amount.Minor > request.PaymentAmount.Minor)
        {
            return new RefundAnswer.Rejected("AMOUNT", $"A refund is at least 0.01 yuan and no more than the payment, not {request.Amount.ToDecimalString()} of {request.PaymentAmount.ToDecimalString()}.", MayRetry: false);
        }

        // The notification goes to the address that the payment was started with; this call takes none.
        return RefundAnswers.OfRefund(await gateway.CallAsync("alipay.trade.refund", BizContent.OfRefund(request), null, cancellationToken), request);
    }

    /// <inheritdoc/>
    public async Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refund);
        return RefundAnswers.OfQuery(await gateway.CallAsync("alipay.trade.fastpay.refund.query", BizContent.OfRefundReference(refund), null, cancellationToken), refund);
    }

    /// <inheritdoc/>
    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken) => bills.FetchAsync(day, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(messages.ReadNotification(request));
    }

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(messages.ReadReturn(request));
    }

    /// <inheritdoc/>
    public NotificationReply Acknowledge() => new(200, "text/plain", "success"u8.ToArray());

    /// <inheritdoc/>
    public NotificationReply Refuse() => new(400, "text/plain", "fail"u8.ToArray());

    private static StartAnswer.Rejected? Refusal(StartRequest request) =>
        AlipayProduct.Of(request.Scene) is null
            ? new StartAnswer.Rejected("SCENE", $"Alipay has no product for the scene {request.Scene}.")
            : request.Amount.Currency != "CNY"
                ? new StartAnswer.Rejected("CURRENCY", $"Alipay takes CNY only, not {request.Amount.Currency}.")
                : request.Amount.Minor is < 1 or > Money.MaxMinor
                    ? new StartAnswer.Rejected("AMOUNT", $"Alipay takes 0.01 to 100000000.00 yuan, not {request.Amount.ToDecimalString()}.")
                    : null;
}

using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay;

/// <summary>One Alipay application and the account that it collects for.</summary>
internal sealed class AlipayProvider(AlipaySettings settings, HttpClient http, TimeProvider time) : IPaymentProvider, IClosingProvider, IPreflightProvider
{
    private readonly Gateway gateway = new(settings.Gateway, http, new RequestSigner(settings, time), new ResponseCheck(settings.Trust));
    private readonly MessageReader messages = new(settings.Trust);

    /// <inheritdoc/>
    public ProviderAccount Account { get; } = new(settings.SellerId, settings.AppId);

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

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PreflightLine>> AskAsync(PaymentReference nobody, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nobody);
        return [AlipayPreflight.Judge(await gateway.CallAsync("alipay.trade.query", BizContent.OfReference(nobody), null, cancellationToken))];
    }

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

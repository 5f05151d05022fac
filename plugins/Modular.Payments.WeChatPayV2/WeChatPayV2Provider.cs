using System.Globalization;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2;

/// <summary>One merchant number of WeChat Pay with the account that it is bound to.</summary>
internal sealed class WeChatPayV2Provider(WeChatPayV2Settings settings, HttpClient http, HttpClient? certified, TimeProvider time)
    : IPaymentProvider, IClosingProvider, IRefundingProvider, IStatementProvider, IPayerProvider, IPreflightProvider
{
    // The documents of v2 forbid to close a payment right after it was ordered; those of v3 do not.
    private static readonly TimeSpan EarliestClose = TimeSpan.FromMinutes(5);

    private readonly Gateway gateway = new(settings, http);
    private readonly Launch launch = new(settings, time);
    private readonly NotificationReader notifications = new(settings.Signer, new RefundNews(settings.MchId, settings.AppId, new SealedText(settings.ApiKey)));
    private readonly Refunds refunds = new(new Gateway(settings, http), certified, settings.Certificate, time);
    private readonly Bills bills = new(settings, new Gateway(settings, http), http, time);
    private readonly PayerIdentification payers = new(settings, http);

    /// <inheritdoc/>
    public ProviderAccount Account { get; } = new(settings.MchId, settings.AppId);

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Qr, PaymentScene.Wechat, PaymentScene.Mobile, PaymentScene.App];

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> PayerScenes { get; } = [PaymentScene.Wechat];

    /// <inheritdoc/>
    public RefundLimits RefundLimits => RefundRules.Limits;

    /// <inheritdoc/>
    public async Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TradeType.Of(request.Scene) is not { } type)
        {
            return new StartAnswer.Rejected("SCENE", $"WeChat Pay has no product for the scene {request.Scene}.");
        }

        var now = time.GetUtcNow();
        if (Prepaid.Read(request.Resume, type, now) is { } known)
        {
            return new StartAnswer.Started(launch.Of(known, request), request.Resume);
        }

        if (UnifiedOrder.Refusal(request, type) is { } refusal)
        {
            return refusal;
        }

        if (type == TradeType.Jsapi && request.PayerId is null)
        {
            return new StartAnswer.PayerNeeded();
        }

        var answer = await gateway.CallAsync(UnifiedOrder.Path, UnifiedOrder.Fields(request, type), cancellationToken);
        var (value, instead) = Answers.OfUnifiedOrder(answer, type, request.PaymentNo);
        if (value is null)
        {
            return instead!;
        }

        // Counted from before the call, because WeChat Pay counts from somewhere within it.
        var order = new Prepaid(type, value, now + type.Lifetime);
        return new StartAnswer.Started(launch.Of(order, request), order.Write());
    }

    /// <inheritdoc/>
    public async Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return Answers.OfQuery(await gateway.CallAsync("/pay/orderquery", Name(payment), cancellationToken), payment.PaymentNo);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PreflightLine>> AskAsync(PaymentReference nobody, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nobody);
        return [WeChatPayV2Preflight.Judge(await gateway.CallAsync("/pay/orderquery", Name(nobody), cancellationToken))];
    }

    /// <inheritdoc/>
    public async Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var allowedAt = payment.CreatedAt + EarliestClose;
        return time.GetUtcNow() < allowedAt
            ? new CloseAnswer.TooEarly(string.Create(CultureInfo.InvariantCulture, $"WeChat Pay closes a payment five minutes after it was ordered, which is at {allowedAt.ToUniversalTime():u}."), allowedAt)
            : Answers.OfClose(await gateway.CallAsync("/pay/closeorder", Name(payment), cancellationToken), payment.PaymentNo);
    }

    /// <inheritdoc/>
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RefundRules.Refusal(request) is { } refusal ? refusal : await refunds.AskAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refund);
        return refunds.QueryAsync(refund, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken) => bills.FetchAsync(day, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(notifications.Read(request));
    }

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(ReturnLink.Read(request.Query));
    }

    /// <inheritdoc/>
    public Uri? AuthorizeUrl(Uri callback, string state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return payers.AuthorizeUrl(callback, state);
    }

    /// <inheritdoc/>
    public Task<PayerAnswer> IdentifyPayerAsync(string code, CancellationToken cancellationToken) => payers.ExchangeAsync(code, cancellationToken);

    /// <inheritdoc/>
    public NotificationReply Acknowledge() =>
        new(200, "text/xml", "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"u8.ToArray());

    /// <inheritdoc/>
    public NotificationReply Refuse() =>
        new(400, "text/xml", "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[REFUSED]]></return_msg></xml>"u8.ToArray());

    // By our number alone: of two numbers WeChat Pay would believe its own and ignore ours.
    private static IEnumerable<(string Name, string? Value)> Name(PaymentReference payment) => [("out_trade_no", payment.PaymentNo)];
}

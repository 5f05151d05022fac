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
internal sealed class AlipayDirectProvider(AlipayDirectSettings settings, HttpClient http, TimeProvider time) : IPaymentProvider, IClosingProvider, IPreflightProvider
{
    private readonly Gateway gateway = new(settings, http);
    private readonly Cashier cashier = new(settings);
    private readonly MessageReader messages = new(settings);
    private readonly NotifyCheck origin = new(settings, http, time);

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

        return new StartAnswer.Started(cashier.Open(DirectPay.Fields(request, settings, antiPhishingKey)));
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
}

using System.Security.Cryptography;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay;

/// <summary>One WeChat Pay merchant and the application that it collects for.</summary>
internal sealed class WeChatPayProvider : IPaymentProvider, IClosingProvider, IRefundingProvider, IStatementProvider, IPayerProvider, IPreflightProvider
{
    private readonly WeChatPaySettings settings;
    private readonly TimeProvider time;
    private readonly Gateway gateway;
    private readonly Launcher launcher;
    private readonly NotificationReader notifications;
    private readonly Bills bills;
    private readonly PayerLookup payers;
    private readonly PlatformCertificates certificates;
    private readonly CertificateDownload download;

    public WeChatPayProvider(WeChatPaySettings settings, HttpClient http, TimeProvider time)
    {
        (this.settings, this.time) = (settings, time);
        var signer = new MerchantSigner(settings, time);
        var cipher = new ResourceCipher(settings.ApiV3Key);
        var transport = new Transport(settings, http, signer);
        download = new CertificateDownload(transport, cipher, settings.PublicKey, time);
        certificates = new PlatformCertificates(download, time);
        var check = new MessageCheck(new TrustedKeys(settings.PublicKey, certificates), time);
        gateway = new Gateway(transport, check);
        launcher = new Launcher(settings, signer);
        notifications = new NotificationReader(check, cipher);
        bills = new Bills(settings, gateway, transport, time);
        payers = new PayerLookup(settings.AppId, settings.OAuth, http);
    }

    /// <inheritdoc/>
    public ProviderAccount Account => new(settings.MchId, settings.AppId);

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Qr, PaymentScene.Wechat, PaymentScene.Mobile, PaymentScene.App];

    /// <inheritdoc/>
    public IReadOnlyList<PaymentScene> PayerScenes { get; } = [PaymentScene.Wechat];

    /// <inheritdoc/>
    public RefundLimits RefundLimits => Refund.Limits;

    /// <summary>The key of a platform certificate that this instance knows already, for the signature doctor; null when it does not.</summary>
    public RSA? KnownPlatformKey(string serial) => certificates.Known(serial);

    /// <summary>Whether WeChat Pay has said which platform certificates there are, be it none.</summary>
    public bool HasPlatformCertificates => certificates.AreListed;

    /// <inheritdoc/>
    public async Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (StartRules.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var product = WeChatProduct.Of(request.Scene)!;
        var now = time.GetUtcNow();
        if (Prepared.Read(request.Resume, product, now) is { } known)
        {
            return launcher.Launch(request, product, known);
        }

        if (product == WeChatProduct.Jsapi && request.PayerId is null)
        {
            return new StartAnswer.PayerNeeded();
        }

        var answer = await gateway.CallAsync(HttpMethod.Post, product.Path, Order.Write(request, product, settings), cancellationToken);
        return StartAnswers.Prepared(answer, product, now, out var prepared) ?? launcher.Launch(request, product, prepared!);
    }

    /// <inheritdoc/>
    public async Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return QueryAnswers.Of(await AskForAsync(payment, cancellationToken), payment.PaymentNo);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PreflightLine>> AskAsync(PaymentReference nobody, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nobody);
        var answer = WeChatPayPreflight.Judge(await AskForAsync(nobody, cancellationToken));

        if (answer.Level != PreflightLevel.Pass && (settings.PublicKey is not null || answer.What == WeChatPayPreflight.OwnKey))
        {
            return [answer];
        }

        // What the APIv3 key opens is the only thing that proves it, and asking changes nothing. In certificate mode a wrong one is
        // also why no answer can be believed, and then it is the one fault to name.
        var downloaded = await download.FetchAsync();
        var fetched = WeChatPayPreflight.Judge(downloaded);
        return answer.Level != PreflightLevel.Pass ? [fetched.Level == PreflightLevel.Fail ? fetched : answer]
            : settings.PublicKey is null && downloaded is DownloadAnswer.Fetched listed ? [answer, fetched, .. WeChatPayPreflight.Lasting(listed.Certificates, time.GetUtcNow())]
            : [answer, fetched];
    }

    /// <inheritdoc/>
    public async Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var path = $"/v3/pay/transactions/out-trade-no/{Uri.EscapeDataString(payment.PaymentNo)}/close";
        return CloseAnswers.Of(await gateway.CallAsync(HttpMethod.Post, path, Order.WriteClose(settings.MchId), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (RefundRules.Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var answer = await gateway.CallAsync(HttpMethod.Post, Refund.Path, Order.WriteRefund(request), cancellationToken);
        var refund = RefundAnswers.OfRequest(answer, request.Reference);
        if (refund is not RefundAnswer.Rejected rejected)
        {
            return refund;
        }

        // An earlier call may have been taken although its answer was lost, and this refusal may be about the repetition: only when
        // the number does not exist has no money moved.
        return await QueryRefundAsync(request.Reference, cancellationToken) switch
        {
            RefundAnswer.Known { Report.State: RefundState.NotFound } => rejected,
            RefundAnswer.Unknown unknown => new RefundAnswer.Unknown($"{rejected.Detail} Whether the refund exists all the same is not known: {unknown.Detail}"),
            var known => known,
        };
    }

    /// <inheritdoc/>
    public async Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refund);
        var path = $"{Refund.Path}/{Uri.EscapeDataString(refund.RefundNo)}";
        return RefundAnswers.OfQuery(await gateway.CallAsync(HttpMethod.Get, path, null, cancellationToken), refund);
    }

    /// <inheritdoc/>
    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken) => bills.FetchAsync(day, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return notifications.ReadAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(ReturnAddress.Read(request.Query));
    }

    /// <inheritdoc/>
    public NotificationReply Acknowledge() => new(204, "", ReadOnlyMemory<byte>.Empty);

    /// <inheritdoc/>
    public NotificationReply Refuse() => new(400, "application/json", """{"code":"FAIL","message":"The notification was not accepted."}"""u8.ToArray());

    /// <inheritdoc/>
    public Uri? AuthorizeUrl(Uri callback, string state) => payers.AuthorizeUrl(callback, state);

    /// <inheritdoc/>
    public Task<PayerAnswer> IdentifyPayerAsync(string code, CancellationToken cancellationToken) => payers.IdentifyAsync(code, cancellationToken);

    // By our own number, always: an answer to it cannot be about somebody else's payment.
    private Task<GatewayAnswer> AskForAsync(PaymentReference payment, CancellationToken cancellationToken) =>
        gateway.CallAsync(HttpMethod.Get, $"/v3/pay/transactions/out-trade-no/{Uri.EscapeDataString(payment.PaymentNo)}?mchid={settings.MchId}", null, cancellationToken);
}

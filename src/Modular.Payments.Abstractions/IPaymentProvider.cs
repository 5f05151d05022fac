using System.Security.Cryptography.X509Certificates;

namespace Modular.Payments.Abstractions;

/// <summary>How the shopper pays.</summary>
public enum PaymentScene
{
    /// <summary>A desktop browser goes to the provider's cashier.</summary>
    Pc,

    /// <summary>A phone's browser goes to the provider's cashier.</summary>
    Mobile,

    /// <summary>The shopper scans a QR code that we show.</summary>
    Qr,

    /// <summary>The page runs inside WeChat.</summary>
    Wechat,

    /// <summary>A native app of the shop calls the provider's app.</summary>
    App,
}

/// <summary>
/// The app in which a shopper pays. Inside one of them the pages of another do not open: WeChat's browser blocks Alipay's
/// cashier and the reverse.
/// </summary>
public enum Wallet
{
    /// <summary>None, or one that does not mind in which browser the shopper is.</summary>
    Other,

    /// <summary>Alipay's app.</summary>
    Alipay,

    /// <summary>WeChat.</summary>
    WeChat,
}

/// <summary>
/// The entry of a plugin: its assembly holds exactly one public class that implements this and has a constructor
/// without parameters. The class keeps no state; one plugin may be configured as several instances.
/// </summary>
public interface IPaymentPlugin
{
    /// <summary>The provider's name as shoppers know it, by language (<c>zh</c>, <c>en</c>).</summary>
    IReadOnlyDictionary<string, string> DisplayNames { get; }

    /// <summary>The app in which the shopper pays.</summary>
    Wallet Wallet => Wallet.Other;

    /// <summary>Makes one configured instance. No network is used here.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong; the instance stays out of service and the message is shown to the operator.</exception>
    IPaymentProvider Create(ProviderContext context);
}

/// <summary>What the host gives to an instance.</summary>
/// <param name="Instance">The name of the instance in the configuration, for example <c>alipay</c>.</param>
/// <param name="Settings">The instance's settings.</param>
/// <param name="Http">The client for every call to the provider. It does not follow redirects, has no cookies and limits the size of an answer; the host cancels a call that takes too long. It is owned by the host: do not dispose it.</param>
/// <param name="Time">The clock.</param>
public sealed record ProviderContext(string Instance, ProviderSettings Settings, HttpClient Http, TimeProvider Time)
{
    /// <summary>
    /// Makes a client like <see cref="Http"/> that shows a certificate to the provider (mutual TLS). Called at most once per
    /// instance, while it is made; the client is owned by the host. The certificate must carry its private key.
    /// </summary>
    public Func<X509Certificate2, HttpClient> HttpWith { get; init; } = _ => throw new NotSupportedException("This host has no client that carries a certificate.");
}

/// <summary>
/// One payment provider, configured for one account.
/// </summary>
/// <remarks>
/// <para>The provider translates: it signs, sends, verifies, parses. It never retries, keeps no record, and never
/// decides that an order is paid. The host compares number, amount, currency and account of every report, stores it,
/// asks again when the answer is unknown, and sets every time limit.</para>
/// <para>All members may be called from several threads at once. An exception from any of them, like a null, means
/// <em>unknown</em>: it moves nothing. Ask <see cref="QueryAnswer.Unknown"/> for what is expected to go wrong, and let
/// the unexpected propagate.</para>
/// <para>Further powers are further interfaces on the same object: <see cref="IClosingProvider"/>, <see cref="IRefundingProvider"/>,
/// <see cref="IStatementProvider"/>, <see cref="IPayerProvider"/>, <see cref="Preflight.IPreflightProvider"/>.</para>
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>The account that this instance receives money for; reports that name another one are refused by the host.</summary>
    ProviderAccount Account { get; }

    /// <summary>The scenes that <see cref="StartAsync"/> serves, most usual first.</summary>
    IReadOnlyList<PaymentScene> Scenes { get; }

    /// <summary>
    /// Starts a payment, or makes the action of a started one again when <see cref="StartRequest.Resume"/> is given. The
    /// host has committed the attempt before it calls, and calls again with the same number and terms when an earlier
    /// answer was unknown; the provider's own rule that a number belongs to one set of terms makes that safe.
    /// </summary>
    Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the provider about a payment. A verified "does not exist" is a report with
    /// <see cref="ReportedState.NotFound"/>, because some providers know a payment only once the shopper has opened
    /// the cashier. Everything that is not a verified answer is <see cref="QueryAnswer.Unknown"/>.
    /// </summary>
    Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken);

    /// <summary>
    /// Verifies a notification: authenticity first, over the raw bytes, then the parsing. A message in which a parameter
    /// stands twice is refused as malformed, and so is one with U+0000 in a value that ends up in the report.
    /// </summary>
    ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Verifies the request with which the shopper's browser came back. Even a verified one is no proof of payment: the host
    /// asks. A provider that never signs a return answers <see cref="Verification.Unsigned"/>.
    /// </summary>
    ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken);

    /// <summary>The answer with which the provider stops sending a notification again.</summary>
    NotificationReply Acknowledge();

    /// <summary>The answer with which the provider knows that a notification was not accepted. Its status is below 500.</summary>
    NotificationReply Refuse();
}

/// <summary>A provider that can close a payment so that no money can come for it any more.</summary>
public interface IClosingProvider
{
    /// <summary>
    /// Closes an unpaid payment. The host has asked before and found it unpaid; a shopper who pays at this very moment
    /// makes the answer <see cref="CloseAnswer.AlreadyPaid"/>.
    /// </summary>
    Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken);
}

/// <summary>
/// A provider with scenes in which it must be told who pays (WeChat's <c>openid</c>). The shopper's browser is sent to the
/// provider, which knows it, and comes back with a code; the code is exchanged for the payer's id.
/// </summary>
public interface IPayerProvider
{
    /// <summary>The scenes that need <see cref="StartRequest.PayerId"/>; some of <see cref="IPaymentProvider.Scenes"/>.</summary>
    IReadOnlyList<PaymentScene> PayerScenes { get; }

    /// <summary>
    /// Where the browser goes to be identified, or null when the settings that this needs are absent; a payment of
    /// <see cref="PayerScenes"/> can then only be started by someone who knows the payer's id.
    /// </summary>
    /// <param name="callback">Where the provider sends the browser back to, with <c>code</c> and <c>state</c> in the query; absolute, without a query.</param>
    /// <param name="state">Comes back unchanged; 1 to 128 ASCII letters and digits.</param>
    Uri? AuthorizeUrl(Uri callback, string state);

    /// <summary>Exchanges the code, which works once, for the payer's id.</summary>
    Task<PayerAnswer> IdentifyPayerAsync(string code, CancellationToken cancellationToken);
}

/// <summary>The terms of one payment; frozen when the attempt was committed, equal on every call for the same number.</summary>
public sealed record StartRequest
{
    /// <summary>Our number: 1 to 32 ASCII letters and digits.</summary>
    public required string PaymentNo { get; init; }

    /// <summary>The amount.</summary>
    public required Money Amount { get; init; }

    /// <summary>What the shopper sees that they pay for. The plugin shortens and cleans it to the provider's rules.</summary>
    public required string Subject { get; init; }

    /// <summary>How the shopper pays; one of <see cref="IPaymentProvider.Scenes"/>.</summary>
    public required PaymentScene Scene { get; init; }

    /// <summary>Where the provider notifies; absolute, without a query.</summary>
    public required Uri NotifyUrl { get; init; }

    /// <summary>Where the shopper's browser comes back to; absolute, without a query.</summary>
    public required Uri ReturnUrl { get; init; }

    /// <summary>Where the shopper's browser goes when they give up; absolute.</summary>
    public required Uri QuitUrl { get; init; }

    /// <summary>When the attempt was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>After this moment (UTC) the provider must not take money for this number, as far as it can promise that.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The shopper's IP address as seen by the host; null when not known.</summary>
    public string? ClientIp { get; init; }

    /// <summary>
    /// The shopper's id at the provider (WeChat's openid), where the scene needs one, see <see cref="IPayerProvider"/>. The
    /// host does not store it, so it may be absent when <see cref="Resume"/> is given.
    /// </summary>
    public string? PayerId { get; init; }

    /// <summary>
    /// What an earlier <see cref="StartAnswer.Started"/> of the same number returned; null on the first call. What it stands
    /// for may have expired at the provider in the meantime: the plugin then asks for it anew.
    /// </summary>
    public string? Resume { get; init; }
}

/// <summary>Names one payment to its provider.</summary>
/// <param name="PaymentNo">Our number.</param>
/// <param name="ProviderTradeNo">The provider's number, once known.</param>
/// <param name="CreatedAt">When the attempt was made, UTC.</param>
public sealed record PaymentReference(string PaymentNo, string? ProviderTradeNo, DateTimeOffset CreatedAt);

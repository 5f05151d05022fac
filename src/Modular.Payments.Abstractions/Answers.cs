using System.Diagnostics.CodeAnalysis;

namespace Modular.Payments.Abstractions;

/// <summary>What came of verifying a message. The hierarchy is closed.</summary>
public abstract record Verification
{
    private Verification()
    {
    }

    /// <summary>The message is authentic; <paramref name="Report"/> holds what it says. A plugin returns this only after its signature check passed.</summary>
    public sealed record Verified(PaymentReport Report) : Verification;

    /// <summary>The message is authentic and about a refund. An answer to <see cref="IPaymentProvider.VerifyNotificationAsync"/> alone.</summary>
    /// <param name="Reports">What it says, one report for each refund that it names; at least one.</param>
    /// <param name="Payment">What the same message says of the payment, where it does.</param>
    public sealed record VerifiedRefund(IReadOnlyList<RefundReport> Reports, PaymentReport? Payment = null) : Verification;

    /// <summary>The message is not authentic, or is not what belongs here. It has no effect and is not acknowledged.</summary>
    /// <param name="Reason">The kind of refusal.</param>
    /// <param name="Detail">One sentence for the operator: what was wrong. It holds no secret and no full signature.</param>
    public sealed record Refused(RefusalReason Reason, string Detail) : Verification
    {
        /// <summary>The payment number that the unverified message names, if any. A hint: it may trigger a query and never settles anything.</summary>
        public string? PaymentNoHint { get; init; }

        /// <summary>The provider's number of the payment that the unverified message names, if any: 1 to 64 letters, digits and underscores. A hint by which people find the message.</summary>
        public string? ProviderTradeNoHint { get; init; }

        /// <summary>What was checked, for the signature doctor.</summary>
        public SignatureEvidence? Evidence { get; init; }
    }

    /// <summary>
    /// The browser came back, and the provider signs nothing that comes with it. It names a payment and proves nothing; the
    /// host asks the provider. An answer to <see cref="IPaymentProvider.VerifyReturnAsync"/> alone.
    /// </summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It means without a signature, and no number.")]
    public sealed record Unsigned(string PaymentNo) : Verification;

    /// <summary>Whether the message is authentic could not be found out now (the provider had to be asked and did not answer). It has no effect, is not acknowledged, and may be sent again.</summary>
    public sealed record Undecided(string Detail) : Verification
    {
        /// <summary>As <see cref="Refused.PaymentNoHint"/>.</summary>
        public string? PaymentNoHint { get; init; }

        /// <summary>As <see cref="Refused.ProviderTradeNoHint"/>.</summary>
        public string? ProviderTradeNoHint { get; init; }
    }
}

/// <summary>Why a message was refused.</summary>
public enum RefusalReason
{
    /// <summary>The message cannot be read: encoding, content type, charset, a parameter twice.</summary>
    Malformed,

    /// <summary>There is no signature.</summary>
    MissingSignature,

    /// <summary>The signature does not belong to these bytes and this key.</summary>
    WrongSignature,

    /// <summary>The message names an algorithm that is not accepted.</summary>
    WrongAlgorithm,

    /// <summary>The message names a key or certificate that is not known.</summary>
    UnknownKey,

    /// <summary>The message is older, or newer, than is accepted.</summary>
    Stale,

    /// <summary>
    /// The provider tests whether wrong signatures are refused (WeChat Pay's <c>WECHATPAY/SIGNTEST/</c>). Refused like any
    /// other, and counted apart, so that it alarms nobody.
    /// </summary>
    Probe,

    /// <summary>The message is authentic but not about a payment, or of an event that does not belong on this route.</summary>
    NotForHere,
}

/// <summary>What a signature check compared.</summary>
/// <param name="Canonical">The string that was checked, with secrets removed.</param>
/// <param name="Key">Which key was used: a serial number, a key id or the name of a setting; never the key.</param>
/// <param name="Algorithm">The algorithm, for example <c>RSA2</c>.</param>
public sealed record SignatureEvidence(string Canonical, string Key, string Algorithm);

/// <summary>What a query, or anything else that asks the provider about a payment, found out. The hierarchy is closed.</summary>
public abstract record QueryAnswer
{
    private QueryAnswer()
    {
    }

    /// <summary>The provider answered, and its answer was verified.</summary>
    public sealed record Known(PaymentReport Report) : QueryAnswer;

    /// <summary>Nothing was found out: a timeout, HTML, a system error, an unsigned or wrongly signed answer. It moves nothing.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    public sealed record Unknown(string Detail) : QueryAnswer;
}

/// <summary>What came of starting a payment. The hierarchy is closed.</summary>
public abstract record StartAnswer
{
    private StartAnswer()
    {
    }

    /// <summary>The shopper can pay now.</summary>
    /// <param name="Action">What the shopper's browser or app does next.</param>
    /// <param name="Resume">
    /// What the plugin needs to make the same action again without asking the provider (a QR content, a prepay id). The
    /// host stores it in plain text, so it holds no signature and no secret. Null when nothing is needed.
    /// </param>
    public sealed record Started(PaymentAction Action, string? Resume = null) : StartAnswer;

    /// <summary>The provider says that this number is paid already. The host asks and settles.</summary>
    public sealed record AlreadyPaid(string Detail) : StartAnswer;

    /// <summary>The provider understood the request and will not take it; asking again with the same values is useless.</summary>
    /// <param name="Code">The provider's code.</param>
    /// <param name="Detail">One sentence for the operator.</param>
    public sealed record Rejected(string Code, string Detail) : StartAnswer;

    /// <summary>The scene needs <see cref="StartRequest.PayerId"/>, which was not given; the provider was not asked.</summary>
    public sealed record PayerNeeded : StartAnswer;

    /// <summary>Whether the provider took the request is not known. The same number may be started again.</summary>
    public sealed record Unknown(string Detail) : StartAnswer;
}

/// <summary>What came of closing a payment at the provider. The hierarchy is closed.</summary>
public abstract record CloseAnswer
{
    private CloseAnswer()
    {
    }

    /// <summary>The provider will not take money for this number any more.</summary>
    public sealed record Closed : CloseAnswer;

    /// <summary>The provider has the money; the host asks and settles.</summary>
    public sealed record AlreadyPaid : CloseAnswer;

    /// <summary>The provider does not know the number yet, so there is nothing that it could close.</summary>
    public sealed record NotFound : CloseAnswer;

    /// <summary>The provider may not close the payment yet (WeChat v2's five minutes).</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    /// <param name="Possible">From when on it may, UTC; null when that is not known. The host closes it then.</param>
    public sealed record TooEarly(string Detail, DateTimeOffset? Possible = null) : CloseAnswer;

    /// <summary>Nothing was found out.</summary>
    public sealed record Unknown(string Detail) : CloseAnswer;
}

/// <summary>What came of exchanging a code for the payer's id. The hierarchy is closed.</summary>
public abstract record PayerAnswer
{
    private PayerAnswer()
    {
    }

    /// <summary>The provider named the payer.</summary>
    /// <param name="PayerId">The id, valid for the instance's own account; 1 to 128 characters.</param>
    public sealed record Identified(string PayerId) : PayerAnswer;

    /// <summary>The code is wrong, expired or was used before; the browser must be sent to the provider anew.</summary>
    /// <param name="Code">The provider's code, for example <c>40163</c>.</param>
    /// <param name="Detail">One sentence for the operator.</param>
    public sealed record CodeRefused(string Code, string Detail) : PayerAnswer;

    /// <summary>The provider refuses this instance's own settings, or could not answer; a new code would not help now.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    public sealed record Unknown(string Detail) : PayerAnswer;
}

/// <summary>What the shopper's browser or app does to pay. The hierarchy is closed.</summary>
public abstract record PaymentAction
{
    private PaymentAction()
    {
    }

    /// <summary>Go to an address with GET.</summary>
    public sealed record Redirect(Uri Url) : PaymentAction;

    /// <summary>Post a form. The host escapes the values.</summary>
    /// <param name="Url">Where to; it may carry a query.</param>
    /// <param name="Fields">The fields in order.</param>
    /// <param name="Charset">The charset in which the browser must encode the fields (<c>accept-charset</c>), for example <c>utf-8</c> or <c>gbk</c>.</param>
    public sealed record Form(Uri Url, IReadOnlyList<KeyValuePair<string, string>> Fields, string Charset = "utf-8") : PaymentAction;

    /// <summary>Show a QR code that the shopper scans with the provider's app.</summary>
    public sealed record QrCode(string Content) : PaymentAction;

    /// <summary>Hand parameters to a client on the shopper's device.</summary>
    /// <param name="Client"><c>wechat-jsapi</c>, <c>wechat-app</c> or <c>alipay-app</c>.</param>
    /// <param name="Parameters">The parameters by the names that the client expects.</param>
    public sealed record Invoke(string Client, IReadOnlyDictionary<string, string> Parameters) : PaymentAction;
}

/// <summary>The answer to a notification, byte for byte.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="ContentType">The content type.</param>
/// <param name="Body">The body; may be empty.</param>
public sealed record NotificationReply(int StatusCode, string ContentType, ReadOnlyMemory<byte> Body);

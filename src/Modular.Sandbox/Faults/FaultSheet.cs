using System.Text.Json.Serialization;
using Modular.Sandbox.Alipay.Bills;
using Modular.Sandbox.WeChat.Bills;
using Modular.Sandbox.WeChat.OAuth;

namespace Modular.Sandbox.Faults;

/// <summary>Everything that shall go wrong: for all trades, and for single ones by their merchant number.</summary>
internal sealed record FaultSheet : FaultSet
{
    public Dictionary<string, FaultSet> Trades { get; init => field = value ?? []; } = [];

    /// <summary>For exchanges of codes, which belong to no trade.</summary>
    public OAuthFault? OAuth { get; init; }

    /// <summary>For bills of WeChat Pay, which belong to no trade either.</summary>
    public WeChatBillFaults? WeChatBill { get; init; }

    /// <summary>For Alipay's bills, which belong to no single trade.</summary>
    public BillFaults? AlipayBill { get; init; }
}

internal record FaultSet
{
    public NotifyFaults? Notify { get; init; }

    public IReadOnlyList<GatewayFault>? Gateway { get; init; }

    public TradeFaults? Trade { get; init; }
}

/// <summary>What happens to notifications. A value left null is inherited from the faults of all trades.</summary>
internal sealed record NotifyFaults
{
    public bool? Drop { get; init; }

    public double? DelaySeconds { get; init; }

    /// <summary>How many further copies of the first delivery are sent.</summary>
    public int? Duplicate { get; init; }

    /// <summary>After the news of a payment, the older news that the trade waits for the buyer.</summary>
    public bool? Reorder { get; init; }

    /// <summary>Fields changed after signing.</summary>
    public Dictionary<string, string>? Tamper { get; init; }

    /// <summary>Fields changed before signing: a message that the gateway really signed, about something else.</summary>
    public Dictionary<string, string>? ResignTampered { get; init; }

    /// <summary>Signed with a key that nobody knows.</summary>
    public bool? WrongKey { get; init; }

    public bool? OmitSignature { get; init; }

    /// <summary>RSA signs with SHA-1 at Alipay; any other value is only announced. In API v2, MD5 or HMAC-SHA256 against the order's.</summary>
    public string? SignType { get; init; }

    /// <summary>WeChat's signature test: a signature that begins with WECHATPAY/SIGNTEST/ and is none.</summary>
    public bool? Probe { get; init; }

    /// <summary>How old the signed timestamp of a v3 notification is; negative: from the future.</summary>
    public double? StaleSeconds { get; init; }

    /// <summary>Another associated_data of a v3 notification, for which it is encrypted.</summary>
    public string? AssociatedData { get; init; }

    /// <summary>The encrypted resource of a v3 notification lacks the end of its authentication tag.</summary>
    public bool? TruncatedTag { get; init; }

    /// <summary>Another event_type of a v3 notification.</summary>
    public string? EventType { get; init; }

    /// <summary>API v2: a document type before the root.</summary>
    public bool? DocumentType { get; init; }

    public NotifyFaults Over(NotifyFaults? general) => general is null ? this : new()
    {
        Drop = Drop ?? general.Drop,
        DelaySeconds = DelaySeconds ?? general.DelaySeconds,
        Duplicate = Duplicate ?? general.Duplicate,
        Reorder = Reorder ?? general.Reorder,
        Tamper = Tamper ?? general.Tamper,
        ResignTampered = ResignTampered ?? general.ResignTampered,
        WrongKey = WrongKey ?? general.WrongKey,
        OmitSignature = OmitSignature ?? general.OmitSignature,
        SignType = SignType ?? general.SignType,
        Probe = Probe ?? general.Probe,
        StaleSeconds = StaleSeconds ?? general.StaleSeconds,
        AssociatedData = AssociatedData ?? general.AssociatedData,
        TruncatedTag = TruncatedTag ?? general.TruncatedTag,
        EventType = EventType ?? general.EventType,
        DocumentType = DocumentType ?? general.DocumentType,
    };
}

/// <summary>One way in which the gateway misbehaves.</summary>
internal sealed record GatewayFault
{
    public GatewayFaultKind Kind { get; init; }

    /// <summary>Methods it concerns, for example <c>alipay.trade.query</c> or <c>v3.query</c>; empty: all.</summary>
    public IReadOnlyList<string> Methods { get; init => field = value ?? []; } = [];

    public double SlowSeconds { get; init; }

    /// <summary>How many calls it still concerns; null: all.</summary>
    public int? Times { get; init; }

    /// <summary>The work is done and only the answer is lost or spoilt.</summary>
    public bool AfterWork { get; init; }

    public bool Concerns(string? method) => Methods.Count == 0 || (method is not null && Methods.Contains(method));
}

[JsonConverter(typeof(JsonStringEnumConverter<GatewayFaultKind>))]
internal enum GatewayFaultKind
{
    /// <summary>Nothing but the slowness.</summary>
    None,
    Http500,
    Html,

    /// <summary>No answer until the client gives up.</summary>
    Hang,

    /// <summary>The connection is torn down.</summary>
    Close,
    Empty,

    /// <summary>A right answer without its signature.</summary>
    Unsigned,

    /// <summary>A right answer with a signature of another key.</summary>
    WrongSignature,

    /// <summary>The gateway's answer that the outcome is unknown: 20000 at Alipay, SYSTEM_ERROR at WeChat Pay.</summary>
    SystemError,

    /// <summary>A right answer of API v3 whose signed timestamp is ten minutes old.</summary>
    StaleTimestamp,
}

internal sealed record TradeFaults
{
    /// <summary>For so long after a payment, queries still call it unpaid.</summary>
    public double? QueryLagSeconds { get; init; }

    /// <summary>The buyer pays this instead of the total.</summary>
    public string? PayAmount { get; init; }

    /// <summary>The buyer can pay a trade that is closed.</summary>
    public bool? PayAfterClose { get; init; }

    /// <summary>A refund is accepted at once and done so much later; null: at Alipay at once, at WeChat Pay as the settings say.</summary>
    public double? RefundDelaySeconds { get; init; }

    /// <summary>The seller's account does not hold what a refund needs.</summary>
    public bool? SellerShort { get; init; }

    /// <summary>What the callback of WeixinJSBridge hears whatever happened: ok, cancel or fail.</summary>
    public string? JsapiCallback { get; init; }

    /// <summary>The code with which refunds of a WeChat trade are refused: NOT_ENOUGH, USER_ACCOUNT_ABNORMAL or another.</summary>
    public string? RefundRefusal { get; init; }

    /// <summary>How accepted refunds of a WeChat trade end: SUCCESS, ABNORMAL, CLOSED, or PROCESSING for never.</summary>
    public string? RefundOutcome { get; init; }

    public TradeFaults Over(TradeFaults? general) => general is null ? this : new()
    {
        QueryLagSeconds = QueryLagSeconds ?? general.QueryLagSeconds,
        PayAmount = PayAmount ?? general.PayAmount,
        PayAfterClose = PayAfterClose ?? general.PayAfterClose,
        RefundDelaySeconds = RefundDelaySeconds ?? general.RefundDelaySeconds,
        SellerShort = SellerShort ?? general.SellerShort,
        JsapiCallback = JsapiCallback ?? general.JsapiCallback,
        RefundRefusal = RefundRefusal ?? general.RefundRefusal,
        RefundOutcome = RefundOutcome ?? general.RefundOutcome,
    };
}

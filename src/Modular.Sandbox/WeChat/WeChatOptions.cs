using Modular.Sandbox.WeChat.Bills;
using Modular.Sandbox.WeChat.OAuth;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox.WeChat;

/// <summary>The section <c>Sandbox:WeChat</c>. What the sources of the protocol disagree about is a setting here.</summary>
internal sealed class WeChatOptions
{
    public Dictionary<string, WeChatMerchantOptions> Merchants { get; set; } = [];

    /// <summary>Waits before each repeated notification of API v3.</summary>
    public string RetrySchedule { get; set; } = "15s,15s,30s,3m,10m,20m,30m,30m,30m,60m,3h,3h,3h,6h,6h";

    /// <summary>The same for API v2, whose older description has its own; newer ones give both APIs the schedule above.</summary>
    public string V2RetrySchedule { get; set; } = "15s,15s,30s,180s,1800s,1800s,1800s,1800s,3600s";

    /// <summary>How long a merchant may take to acknowledge.</summary>
    public string AckTimeout { get; set; } = "5s";

    /// <summary>How far the timestamp of a request to API v3 may be off.</summary>
    public string TimestampTolerance { get; set; } = "5m";

    /// <summary>The life of a prepay_id, which does not depend on the order's own end.</summary>
    public string PrepayLifetime { get; set; } = "2h";

    public string CodeUrlLifetime { get; set; } = "2h";

    public string H5Lifetime { get; set; } = "5m";

    /// <summary>When an unpaid order closes whose merchant names no end.</summary>
    public string DefaultExpiry { get; set; } = "7d";

    /// <summary>An earlier end is raised to this.</summary>
    public string ShortestExpiry { get; set; } = "1m";

    /// <summary>A later end is brought down to this; the page of the Native product says 7d.</summary>
    public string LongestExpiry { get; set; } = "15d";

    /// <summary>How API v3 calls a paid order when it refuses one: ORDERPAID or ORDER_PAID.</summary>
    public string PaidCode { get; set; } = "ORDERPAID";

    /// <summary>How API v3 refuses other terms for a known number: OUT_TRADE_NO_USED (403) or INVALID_REQUEST (400).</summary>
    public string ReorderCode { get; set; } = "OUT_TRADE_NO_USED";

    /// <summary>The associated_data of v3 notifications; the samples of the documentation leave it empty.</summary>
    public string AssociatedData { get; set; } = "transaction";

    /// <summary>What closing an unknown order answers: 404, or 204 as somebody reported.</summary>
    public int CloseUnknown { get; set; } = 404;

    /// <summary>Let a browser into the H5 cashier only from the address that the order names.</summary>
    public bool H5ChecksIp { get; set; }

    /// <summary>Answer and announce with the members in another order each time, as nobody may rely on the order.</summary>
    public bool ShuffleMembers { get; set; } = true;

    public RefundOptions Refunds { get; set; } = new();

    public BillOptions Bills { get; set; } = new();

    public OAuthOptions OAuth { get; set; } = new();

    public V2Options V2 { get; set; } = new();

    public TlsOptions Tls { get; set; } = new();
}

/// <summary>One merchant number with its application. Keys are PEM, bare Base64 or a file relative to the data folder.</summary>
internal sealed class WeChatMerchantOptions
{
    public string MchId { get; set; } = "";

    public string AppId { get; set; } = "";

    public string AppSecret { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>32 characters; without it nothing is announced by API v3.</summary>
    public string ApiV3Key { get; set; } = "";

    /// <summary>The key of API v2, 32 characters.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The serial number of the merchant's API certificate, in hexadecimal digits.</summary>
    public string MerchantSerialNo { get; set; } = "";

    /// <summary>Verifies the requests to API v3; without it they are all refused.</summary>
    public string MerchantPublicKey { get; set; } = "";

    /// <summary>False for a merchant of the public key mode, to whom no platform certificate was ever given.</summary>
    public bool Certificates { get; set; } = true;

    /// <summary>Made at the start when empty, together with the certificate.</summary>
    public string PlatformPrivateKey { get; set; } = "";

    public string PlatformCertificate { get; set; } = "";

    /// <summary><c>PUB_KEY_ID_…</c>; empty for a merchant without the public key mode.</summary>
    public string PublicKeyId { get; set; } = "";

    public string PublicKeyPrivateKey { get; set; } = "";

    /// <summary>Hosts, comma separated, whose pages may lead to the H5 cashier.</summary>
    public string H5Domains { get; set; } = "127.0.0.1,localhost";

    /// <summary>The host to which the web authorisation leads back.</summary>
    public string OAuthDomain { get; set; } = "127.0.0.1";

    /// <summary>Addresses, comma separated, below which a page may launch a payment; empty: any.</summary>
    public string JsapiDirectories { get; set; } = "";
}

namespace Modular.Sandbox.AlipayDirect;

/// <summary>The section <c>Sandbox:AlipayDirect</c>. What the sources of the protocol disagree about is a setting here.</summary>
internal sealed class AlipayDirectOptions
{
    public Dictionary<string, DirectMerchantOptions> Merchants { get; set; } = [];

    /// <summary>Waits before each repeated notification. Newer descriptions begin with 4m.</summary>
    public string RetrySchedule { get; set; } = "2m,10m,10m,1h,2h,6h,15h";

    /// <summary>How long a merchant may take to acknowledge.</summary>
    public string AckTimeout { get; set; } = "10s";

    /// <summary>Accept SUCCESS as well as success; international descriptions write it in capitals.</summary>
    public bool AckIgnoresCase { get; set; }

    /// <summary>
    /// The Content-Type of notifications, with <c>{charset}</c> in the place of the merchant's charset. The real gateway's has been seen
    /// to be irregular.
    /// </summary>
    public string NotifyContentType { get; set; } = "application/x-www-form-urlencoded; charset={charset}";

    /// <summary>Announce that a trade was closed unpaid; merchants of the advanced product may apply for it.</summary>
    public bool NotifyClosed { get; set; }

    /// <summary>How long the notify_id of a return may be verified.</summary>
    public string ReturnIdLifetime { get; set; } = "1m";

    /// <summary>How long a key of query_timestamp may be used.</summary>
    public string AntiPhishingKeyLifetime { get; set; } = "30s";

    /// <summary>Accept an _input_charset that stands in the body of a POST only.</summary>
    public bool CharsetInBody { get; set; }

    /// <summary>Whether a paid trade of the advanced product becomes TRADE_FINISHED by itself, and after how long; empty: never.</summary>
    public string FinishAfter { get; set; } = "";

    /// <summary>What the gateway keeps of a payment, as a row of its own in the account's log; a refund gives nothing of it back.</summary>
    public string FeeRate { get; set; } = "0.006";

    /// <summary>How many rows of the account's log a page has where the request does not say; at most 5000.</summary>
    public int AccountPageSize { get; set; } = 5000;

    /// <summary>The time to pay where the merchant names none.</summary>
    public string DefaultTimeout { get; set; } = "15d";
}

/// <summary>One contract: a key for MD5, a pair of keys for RSA, or both.</summary>
internal sealed class DirectMerchantOptions
{
    /// <summary>16 digits that begin with 2088.</summary>
    public string Partner { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>The security key (安全校验码) of MD5: 32 ASCII letters and digits.</summary>
    public string Key { get; set; } = "";

    /// <summary>Verifies requests signed with RSA.</summary>
    public string MerchantPublicKey { get; set; } = "";

    /// <summary>Signs answers, returns and notifications with RSA.</summary>
    public string AlipayPrivateKey { get; set; } = "";

    /// <summary><c>advanced</c>: a payment is TRADE_SUCCESS; <c>basic</c>: it is TRADE_FINISHED at once.</summary>
    public string Product { get; set; } = "advanced";

    /// <summary>Payments need a key of query_timestamp and the buyer's address.</summary>
    public bool AntiPhishing { get; set; }

    /// <summary>The contract includes refunds without a password.</summary>
    public bool RefundsWithoutPassword { get; set; } = true;

    /// <summary>The contract includes it_b_pay.</summary>
    public bool SelfTimeout { get; set; } = true;
}

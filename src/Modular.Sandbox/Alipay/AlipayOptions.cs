namespace Modular.Sandbox.Alipay;

/// <summary>The section <c>Sandbox:Alipay</c>. What the sources of the protocol disagree about is a setting here.</summary>
internal sealed class AlipayOptions
{
    public Dictionary<string, MerchantOptions> Merchants { get; set; } = [];

    /// <summary>Waits before each repeated notification. Older descriptions begin with 2m.</summary>
    public string RetrySchedule { get; set; } = "4m,10m,10m,1h,2h,6h,15h";

    /// <summary>How long a merchant may take to acknowledge.</summary>
    public string AckTimeout { get; set; } = "10s";

    /// <summary>Accept SUCCESS as well as success; international descriptions write it in capitals.</summary>
    public bool AckIgnoresCase { get; set; }

    /// <summary>
    /// How far a request's timestamp may be off; the official figure is not published. 0s checks nothing. A day, because
    /// the official Node.js SDK writes the local time of its machine and is served all the same.
    /// </summary>
    public string TimestampTolerance { get; set; } = "24h";

    /// <summary>Accept a charset that stands in the body only.</summary>
    public bool CharsetInBody { get; set; }

    /// <summary>Products (page, wap, app, qr) whose unpaid trades are announced; some accounts have it for qr.</summary>
    public string NotifyWaiting { get; set; } = "";

    /// <summary>Products whose closing without payment is announced.</summary>
    public string NotifyClosed { get; set; } = "wap,app";

    /// <summary>Products whose finishing is announced; descriptions disagree about wap.</summary>
    public string NotifyFinished { get; set; } = "wap,app";

    /// <summary>Send empty fields in notifications, signed as <c>name=</c>; normally they are left out.</summary>
    public bool NotifyEmptyFields { get; set; }

    /// <summary>What a notification of a certificate merchant does with alipay_cert_sn: none, signed or unsigned.</summary>
    public string NotifyCertificateSerial { get; set; } = "none";

    /// <summary>How a refund above what is left is refused; some descriptions say ACQ.REFUND_AMT_NOT_EQUAL_TOTAL.</summary>
    public string RefundTooMuchCode { get; set; } = "ACQ.REASON_TRADE_REFUND_FEE_ERR";

    /// <summary>What Alipay keeps of a payment, as a bill lists it; a refund gives its share back.</summary>
    public string FeeRate { get; set; } = "0.006";

    /// <summary>With which code a day without transactions has no bill (NO_BILL_DATA, BILL_NOT_EXIST); empty: a bill without lines.</summary>
    public string BillWhenEmpty { get; set; } = "";

    /// <summary>Whether a paid trade becomes TRADE_FINISHED by itself, and after how long; empty: never.</summary>
    public string FinishAfter { get; set; } = "";

    /// <summary>How long alipay.trade.cancel may still undo a payment.</summary>
    public string CancelWindow { get; set; } = "24h";

    public string DefaultTimeout { get; set; } = "15d";

    public string DefaultQrTimeout { get; set; } = "3h";

    /// <summary>A QR code dies after this whatever timeout was asked for.</summary>
    public string QrLifetime { get; set; } = "2h";

    /// <summary>Answer with the members in another order each time, as nobody may rely on the order.</summary>
    public bool ShuffleMembers { get; set; }
}

/// <summary>One application of a merchant: key mode, or certificate mode when a certificate is given.</summary>
internal sealed class MerchantOptions
{
    public string AppId { get; set; } = "";

    public string SellerId { get; set; } = "";

    public string Name { get; set; } = "";

    public string AppPublicKey { get; set; } = "";

    public string AlipayPrivateKey { get; set; } = "";

    public string AppCertificate { get; set; } = "";

    public string AlipayCertificate { get; set; } = "";

    public string AlipayRootCertificate { get; set; } = "";
}

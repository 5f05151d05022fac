namespace Modular.Sandbox.WeChat;

/// <summary>The states of a trade, by the names that both APIs use.</summary>
internal static class TradeState
{
    public const string NotPay = "NOTPAY";
    public const string Success = "SUCCESS";
    public const string Refund = "REFUND";
    public const string Closed = "CLOSED";

    /// <summary>The words beside the state in answers.</summary>
    public static string Description(string state) => state switch
    {
        Success => "支付成功",
        Refund => "订单发生过退款，退款详情请查询退款单",
        Closed => "订单已关闭",
        _ => "订单未支付",
    };
}

/// <summary>The ways to pay, by the names that settings, the control plane and the paths of API v3 use.</summary>
internal static class WeChatProduct
{
    public const string Jsapi = "jsapi";
    public const string Native = "native";
    public const string H5 = "h5";
    public const string App = "app";

    /// <summary>What answers and notifications call it.</summary>
    public static string TradeType(string product) => product switch
    {
        Jsapi => "JSAPI",
        Native => "NATIVE",
        H5 => "MWEB",
        _ => "APP",
    };
}

/// <summary>Which API an order came by, and therefore how its launch is signed and its payment announced.</summary>
internal static class WeChatApi
{
    public const string V2 = "v2";
    public const string V3 = "v3";
}

/// <summary>One trade with everything that happened to it. Read and changed only inside <see cref="WeChatBook.Locked"/>.</summary>
internal sealed class WeChatTrade
{
    public required string MchId { get; init; }

    public required string AppId { get; init; }

    /// <summary>The merchant's number, unique for a merchant number.</summary>
    public required string OutTradeNo { get; init; }

    /// <summary>28 digits. Known to the merchant only once the trade is paid.</summary>
    public string TransactionId { get; init; } = "4200" + Digits.Random(24);

    /// <summary>One of <see cref="WeChatApi"/>.</summary>
    public required string Api { get; init; }

    /// <summary>One of <see cref="WeChatProduct"/>.</summary>
    public required string Product { get; init; }

    public required string Description { get; init; }

    public required long TotalFen { get; init; }

    public required string NotifyUrl { get; init; }

    /// <summary>Everything that a second order of the same number must repeat, in a form that can be compared.</summary>
    public required string Terms { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string Attach { get; init; } = "";

    /// <summary>Whom the order names as the payer; empty for other products than jsapi.</summary>
    public string OpenId { get; init; } = "";

    public string ClientIp { get; init; } = "";

    public string DeviceId { get; init; } = "";

    /// <summary>MD5 or HMAC-SHA256 for an order of API v2, which the launch must be signed with too; empty for API v3.</summary>
    public string SignType { get; init; } = "";

    /// <summary>When it closes unpaid. Only the first order of a number fixes it.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public string State { get; set; } = TradeState.NotPay;

    /// <summary>Who opened the order first, after which nobody else can pay it.</summary>
    public string OpenedBy { get; set; } = "";

    public string PayerOpenId { get; set; } = "";

    /// <summary>What was paid: the total, unless a test had another amount paid.</summary>
    public long PaidFen { get; set; }

    /// <summary>What was given back or is on its way.</summary>
    public long RefundedFen => Refunds.Where(refund => refund.HoldsMoney).Sum(refund => refund.Fen);

    public DateTimeOffset? PaidAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>One for each order call, the oldest first.</summary>
    public List<PrepaySession> Sessions { get; init; } = [];

    /// <summary>The oldest first.</summary>
    public List<WeChatRefund> Refunds { get; init; } = [];

    public bool IsPaid => State is TradeState.Success or TradeState.Refund;

    public string TradeType => WeChatProduct.TradeType(Product);

    /// <summary>What the gateway calls the total: after a payment, what was paid.</summary>
    public long ReportedFen => PaidAt is null ? TotalFen : PaidFen;
}

/// <summary>What one order call gave the merchant to bring the payer to the cashier with.</summary>
internal sealed class PrepaySession
{
    public const string Prepay = "prepay";
    public const string Code = "code";
    public const string H5 = "h5";

    /// <summary><see cref="Prepay"/>, <see cref="Code"/> or <see cref="H5"/>, which decides how long it lives.</summary>
    public required string Kind { get; init; }

    /// <summary><c>wx…</c>, 36 characters.</summary>
    public required string PrepayId { get; init; }

    /// <summary>The part of the code_url or h5_url that tells it from others.</summary>
    public required string Token { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>A later order call has replaced this code.</summary>
    public bool IsDead { get; set; }

    public bool IsOver(DateTimeOffset now) => IsDead || ExpiresAt <= now;
}

namespace Modular.Sandbox.Alipay;

/// <summary>The states of a trade as the gateway names them, and the one before it exists there.</summary>
internal static class TradeStatus
{
    /// <summary>The merchant has a link or a code, but no buyer has opened it: queries do not find the trade.</summary>
    public const string NotOpened = "NOT_OPENED";
    public const string Waiting = "WAIT_BUYER_PAY";
    public const string Success = "TRADE_SUCCESS";
    public const string Closed = "TRADE_CLOSED";
    public const string Finished = "TRADE_FINISHED";
}

/// <summary>The ways to pay, by the names that settings and the control plane use.</summary>
internal static class Product
{
    public const string Page = "page";
    public const string Wap = "wap";
    public const string App = "app";
    public const string Qr = "qr";
}

/// <summary>One trade with everything that happened to it. Read and changed only inside <see cref="TradeBook.Locked"/>.</summary>
internal sealed class Trade
{
    public required string AppId { get; init; }

    public required string OutTradeNo { get; init; }

    public required string Product { get; init; }

    public required string Subject { get; init; }

    public string Body { get; init; } = "";

    public required long TotalFen { get; init; }

    public required string TradeNo { get; init; }

    /// <summary>The unguessable part of the cashier's and the QR code's address.</summary>
    public required string Token { get; init; }

    public string PassbackParams { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: the timeout is relative and counts from opening.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public string TimeoutExpress { get; init; } = "";

    /// <summary>How long a code may be scanned, where the merchant says less than the gateway.</summary>
    public string QrTimeoutExpress { get; init; } = "";

    public string Charset { get; set; } = "utf-8";

    public string NotifyUrl { get; set; } = "";

    public string ReturnUrl { get; set; } = "";

    public string QuitUrl { get; set; } = "";

    public string Status { get; set; } = TradeStatus.NotOpened;

    public DateTimeOffset? OpenedAt { get; set; }

    public DateTimeOffset? PaidAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>What the buyer paid: the total, unless a test had another amount paid.</summary>
    public long PaidFen { get; set; }

    public List<Refund> Refunds { get; init; } = [];

    /// <summary>What has gone back.</summary>
    public long RefundedFen => Refunds.Where(refund => !refund.IsPending).Sum(refund => refund.Fen);

    /// <summary>What has gone back or will.</summary>
    public long ClaimedFen => Refunds.Sum(refund => refund.Fen);

    public bool Exists => Status != TradeStatus.NotOpened;

    public bool IsPaid => Status is TradeStatus.Success or TradeStatus.Finished;

    /// <summary>Paid at some time, also when everything was given back since.</summary>
    public bool WasPaid => PaidAt is not null;

    /// <summary>What the gateway calls the total: after a payment, what was paid.</summary>
    public long ReportedFen => WasPaid ? PaidFen : TotalFen;

    public bool HasExpired(DateTimeOffset now) => ExpiresAt is { } end && end <= now;
}

/// <summary>Money that goes back.</summary>
internal sealed record Refund(string RequestNo, long Fen, string Reason)
{
    /// <summary>When it went back; while it has not, when it was asked for.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>Accepted, and the money has not moved.</summary>
    public bool IsPending { get; set; }

    /// <summary>When a pending refund is done by itself.</summary>
    public DateTimeOffset? DueAt { get; set; }
}

using Modular.Sandbox.Alipay;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>
/// One trade of the legacy gateway with everything that happened to it; the states are those of <see cref="TradeStatus"/>. Read and
/// changed only inside <see cref="DirectBook.Locked"/>.
/// </summary>
internal sealed class DirectTrade
{
    public required string Partner { get; init; }

    public required string OutTradeNo { get; init; }

    public required string Subject { get; init; }

    public string Body { get; init; } = "";

    public required long TotalFen { get; init; }

    /// <summary>Where the merchant gave price and quantity; otherwise the total, once.</summary>
    public required long PriceFen { get; init; }

    public int Quantity { get; init; } = 1;

    public required string TradeNo { get; init; }

    /// <summary>The unguessable part of the cashier's address.</summary>
    public required string Token { get; init; }

    public string ExtraCommonParam { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>In which the merchant spoke last, and is spoken to.</summary>
    public string Charset { get; set; } = "utf-8";

    /// <summary>With which the merchant signed last, and is signed for: MD5 or RSA.</summary>
    public string SignType { get; set; } = "MD5";

    public string NotifyUrl { get; set; } = "";

    public string ReturnUrl { get; set; } = "";

    public string ShowUrl { get; set; } = "";

    public string Status { get; set; } = TradeStatus.NotOpened;

    public DateTimeOffset? OpenedAt { get; set; }

    public DateTimeOffset? PaidAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>What the buyer paid: the total, unless a test had another amount paid.</summary>
    public long PaidFen { get; set; }

    /// <summary>The oldest first, with those that failed.</summary>
    public List<DirectRefund> Refunds { get; init; } = [];

    /// <summary>What has gone back.</summary>
    public long RefundedFen => Refunds.Where(refund => refund.IsDone).Sum(refund => refund.Fen);

    /// <summary>What has gone back or will.</summary>
    public long ClaimedFen => Refunds.Where(refund => refund.IsDone || refund.IsPending).Sum(refund => refund.Fen);

    /// <summary>When money went back last; null when none did.</summary>
    public DateTimeOffset? RefundedAt => Refunds.Where(refund => refund.IsDone).Select(refund => (DateTimeOffset?)refund.At).Max();

    public bool Exists => Status != TradeStatus.NotOpened;

    public bool IsPaid => Status is TradeStatus.Success or TradeStatus.Finished;

    /// <summary>Paid at some time, also when everything was given back since.</summary>
    public bool WasPaid => PaidAt is not null;

    /// <summary>What the gateway calls the total: after a payment, what was paid.</summary>
    public long ReportedFen => WasPaid ? PaidFen : TotalFen;

    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;
}

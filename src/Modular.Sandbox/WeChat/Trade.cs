namespace Modular.Sandbox.WeChat;

internal sealed class Trade
{
    public required string AppId { get; init; }
    public required string MchId { get; init; }
    public required string OutTradeNo { get; init; }
    public required string TradeType { get; init; }
    public required string Description { get; init; }
    public required long TotalFen { get; init; }
    public required string NotifyUrl { get; init; }
    /// <summary>Everything of the order that a second order must repeat.</summary>
    public required string Terms { get; init; }
    public required string TransactionId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string Attach { get; init; } = "";
    public string OpenId { get; init; } = "";
    public string ClientIp { get; init; } = "";
    public string DeviceInfo { get; init; } = "";
    public string Algorithm { get; init; } = "MD5";
    public DateTimeOffset? ExpiresAt { get; init; }
    public string State { get; set; } = "NOTPAY";
    public string Payer { get; set; } = "";
    public string Shopper { get; set; } = "";
    public long PaidFen { get; set; }
    public DateTimeOffset? PaidAt { get; set; }
    public List<Prepay> Prepays { get; } = [];
    public bool IsPaid => PaidAt is not null;
}

internal sealed record Prepay(string Id, string Code, DateTimeOffset At);

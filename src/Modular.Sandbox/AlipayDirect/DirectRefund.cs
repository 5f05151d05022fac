namespace Modular.Sandbox.AlipayDirect;

/// <summary>One item of a batch of refunds, as its trade remembers it; also of a refund that failed, because its number is used up.</summary>
/// <param name="BatchNo">The merchant's number of the batch.</param>
internal sealed record DirectRefund(string BatchNo, long Fen, string Reason)
{
    public const string Success = "SUCCESS";

    /// <summary>When it ended; while it has not, when it was asked for.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>SUCCESS or the code with which it failed; null while it is in process.</summary>
    public string? Outcome { get; set; }

    /// <summary>When it ends by itself while it is in process.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Where its end is announced; empty for nowhere, as for refunds at the console.</summary>
    public string NotifyUrl { get; init; } = "";

    public string Charset { get; init; } = "utf-8";

    public string SignType { get; init; } = "MD5";

    public bool IsDone => Outcome == Success;

    public bool IsPending => Outcome is null;
}

/// <summary>A checked batch that may be made: by a server at once, or by an operator who enters the password.</summary>
internal sealed record RefundBatch(string Partner, string BatchNo, string NotifyUrl, string Charset, string SignType, IReadOnlyList<RefundItem> Items);

internal sealed record RefundItem(string TradeNo, long Fen, string Reason);

/// <summary>What became of an item.</summary>
internal sealed record RefundResult(string TradeNo, long Fen, string Outcome);

namespace Modular.Sandbox.WeChat;

/// <summary>The states of a refund. API v2 has other names for two of them.</summary>
internal static class RefundStatus
{
    public const string Processing = "PROCESSING";
    public const string Success = "SUCCESS";

    /// <summary>Given up; nothing has moved. REFUNDCLOSE in API v2, FAIL in bills.</summary>
    public const string Closed = "CLOSED";

    /// <summary>A person must find the buyer another way. CHANGE in API v2 and in bills.</summary>
    public const string Abnormal = "ABNORMAL";

    public static bool IsKnown(string status) => status is Processing or Success or Closed or Abnormal;
}

/// <summary>One refund of a trade, whichever API asked for it. Read and changed only inside <see cref="WeChatBook.Locked"/>.</summary>
internal sealed class WeChatRefund
{
    /// <summary>One of <see cref="WeChatApi"/>: whose words it is announced in.</summary>
    public required string Api { get; init; }

    /// <summary>The merchant's number, unique for a merchant number over both APIs.</summary>
    public required string OutRefundNo { get; init; }

    /// <summary>29 digits.</summary>
    public string RefundId { get; init; } = "503" + Digits.Random(26);

    public required long Fen { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>Where its end is announced; empty: nowhere.</summary>
    public string NotifyUrl { get; init; } = "";

    /// <summary>Everything that a second request of the same number must repeat, in a form that can be compared.</summary>
    public required string Terms { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>One of <see cref="RefundStatus"/>.</summary>
    public string Status { get; set; } = RefundStatus.Processing;

    /// <summary>When it ends by itself, and how; null: only the control plane ends it.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>How it ends by itself.</summary>
    public string Outcome { get; set; } = RefundStatus.Success;

    /// <summary>When the money arrived.</summary>
    public DateTimeOffset? SucceededAt { get; set; }

    public bool IsFinal => Status is RefundStatus.Success or RefundStatus.Closed;

    /// <summary>Whether it counts against what is left of the payment.</summary>
    public bool HoldsMoney => Status != RefundStatus.Closed;
}

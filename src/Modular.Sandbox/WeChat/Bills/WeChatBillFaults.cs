namespace Modular.Sandbox.WeChat.Bills;

/// <summary>What is wrong with bills of WeChat Pay. Lines are named by the number of a refund or, for a payment, of the trade.</summary>
internal sealed record WeChatBillFaults
{
    /// <summary>No fault but a switch for tests: there is a bill of every day, today's too.</summary>
    public bool Ready { get; init; }

    /// <summary>The answer names the hash of something else.</summary>
    public bool WrongHash { get; init; }

    /// <summary>The hash is that of the compressed file, about which the documentation is silent.</summary>
    public bool HashOfFile { get; init; }

    /// <summary>The file unfolds to a gibibyte of empty lines.</summary>
    public bool Bomb { get; init; }

    /// <summary>The file lacks this column.</summary>
    public string? MissingColumn { get; init; }

    /// <summary>The totals are a fen, and a line, too high.</summary>
    public bool WrongTotals { get; init; }

    /// <summary>Lines left out, and not in the totals either.</summary>
    public IReadOnlyList<string> Drop { get; init => field = value ?? []; } = [];

    /// <summary>Other amounts, in yuan, for lines; the totals follow.</summary>
    public Dictionary<string, string> Amounts { get; init => field = value ?? []; } = [];

    /// <summary>Lines of payments and refunds that nobody made; the totals follow.</summary>
    public IReadOnlyList<AddedBillLine> Add { get; init => field = value ?? []; } = [];

    /// <summary>Instead of the sandbox's own, the beginning of the download_url: <c>https://169.254.169.254</c>.</summary>
    public string? Host { get; init; }

    /// <summary>The download answers 302 to this address.</summary>
    public string? RedirectTo { get; init; }
}

/// <summary>A line that stands for nothing.</summary>
/// <param name="Amount">In yuan.</param>
/// <param name="OutRefundNo">Makes it a refund.</param>
internal sealed record AddedBillLine(string OutTradeNo, string Amount, string? OutRefundNo = null);

namespace Modular.Sandbox.Alipay.Bills;

/// <summary>What is wrong with bills. They are made when they are downloaded, so a fault also concerns links that were given out before.</summary>
internal sealed record BillFaults
{
    /// <summary>Every day has a bill already, the present one too.</summary>
    public bool? Ready { get; init; }

    /// <summary>No day has one.</summary>
    public bool? NotReady { get; init; }

    /// <summary>The totals at the end are one fen and one line off.</summary>
    public bool? WrongTotals { get; init; }

    /// <summary>The name of a column that is left out.</summary>
    public string? MissingColumn { get; init; }

    /// <summary>How many mebibytes of empty lines the file unfolds to besides.</summary>
    public int? BombMebibytes { get; init; }

    /// <summary>What stands before the names in the ZIP file, for example <c>../../</c>.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>How many further, empty entries the ZIP file has.</summary>
    public int? Entries { get; init; }

    /// <summary>How many rows of garbage stand among the lines.</summary>
    public int? GarbageRows { get; init; }

    /// <summary>The ZIP file ends in its middle.</summary>
    public bool? CutOff { get; init; }

    /// <summary>Numbers of payments or refunds whose lines are left out; the totals agree with the rest.</summary>
    public IReadOnlyList<string> Drop { get; init => field = value ?? []; } = [];

    /// <summary>Numbers of payments or refunds that are listed with another amount, in yuan; the totals agree with it.</summary>
    public Dictionary<string, string> Amounts { get; init => field = value ?? []; } = [];

    /// <summary>Lines of transactions that never were.</summary>
    public IReadOnlyList<ForeignLine> Add { get; init => field = value ?? []; } = [];

    /// <summary>Another address in the gateway's signed answer.</summary>
    public string? DownloadUrl { get; init; }

    /// <summary>The download answers with a redirect to here.</summary>
    public string? RedirectTo { get; init; }
}

/// <summary>A line of a transaction that never was.</summary>
/// <param name="OutTradeNo">The payment's number.</param>
/// <param name="Amount">Yuan, positive.</param>
/// <param name="OutRequestNo">The refund's number; without one it is a payment.</param>
internal sealed record ForeignLine(string OutTradeNo, string Amount, string? OutRequestNo = null);

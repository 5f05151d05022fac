namespace Modular.Payments.Abstractions;

/// <summary>A provider whose bill of a day can be fetched, to be compared with what is known here.</summary>
public interface IStatementProvider
{
    /// <summary>
    /// Fetches the bill of one calendar day at +08:00. Files are read as a stream and never held whole: the memory does not
    /// grow with the day. The lines are only to be believed once all of them were read, because hashes and totals stand at the end.
    /// </summary>
    Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken);
}

/// <summary>What came of fetching a bill. The hierarchy is closed.</summary>
public abstract record StatementAnswer
{
    private StatementAnswer()
    {
    }

    /// <summary>The bill is being read.</summary>
    /// <param name="Lines">
    /// The lines in the file's order, to be read once. Reading throws a <see cref="StatementException"/> when the file is not
    /// what it should be: a missing column, a wrong hash, totals that differ from the lines, a bound that was passed.
    /// </param>
    public sealed record Ready(IAsyncEnumerable<StatementLine> Lines) : StatementAnswer;

    /// <summary>The provider says, verifiably, that the day has no transactions.</summary>
    public sealed record Empty : StatementAnswer;

    /// <summary>The bill is not made yet; it is fetched again later.</summary>
    public sealed record NotReady(string Detail) : StatementAnswer;

    /// <summary>Nothing was found out.</summary>
    public sealed record Unknown(string Detail) : StatementAnswer;
}

/// <summary>What a line of a bill is about.</summary>
public enum StatementLineKind
{
    /// <summary>Money that a shopper paid.</summary>
    Payment,

    /// <summary>Money that went back.</summary>
    Refund,
}

/// <summary>One transaction of a bill. Amounts are positive whatever their sign in the file.</summary>
public sealed record StatementLine
{
    /// <summary>What the line is about.</summary>
    public required StatementLineKind Kind { get; init; }

    /// <summary>The merchant's number of the payment as it stands in the bill; it need not be one of ours.</summary>
    public required string PaymentNo { get; init; }

    /// <summary>The provider's number of the payment.</summary>
    public string? ProviderTradeNo { get; init; }

    /// <summary>The merchant's number of the refund; only of a refund.</summary>
    public string? RefundNo { get; init; }

    /// <summary>The provider's number of the refund, where it has one.</summary>
    public string? ProviderRefundNo { get; init; }

    /// <summary>The whole amount of the payment, or of the refund.</summary>
    public required Money Amount { get; init; }

    /// <summary>What the provider keeps of it, in minor units; negative when it gives a fee back.</summary>
    public long FeeMinor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>False for a refund that the bill lists as accepted and not done, or as failed.</summary>
    public bool IsDone { get; init; } = true;

    /// <summary>The application that it was paid through, where the bill names it.</summary>
    public string? App { get; init; }

    /// <summary>The bill's own word for the state, for people.</summary>
    public string? ProviderState { get; init; }
}

/// <summary>A bill cannot be used. The message is one sentence for the operator, without the contents of lines.</summary>
public sealed class StatementException : Exception
{
    /// <summary>Without a message; better say what is wrong.</summary>
    public StatementException()
    {
    }

    /// <summary>With one sentence for the operator.</summary>
    public StatementException(string message)
        : base(message)
    {
    }

    /// <summary>With one sentence for the operator and what led to it.</summary>
    public StatementException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

namespace Modular.Payments;

/// <summary>How statements are fetched and compared.</summary>
public sealed record ReconciliationOptions
{
    /// <summary>How long after midnight (+08:00) the bill of the day before is asked for: 10:00, when all providers promise it.</summary>
    public TimeSpan ReadyAfter { get; init; } = TimeSpan.FromHours(10);

    /// <summary>How many days back an outage is caught up with.</summary>
    public int CatchUpDays { get; init; } = 31;

    /// <summary>How long a bill may take to arrive: 512 MiB at ten megabits a second.</summary>
    public TimeSpan FetchBudget { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the reading of a bill may take; together with the above shorter than the lease of the day.</summary>
    public TimeSpan ReadBudget { get; init; } = TimeSpan.FromMinutes(20);
}

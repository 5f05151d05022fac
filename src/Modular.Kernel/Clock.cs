namespace Modular.Kernel;

/// <summary>Reads the clock the way the databases keep time.</summary>
public static class Clock
{
    /// <summary>Now, in UTC, cut to whole microseconds: what PostgreSQL can store, so that a value read back equals the one written.</summary>
    public static DateTimeOffset UtcNow(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

namespace Modular.Testing.Hosting;

/// <summary>
/// The real clock, moved: waits and timers take real time, but what time it is can be pushed forward and back. Pushed forward, it is as
/// if the time had passed, so elapsed time grows with it; pushed back, only the wall clock is wrong.
/// </summary>
public sealed class TestClock : TimeProvider
{
    // Bills and limits go by the day at +08:00, and a test that began on one day must not end on the next by chance.
    private static readonly TimeSpan MidnightInChina = TimeSpan.FromHours(16);

    private long offsetTicks = TimeUntilNoMidnight(System.GetUtcNow().TimeOfDay).Ticks;
    private long passedTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref offsetTicks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref passedTicks);

    private static TimeSpan TimeUntilNoMidnight(TimeSpan timeOfDay) =>
        timeOfDay > MidnightInChina - TimeSpan.FromMinutes(20) && timeOfDay < MidnightInChina ? MidnightInChina - timeOfDay + TimeSpan.FromMinutes(1) : TimeSpan.Zero;

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref offsetTicks, by.Ticks);
        Interlocked.Add(ref passedTicks, Math.Max(0, by.Ticks));
    }
}

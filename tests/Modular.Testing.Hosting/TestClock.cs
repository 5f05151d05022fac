namespace Modular.Testing.Hosting;

/// <summary>
/// The real clock, moved: waits and timers take real time, but what time it is can be pushed forward and back. Pushed forward, it is as
/// if the time had passed, so elapsed time grows with it; pushed back, only the wall clock is wrong.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private long offsetTicks;
    private long passedTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref offsetTicks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref passedTicks);

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref offsetTicks, by.Ticks);
        Interlocked.Add(ref passedTicks, Math.Max(0, by.Ticks));
    }
}

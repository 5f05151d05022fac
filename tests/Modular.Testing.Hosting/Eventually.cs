namespace Modular.Testing.Hosting;

/// <summary>Waits for something that another thread or program brings about, with a deadline and a reason.</summary>
public static class Eventually
{
    /// <summary>Looks every few milliseconds until <paramref name="look"/> gives what is expected.</summary>
    public static async Task<T> BecomesAsync<T>(T expected, Func<Task<T>> look, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(look);
        using var deadline = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        T last;
        do
        {
            last = await look();
            if (EqualityComparer<T>.Default.Equals(last, expected))
            {
                return last;
            }
        }
        while (!deadline.IsCancellationRequested && await pause.WaitForNextTickAsync(CancellationToken.None));

        throw new TimeoutException($"Expected {expected}, and the last look showed {last}.");
    }
}

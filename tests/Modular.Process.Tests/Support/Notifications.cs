using System.Collections.Concurrent;

namespace Modular.Process.Tests.Support;

/// <summary>Many notifications over several connections at once.</summary>
public static class Notifications
{
    private const int Connections = 8;

    /// <summary>Sends all forms and strikes once so many are acknowledged, while the others are under way.</summary>
    /// <returns>The places of the acknowledged ones, and what the others were answered.</returns>
    public static async Task<(IReadOnlyCollection<int> Acknowledged, IReadOnlyCollection<(int Index, int Status, TimeSpan Took)> Others)> SendAsync(
        ShopProcess shop, IReadOnlyList<string> forms, int strikeAfter, Func<Task> strike)
    {
        ArgumentNullException.ThrowIfNull(shop);
        var acknowledged = new ConcurrentQueue<int>();
        var others = new ConcurrentQueue<(int, int, TimeSpan)>();
        var count = 0;
        Task? striking = null;
        await Parallel.ForAsync(0, forms.Count, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (index, _) =>
        {
            var began = TimeProvider.System.GetTimestamp();
            var (status, body) = await shop.NotifyAsync(forms[index]);
            if (status != 200 || body != "success")
            {
                others.Enqueue((index, status, TimeProvider.System.GetElapsedTime(began)));
                return;
            }

            acknowledged.Enqueue(index);
            if (Interlocked.Increment(ref count) == strikeAfter)
            {
                striking = strike();
            }
        });
        await (striking ?? Task.CompletedTask);
        return (acknowledged, others);
    }
}

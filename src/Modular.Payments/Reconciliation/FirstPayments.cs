using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// Knows when each provider instance got its first payment, whether or not anything came of it: from that day on its bills are wanted. Payments
/// are never deleted, so that it is looked up once; while there is none, only those are looked at that came since the last look. Thread-safe.
/// </summary>
internal sealed class FirstPayments
{
    // Rows may become visible after others that have higher numbers, for as long as a transaction lasts.
    private const long Margin = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> began = new();
    private readonly ConcurrentDictionary<string, long> seen = new();

    /// <summary>When the instance's first payment was made; null when it has none.</summary>
    public async Task<DateTimeOffset?> OfAsync(ModularDbContext db, string provider, CancellationToken cancellationToken)
    {
        if (began.TryGetValue(provider, out var known))
        {
            return known;
        }

        var last = await db.Set<Payment>().MaxAsync(p => (long?)p.Id, cancellationToken) ?? 0;
        var after = seen.GetValueOrDefault(provider);
        var first = await db.Set<Payment>().Where(p => p.Id > after && p.Provider == provider).OrderBy(p => p.Id).Select(p => (DateTimeOffset?)p.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken);
        if (first is { } moment)
        {
            began[provider] = moment;
        }
        else
        {
            seen[provider] = Math.Max(0, last - Margin);
        }

        return first;
    }
}

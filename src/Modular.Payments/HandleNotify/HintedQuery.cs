using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// What a refused notification may still do: when it names an open payment, that payment's next check is brought forward. The
/// hint may save an order whose notifications cannot be verified; it can never settle one, because the sweep asks the provider.
/// One payment is asked at most once a minute for hints, and numbers cannot be guessed, so nobody can make us ask much.
/// </summary>
internal sealed class HintedQuery(ModularDbContext db, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public async Task TakeAsync(string instance, string paymentNo, CancellationToken cancellationToken)
    {
        if (!Numbers.IsWellFormed(paymentNo))
        {
            return;
        }

        var now = time.UtcNow();
        await db.ExecuteSqlAsync(
            """
            UPDATE payments_payments SET next_check_at = @now
            WHERE payment_no = @no AND provider = @provider AND status IN ('pending', 'superseded') AND next_check_at > @now
              AND (last_checked_at IS NULL OR last_checked_at <= @before)
            """,
            [("now", db.Dialect.TimeParameter(now)), ("no", paymentNo), ("provider", instance), ("before", db.Dialect.TimeParameter(now - Pause))],
            cancellationToken);
    }
}

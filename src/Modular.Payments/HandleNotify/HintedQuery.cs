using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// What a message that is not believed may still do: when it names an open payment, that payment's next check is brought forward. The
/// hint may save an order whose notifications cannot be verified; it can never settle one, because the sweep asks the provider.
/// One payment is asked at most once a minute for hints, and numbers cannot be guessed, so nobody can make us ask much.
/// </summary>
internal sealed partial class HintedQuery(ModularDbContext db, TimeProvider time, ILogger<HintedQuery> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Has the payment asked about now, or a minute after it was asked last. It never fails.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The sweep comes to the payment without the hint as well.")]
    public async Task TakeAsync(string instance, string paymentNo, CancellationToken cancellationToken)
    {
        if (!Numbers.IsWellFormed(paymentNo))
        {
            return;
        }

        try
        {
            var payments = db.Set<Payment>().Where(p => p.PaymentNo == paymentNo && p.Provider == instance && (p.Status == PaymentStatus.Pending || p.Status == PaymentStatus.Superseded));
            var checkedAt = await payments.Select(p => p.LastCheckedAt).SingleOrDefaultAsync(cancellationToken);
            var now = time.UtcNow();
            DateTimeOffset? due = checkedAt + Pause > now ? checkedAt + Pause : now;
            await payments.Where(p => p.NextCheckAt > due).ExecuteUpdateAsync(set => set.SetProperty(p => p.NextCheckAt, due), cancellationToken);
        }
        catch (Exception e)
        {
            LogHintLost(instance, e.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment that a message at {Instance} names could not be brought forward ({Error})")]
    private partial void LogHintLost(string instance, string error);
}

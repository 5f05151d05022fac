using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments.Calls;

/// <summary>Deletes the records of calls whose time is over: they are kept as long as the inbox's messages. Returns how many.</summary>
public static class ForgetCalls
{
    public sealed record Command : IRequest<int>;

    internal sealed class Handler(ModularDbContext db, PaymentsOptions options, TimeProvider time) : IRequestHandler<Command, int>
    {
        private const int BatchSize = 1000;

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            for (var total = 0; ;)
            {
                var deleted = await db.ExecuteSqlAsync(
                    $"DELETE FROM payments_calls WHERE id IN (SELECT id FROM payments_calls WHERE at < @end ORDER BY at LIMIT {BatchSize})",
                    [("end", db.Dialect.TimeParameter(time.UtcNow() - options.InboxRetention))],
                    cancellationToken);
                total += deleted;
                if (deleted < BatchSize)
                {
                    return total;
                }
            }
        }
    }
}

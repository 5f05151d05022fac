using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Deletes the deliveries whose time is over (<c>Modular:Webhooks:Retention</c>), in batches that lock nobody out. Returns how many.</summary>
public static class ForgetDeliveries
{
    public sealed record Command : IRequest<int>;

    internal sealed class Handler(ModularDbContext db, WebhookOptions options, TimeProvider time) : IRequestHandler<Command, int>
    {
        private const int BatchSize = 1000;

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = 0;
            while (true)
            {
                var deleted = await db.ExecuteSqlAsync(
                    $"DELETE FROM webhooks_deliveries WHERE id IN (SELECT id FROM webhooks_deliveries WHERE created_at < @end ORDER BY created_at LIMIT {BatchSize})",
                    [("end", db.Dialect.TimeParameter(time.UtcNow() - options.Retention))],
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

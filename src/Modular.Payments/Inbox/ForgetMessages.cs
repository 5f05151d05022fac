using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Deletes the inbox's messages whose time is over (<c>Modular:Inbox:Retention</c>), in batches that lock nobody out. Returns how many.</summary>
public static class ForgetMessages
{
    public sealed record Command : IRequest<int>;

    internal sealed class Handler(ModularDbContext db, PaymentsOptions options, TimeProvider time) : IRequestHandler<Command, int>
    {
        private const int BatchSize = 1000;

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = 0;
            while (true)
            {
                var deleted = await db.ExecuteSqlAsync(
                    $"DELETE FROM payments_inbox WHERE id IN (SELECT id FROM payments_inbox WHERE received_at < @end ORDER BY received_at LIMIT {BatchSize})",
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

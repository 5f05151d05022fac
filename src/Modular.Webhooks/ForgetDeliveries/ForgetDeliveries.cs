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
        public Task<int> Handle(Command command, CancellationToken cancellationToken) => db.DeleteInBatchesAsync(
            "webhooks_deliveries", "WHERE created_at < @end ORDER BY created_at", [("end", db.Dialect.TimeParameter(time.UtcNow() - options.Retention))], 0, cancellationToken);
    }
}

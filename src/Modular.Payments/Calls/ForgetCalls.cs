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
        public Task<int> Handle(Command command, CancellationToken cancellationToken) => db.DeleteInBatchesAsync(
            "payments_calls", "WHERE at < @end ORDER BY at", [("end", db.Dialect.TimeParameter(time.UtcNow() - options.InboxRetention))], 0, cancellationToken);
    }
}

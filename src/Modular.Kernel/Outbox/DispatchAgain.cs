using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Kernel.Outbox;

/// <summary>
/// Lets an event that was given up be delivered again, with as many tries as a new one. False when there is no such event or it
/// is not given up, so that asking twice changes nothing.
/// </summary>
public sealed record DispatchAgain(long Id) : IRequest<bool>;

internal sealed class DispatchAgainHandler(ModularDbContext db, TimeProvider time) : IRequestHandler<DispatchAgain, bool>
{
    public async Task<bool> Handle(DispatchAgain request, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        return await db.Set<OutboxMessage>().Where(m => m.Id == request.Id && m.DueAt == null && m.DeliveredAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, now).SetProperty(m => m.Attempts, 0), cancellationToken) > 0;
    }
}

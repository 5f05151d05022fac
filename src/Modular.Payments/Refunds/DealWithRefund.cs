using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// An operator has dealt with a refund that has ended and called a person: it failed, or the provider says of it what does not fit. The mark
/// goes and the trail keeps what was done; nothing of the money changes. Saying it twice does it once.
/// </summary>
public static class DealWithRefund
{
    /// <param name="RefundNo">The refund.</param>
    /// <param name="Note">What was done about it, in the operator's words.</param>
    /// <param name="By">Who did it.</param>
    public sealed record Command(string RefundNo, string? Note, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,
        DealtWith,

        /// <summary>It needs nobody, or it is under way and is ended otherwise, see <see cref="FinishRefund"/> and <see cref="ApproveRefund"/>.</summary>
        NothingToDealWith,
    }

    internal sealed class Handler(ModularDbContext db, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == command.RefundNo, cancellationToken) is not { } refund)
            {
                return Outcome.NotFound;
            }

            var ended = await db.Set<Refund>()
                .Where(r => r.Id == refund.Id && r.NeedsAttention && r.Version == refund.Version && (r.Status == RefundStatus.Failed || r.Status == RefundStatus.Succeeded))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(r => r.NeedsAttention, false).SetProperty(r => r.NextCheckAt, (DateTimeOffset?)null).SetProperty(r => r.Version, r => r.Version + 1),
                    cancellationToken);
            if (ended == 0)
            {
                return Outcome.NothingToDealWith;
            }

            var detail = $"{refund.Status.ToText()}, {refund.StatusReason ?? "-"}{(command.Note?.Trim() is { Length: > 0 } note ? $": {note}" : "")}";
            db.Add(AuditEntry.Of(command.By, OperatorAction.RefundDealtWith, refund.RefundNo, detail, Outcome.DealtWith.ToText(), time.UtcNow()));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return Outcome.DealtWith;
        }
    }
}

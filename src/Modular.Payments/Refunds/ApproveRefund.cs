using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// A second operator confirms, or turns down, a refund above the limit. Whoever asked for it cannot confirm it, and may withdraw it.
/// </summary>
public static class ApproveRefund
{
    public sealed record Command(string RefundNo, string Operator, bool Approve) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,
        Approved,

        /// <summary>It is turned down; the sum is free again.</summary>
        TurnedDown,

        /// <summary>Whoever asked for it took it back; the sum is free again.</summary>
        Withdrawn,

        /// <summary>It was decided about already.</summary>
        NothingToDecide,

        /// <summary>The same operator asked for it.</summary>
        SamePerson,
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == command.RefundNo, cancellationToken) is not { } refund)
            {
                return Outcome.NotFound;
            }

            var isOwn = refund.RequestedBy == command.Operator;
            if (isOwn && command.Approve)
            {
                return Outcome.SamePerson;
            }

            return command.Approve ? await ApproveAsync(refund, command, cancellationToken) : await TurnDownAsync(refund, command, isOwn, cancellationToken);
        }

        private async Task<Outcome> ApproveAsync(Refund refund, Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await PaymentRow.LockAsync(db, refund.PaymentNo, cancellationToken);
            var others = await db.Set<Refund>().AsNoTracking().Where(r => r.PaymentNo == refund.PaymentNo && r.Id != refund.Id && r.Status != RefundStatus.Failed)
                .ToListAsync(cancellationToken);
            var due = RefundSpacing.Earliest(others, providers.Find(refund.Provider)?.RefundLimits.MinInterval ?? TimeSpan.Zero, time.UtcNow());
            var approved = await Waiting(refund).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, RefundStatus.Processing).SetProperty(r => r.ApprovedBy, command.Operator)
                    .SetProperty(r => r.NeedsAttention, false).SetProperty(r => r.StatusReason, (string?)null).SetProperty(r => r.StatusDetail, (string?)null)
                    .SetProperty(r => r.NextCheckAt, due).SetProperty(r => r.Version, r => r.Version + 1),
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return approved == 1 ? Outcome.Approved : Outcome.NothingToDecide;
        }

        private async Task<Outcome> TurnDownAsync(Refund refund, Command command, bool isOwn, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await PaymentRow.LockAsync(db, refund.PaymentNo, cancellationToken);
            var (second, reason, detail) = isOwn
                ? (null, "withdrawn", "Whoever asked for it took it back; nothing was sent.")
                : (command.Operator, "turned_down", "A second operator turned it down; nothing was sent.");
            var turnedDown = await Waiting(refund).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, RefundStatus.Failed).SetProperty(r => r.ApprovedBy, second)
                    .SetProperty(r => r.NeedsAttention, false).SetProperty(r => r.StatusReason, reason).SetProperty(r => r.StatusDetail, detail)
                    .SetProperty(r => r.Version, r => r.Version + 1),
                cancellationToken);
            if (turnedDown == 0)
            {
                return Outcome.NothingToDecide;
            }

            await db.Set<Payment>().Where(p => p.PaymentNo == refund.PaymentNo).ExecuteUpdateAsync(
                set => set.SetProperty(p => p.RefundReservedMinor, p => p.RefundReservedMinor - refund.AmountMinor).SetProperty(p => p.Version, p => p.Version + 1),
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return isOwn ? Outcome.Withdrawn : Outcome.TurnedDown;
        }

        private IQueryable<Refund> Waiting(Refund refund) =>
            db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status == RefundStatus.AwaitingApproval);
    }
}

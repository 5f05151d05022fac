using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// An operator who has looked at the provider ends a refund that cannot end by itself: it was done there, or it was not and is given up.
/// Before it is given up the provider is asked, and where it cannot say, the operator's word is asked for a second time. Only a refund that is under way and needs a person can be ended so. Whoever says it twice, or later than the provider, changes nothing.
/// </summary>
public static class FinishRefund
{
    /// <summary>The reason that a refund carries which was given up.</summary>
    public const string GivenUpReason = "given_up";

    /// <param name="RefundNo">The refund.</param>
    /// <param name="Done">The money went back; false: it did not, and this refund will not be tried again.</param>
    /// <param name="ProviderRefundNo">The provider's number of what was done there, where it has one.</param>
    /// <param name="By">Who says it.</param>
    /// <param name="HasLooked">They say that they have looked at the provider, which may count where the provider itself cannot say: without it nothing is given up then.</param>
    public sealed record Command(string RefundNo, bool Done, string? ProviderRefundNo, Actor By, bool HasLooked = false) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It is done, by the operator's word.</summary>
        Done,

        /// <summary>It has failed, by the operator's word; the sum is free again.</summary>
        GivenUp,

        /// <summary>It was to be given up, and the provider says that the money went back: it is done.</summary>
        FoundDone,

        /// <summary>It was to be given up, and the provider does not say that it will not do it.</summary>
        UnderWay,

        /// <summary>It was to be given up, and the provider could not say whether it was done: whoever gives it up says that they have looked there.</summary>
        ProviderUnknown,

        /// <summary>The provider is being asked, or was within the last minute, and may be called again with it.</summary>
        Busy,

        /// <summary>It is not under way, or goes its way without a person.</summary>
        NothingToFinish,

        /// <summary>The provider's number cannot be one.</summary>
        BadNumber,
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, RefundDoor door, PaymentsOptions options, TimeProvider time)
        : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            var report = new RefundReport
            {
                RefundNo = command.RefundNo,
                State = command.Done ? RefundState.Succeeded : RefundState.Failed,
                Account = new ProviderAccount(null, null),
                ProviderRefundNo = command is { Done: true, ProviderRefundNo: { Length: > 0 } number } ? number : null,
            };
            if (await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(r => r.RefundNo == command.RefundNo, cancellationToken) is not { } refund)
            {
                return Outcome.NotFound;
            }

            if (RefundRules.Problem(report) is not null)
            {
                return Outcome.BadNumber;
            }

            var known = command.Done ? null : await AskAsync(refund, cancellationToken);
            if (known is { } said && !(said == Outcome.ProviderUnknown && command.HasLooked))
            {
                return said;
            }

            var (outcome, word) = command.Done ? (Outcome.Done, OperatorAction.RefundFinished) : (Outcome.GivenUp, OperatorAction.RefundGivenUp);
            var detail = $"{refund.Amount.ToDecimalString()} {refund.Currency} ({refund.PaymentNo}), {refund.StatusReason ?? "-"}{(report.ProviderRefundNo is { } theirs ? $", {theirs}" : "")}{(known is null ? "" : ", the provider could not say")}";
            var settled = await door.ApplyAsync(
                refund.Provider, report.Account, [report with { Amount = refund.Amount }], null, cancellationToken,
                new PersonsWord(command.By, word, detail, outcome.ToText()));
            return settled[0].Effect is RefundEffect.Settled or RefundEffect.Failed ? outcome : Outcome.NothingToFinish;
        }

        /// <summary>
        /// What the provider says before a refund is given up; null when it says that it did not do it. The refund is taken from the sweep first,
        /// which could otherwise send it while it is given up.
        /// </summary>
        private async Task<Outcome?> AskAsync(Refund refund, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var free = now - RefundSender.Lease;
            var waiting = db.Set<Refund>().Where(r => r.Id == refund.Id && r.Status == RefundStatus.Processing && r.NeedsAttention);
            var taken = await waiting.Where(r => r.LastCheckedAt == null || r.LastCheckedAt <= free).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.LastCheckedAt, now).SetProperty(r => r.NextCheckAt, now + RefundSender.Lease).SetProperty(r => r.CheckCount, r => r.CheckCount + 1),
                cancellationToken);
            if (taken == 0)
            {
                return await waiting.AnyAsync(cancellationToken) ? Outcome.Busy : Outcome.NothingToFinish;
            }

            var provider = providers.Find(refund.Provider);
            if (provider is null || await QueryAsync(provider, refund, cancellationToken) is not { } report)
            {
                // Nothing was sent and nothing is under way: whoever looks there and comes back need not wait.
                await waiting.Where(r => r.LastCheckedAt == now).ExecuteUpdateAsync(set => set.SetProperty(r => r.LastCheckedAt, refund.LastCheckedAt), cancellationToken);
                return Outcome.ProviderUnknown;
            }

            if (report.State != RefundState.Succeeded)
            {
                return report.State == RefundState.Processing ? Outcome.UnderWay : null;
            }

            var outcome = (await door.ApplyAsync(provider.Name, provider.Account, [RefundSender.Whole(report, refund)], null, cancellationToken))[0];
            return outcome.Effect == RefundEffect.Settled ? Outcome.FoundDone : Outcome.UnderWay;
        }

        private async Task<RefundReport?> QueryAsync(ProviderInstance provider, Refund refund, CancellationToken cancellationToken)
        {
            var payment = await db.Set<Payment>().AsNoTracking().SingleAsync(p => p.PaymentNo == refund.PaymentNo, cancellationToken);
            var reference = RefundSender.Request(refund, payment, options).Reference;
            return RefundSender.Usable(await provider.QueryRefundAsync(reference, options.CallBudget, cancellationToken), refund.RefundNo, provider);
        }
    }
}

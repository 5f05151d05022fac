using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// An operator has the provider asked about the payment of an open difference. Its answer goes through the door; the difference ends when it now
/// stands here as the bill says, or when the provider confirms with its sum the payment that its bill lacks. Nothing else ends it, and asking twice
/// changes nothing.
/// </summary>
public static class AskAboutDifference
{
    /// <param name="Provider">The instance whose day it is.</param>
    /// <param name="Date">The day, <c>yyyy-MM-dd</c>.</param>
    /// <param name="Id">The difference.</param>
    /// <param name="By">Who asks.</param>
    public sealed record Command(string Provider, string Date, long Id, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It has ended before.</summary>
        NotOpen,

        /// <summary>Its provider cannot be asked about it.</summary>
        NothingToAsk,

        /// <summary>It now stands here as the bill says.</summary>
        Repaired,

        /// <summary>The provider says that what its bill lacks was paid.</summary>
        Confirmed,

        /// <summary>What the provider says does not end it.</summary>
        Differs,

        /// <summary>The provider could not say.</summary>
        Unknown,
    }

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, ProviderInquiry inquiry, PaymentsOptions options, TimeProvider time)
        : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await OpenDifference.FindAsync(db, command.Provider, command.Date, command.Id, cancellationToken) is not { } difference)
            {
                return Outcome.NotFound;
            }

            if (difference.Remedy != DifferenceRemedy.Open)
            {
                return Outcome.NotOpen;
            }

            if (difference is not { Class: DifferenceClass.State or DifferenceClass.MissingThere, PaymentNo: { } paymentNo }
                || await ShowPayment.FindAsync(db, paymentNo, cancellationToken) is not { } payment || providers.Find(payment.Provider) is not { } provider)
            {
                return Outcome.NothingToAsk;
            }

            var asked = await inquiry.AskAsync(payment, ReportSource.Person, options.CallBudget + options.NotifyBudget, cancellationToken);
            if (asked.Report is not { } report || !Decision.IsOurs(provider.Account, report.Account))
            {
                return Outcome.Unknown;
            }

            return difference.Class == DifferenceClass.State
                ? await RepairAsync(difference, cancellationToken)
                : await ConfirmAsync(command, difference, report, cancellationToken);
        }

        private async Task<Outcome> RepairAsync(Difference difference, CancellationToken cancellationToken)
        {
            await StatementRepair.MarkAsync(db, difference.ReconciliationId, "Settled by the provider's answer.", cancellationToken);
            return await db.Set<Difference>().AnyAsync(d => d.Id == difference.Id && d.Remedy == DifferenceRemedy.Open, cancellationToken) ? Outcome.Differs : Outcome.Repaired;
        }

        private async Task<Outcome> ConfirmAsync(Command command, Difference difference, PaymentReport report, CancellationToken cancellationToken)
        {
            if (report is not { State: ReportedState.Paid, Amount: { } amount } || amount.Minor != difference.HereMinor || amount.Currency != difference.Currency)
            {
                return Outcome.Differs;
            }

            var note = $"Asked on {time.UtcNow():yyyy-MM-dd HH:mm} UTC, the provider says that it was paid: {amount.ToDecimalString()} {amount.Currency}.";
            return await OpenDifference.EndAsync(db, difference.Id, command.By.Name, note, cancellationToken) ? Outcome.Confirmed : Outcome.NotOpen;
        }
    }
}

/// <summary>A difference that a person does something about.</summary>
internal static class OpenDifference
{
    /// <summary>The difference of a day, whether it is open or not; null when the day has none of that id.</summary>
    public static Task<Difference?> FindAsync(ModularDbContext db, string provider, string date, long id, CancellationToken cancellationToken) =>
        db.Set<Difference>().AsNoTracking().SingleOrDefaultAsync(
            d => d.Id == id && db.Set<Reconciliation>().Any(r => r.Id == d.ReconciliationId && r.Provider == provider && r.Day == date), cancellationToken);

    /// <summary>Ends it by a person's word; false when it had ended before.</summary>
    public static async Task<bool> EndAsync(ModularDbContext db, long id, string by, string note, CancellationToken cancellationToken) =>
        await db.Set<Difference>().Where(d => d.Id == id && d.Remedy == DifferenceRemedy.Open).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.Remedy, DifferenceRemedy.Resolved).SetProperty(d => d.Note, note).SetProperty(d => d.ResolvedBy, by), cancellationToken) == 1;
}

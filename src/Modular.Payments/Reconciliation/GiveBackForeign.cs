using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Ledger;

namespace Modular.Payments;

/// <summary>
/// An operator has given back, at the provider, money that only its bill knows. It leaves suspense, the difference ends and the trail tells who
/// did it, all in one commit. Saying it twice, or of another day's line of the same money, books it once.
/// </summary>
public static class GiveBackForeign
{
    /// <param name="Provider">The instance whose day it is.</param>
    /// <param name="Date">The day, <c>yyyy-MM-dd</c>.</param>
    /// <param name="Id">The difference.</param>
    /// <param name="By">Who gave it back.</param>
    public sealed record Command(string Provider, string Date, long Id, Actor By) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It is booked and the difference has ended.</summary>
        GivenBack,

        /// <summary>It has ended before.</summary>
        NotOpen,

        /// <summary>No money is held because of it.</summary>
        NothingHeld,
    }

    internal sealed class Handler(ModularDbContext db, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        private const string Note = "Given back at the provider.";

        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

            // Whoever says the same at the same time waits here, and finds it ended.
            var isFirst = await OpenDifference.EndAsync(db, command.Id, command.By.Name, Note, cancellationToken);
            if (await OpenDifference.FindAsync(db, command.Provider, command.Date, command.Id, cancellationToken) is not { } difference)
            {
                return Outcome.NotFound;
            }

            if (!isFirst)
            {
                return Outcome.NotOpen;
            }

            if (difference.Class != DifferenceClass.MissingHere || await HeldAsync(command.Provider, difference, cancellationToken) is not { } held)
            {
                return Outcome.NothingHeld;
            }

            var now = time.UtcNow();
            if (!await db.Set<LedgerEntry>().AnyAsync(
                e => e.Provider == held.Provider && e.Kind == LedgerKind.ForeignReturned && e.Reference == held.Reference, cancellationToken))
            {
                var writes = new WriteBatch();
                writes.Book(
                    db.Dialect, [new Movement(held.Provider, LedgerKind.ForeignReturned, held.Reference, new Money(held.AmountMinor, held.Currency), held.PaymentNo)], now);
                await writes.ExecuteAsync(db, cancellationToken);
            }

            db.Add(AuditEntry.Of(
                command.By, OperatorAction.ForeignGivenBack, $"{command.Provider}/{command.Date}#{command.Id}",
                $"{new Money(held.AmountMinor, held.Currency).ToDecimalString()} {held.Currency} ({held.Reference})", Outcome.GivenBack.ToText(), now));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return Outcome.GivenBack;
        }

        private Task<LedgerEntry?> HeldAsync(string provider, Difference difference, CancellationToken cancellationToken)
        {
            var reference = difference.ProviderTradeNo ?? difference.PaymentNo;
            return db.Set<LedgerEntry>().AsNoTracking().SingleOrDefaultAsync(
                e => e.Provider == provider && e.Kind == LedgerKind.Foreign && e.Reference == reference, cancellationToken);
        }
    }
}

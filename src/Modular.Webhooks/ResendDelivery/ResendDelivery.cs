using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Sends a delivery again, or at once instead of later: with the same id and body, and with all its tries before it.</summary>
public static partial class ResendDelivery
{
    /// <param name="Id">The delivery.</param>
    /// <param name="SeenAttempts">The attempts that the operator saw. Where more have been made, nothing is done, so that clicking twice sends once.</param>
    /// <param name="Operator">Who asks for it.</param>
    public sealed record Command(long Id, int SeenAttempts, string Operator) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It is due now.</summary>
        Queued,

        /// <summary>It is due already, or has been tried since it was looked at.</summary>
        AlreadyUnderWay,
    }

    internal sealed partial class Handler(ModularDbContext db, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            DateTimeOffset? now = time.UtcNow();
            var changed = await db.Set<Delivery>()
                .Where(d => d.Id == command.Id && d.Attempts == command.SeenAttempts && (d.NextAttemptAt == null || d.NextAttemptAt > now))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(d => d.Status, DeliveryStatus.Pending).SetProperty(d => d.NextAttemptAt, now).SetProperty(d => d.Tries, 0), cancellationToken);
            if (changed == 1)
            {
                LogResent(command.Id, command.Operator);
                return Outcome.Queued;
            }

            return await db.Set<Delivery>().AnyAsync(d => d.Id == command.Id, cancellationToken) ? Outcome.AlreadyUnderWay : Outcome.NotFound;
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} is sent again by {Operator}")]
        private partial void LogResent(long id, string @operator);
    }
}

using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// Processes a kept message again, after a setting was mended: the same verification and the same door as on its arrival, so that
/// it settles nothing twice and nothing that would not have been settled then.
/// </summary>
public static class ProcessMessage
{
    public sealed record Command(long Id) : IRequest<Outcome>;

    public enum Outcome
    {
        NotFound,

        /// <summary>It was processed; its row tells what came of it.</summary>
        Processed,

        /// <summary>The shop's keys cannot open it any more.</summary>
        Unreadable,

        /// <summary>Its body was too long to be kept whole.</summary>
        Incomplete,

        /// <summary>The instance is out of service or its provider could not be asked; nothing changed.</summary>
        Unavailable,
    }

    internal sealed class Handler(ModularDbContext db, IMediator mediator, InboxRecorder inbox) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (await db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == command.Id, cancellationToken) is not { } message)
            {
                return Outcome.NotFound;
            }

            if (inbox.Open(message) is not var (request, isWhole))
            {
                return Outcome.Unreadable;
            }

            if (!isWhole)
            {
                return Outcome.Incomplete;
            }

            return message.Kind == "return"
                ? await mediator.Send(new HandleReturn.Command(message.Instance, request, message.SourceAddress, IsKept: true), cancellationToken)
                    is HandleReturn.Outcome.Unavailable or HandleReturn.Outcome.UnknownInstance ? Outcome.Unavailable : Outcome.Processed
                : await mediator.Send(new HandleNotify.Command(message.Instance, request, message.SourceAddress, IsKept: true), cancellationToken)
                    is HandleNotify.Outcome.Reply ? Outcome.Processed : Outcome.Unavailable;
        }
    }
}

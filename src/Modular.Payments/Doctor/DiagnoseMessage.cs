using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Says why the signature of a message in the inbox is not right, judged by the time at which it arrived; null when there is none of that id. Nothing is stored and nothing changes.</summary>
public static class DiagnoseMessage
{
    public sealed record Query(long Id) : IRequest<DiagnoseRequest.Outcome?>;

    internal sealed class Handler(ModularDbContext db, InboxRecorder inbox, SignatureDoctor doctor) : IRequestHandler<Query, DiagnoseRequest.Outcome?>
    {
        public async Task<DiagnoseRequest.Outcome?> Handle(Query query, CancellationToken cancellationToken)
        {
            if (await db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == query.Id, cancellationToken) is not { } message)
            {
                return null;
            }

            return inbox.Open(message) is not var (request, isWhole) ? new DiagnoseRequest.Outcome.Unable("The shop's keys cannot open the original any more, so it cannot be examined.")
                : !isWhole ? new DiagnoseRequest.Outcome.Unable("Only the beginning of the body was kept, so it cannot be examined.")
                : DiagnoseRequest.Answer(doctor.Examine(message.Instance, request));
        }
    }
}

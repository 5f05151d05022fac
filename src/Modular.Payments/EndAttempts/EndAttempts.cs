using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;

namespace Modular.Payments;

/// <summary>Ends the open attempts of an order that is about to close.</summary>
internal sealed class EndAttemptsHandler(ModularDbContext db, AttemptEnder ender) : IRequestHandler<EndAttempts, AttemptsEnd>
{
    public async Task<AttemptsEnd> Handle(EndAttempts request, CancellationToken cancellationToken)
    {
        var open = await db.Set<Payment>().AsNoTracking()
            .Where(payment => payment.OrderNo == request.OrderNo && payment.Status == PaymentStatus.Pending)
            .ToListAsync(cancellationToken);
        foreach (var payment in open)
        {
            switch ((await ender.EndAsync(payment, cancellationToken)).End)
            {
                case AttemptEnd.Paid:
                    return AttemptsEnd.Paid;
                case AttemptEnd.Unknown:
                    return AttemptsEnd.Unknown;
                default:
                    // Held money is for a person to decide about; it does not keep the order open.
                    break;
            }
        }

        return AttemptsEnd.Ended;
    }
}

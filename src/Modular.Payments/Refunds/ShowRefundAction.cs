using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Makes the form with which an operator finishes a refund at the provider's page (the legacy gateway's payment password). It is made
/// anew each time and stored nowhere, because it carries a signature. Null when the refund needs no operator, or not any more.
/// </summary>
public static class ShowRefundAction
{
    public sealed record Query(string RefundNo) : IRequest<PaymentAction?>;

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, PaymentsOptions options) : IRequestHandler<Query, PaymentAction?>
    {
        public async Task<PaymentAction?> Handle(Query query, CancellationToken cancellationToken)
        {
            var refund = await db.Set<Refund>().AsNoTracking().SingleOrDefaultAsync(
                r => r.RefundNo == query.RefundNo && r.Status == RefundStatus.Processing && r.StatusReason == RefundSender.OperatorNeeded, cancellationToken);
            if (refund is null || providers.Find(refund.Provider) is not { } provider)
            {
                return null;
            }

            var payment = await db.Set<Payment>().AsNoTracking().SingleAsync(p => p.PaymentNo == refund.PaymentNo, cancellationToken);
            return await provider.RefundAsync(RefundSender.Request(refund, payment, options), options.CallBudget, cancellationToken) is RefundAnswer.OperatorNeeded { Action: { } action }
                ? action
                : null;
        }
    }
}

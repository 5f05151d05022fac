using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// Deletes the inbox's messages whose time is over (<c>Modular:Inbox:Retention</c>), and of those that were not accepted, which anybody can
/// make, all but the newest of each instance and verdict (<c>Modular:Inbox:MaxRefused</c>), in batches that lock nobody out. Returns how many.
/// </summary>
public static class ForgetMessages
{
    public sealed record Command : IRequest<int>;

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, PaymentsOptions options, TimeProvider time) : IRequestHandler<Command, int>
    {
        private static readonly string[] NotAccepted = [Plan.Refused, Plan.Undecided, Plan.OutOfService];

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = await db.DeleteInBatchesAsync(
                "payments_inbox", "WHERE received_at < @end ORDER BY received_at", [("end", db.Dialect.TimeParameter(time.UtcNow() - options.InboxRetention))], 0, cancellationToken);
            foreach (var (instance, verdict) in providers.Instances.SelectMany(instance => NotAccepted.Select(verdict => (instance.Name, verdict))))
            {
                total += await db.DeleteInBatchesAsync(
                    "payments_inbox", "WHERE verdict = @verdict AND instance = @instance ORDER BY received_at DESC, id DESC", [("verdict", verdict), ("instance", instance)],
                    options.InboxMaxRefused, cancellationToken);
            }

            return total;
        }
    }
}

using System.Globalization;
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
        private const int BatchSize = 1000;

        private static readonly string[] NotAccepted = [Plan.Refused, Plan.Undecided, Plan.OutOfService];

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = await DeleteAsync(
                $"SELECT id FROM payments_inbox WHERE received_at < @end ORDER BY received_at LIMIT {BatchSize}",
                [("end", db.Dialect.TimeParameter(time.UtcNow() - options.InboxRetention))],
                cancellationToken);
            foreach (var (instance, verdict) in providers.Instances.SelectMany(instance => NotAccepted.Select(verdict => (instance.Name, verdict))))
            {
                total += await DeleteAsync(
                    $"""
                    SELECT id FROM payments_inbox WHERE verdict = @verdict AND instance = @instance
                    ORDER BY received_at DESC, id DESC LIMIT {BatchSize} OFFSET {options.InboxMaxRefused.ToString(CultureInfo.InvariantCulture)}
                    """,
                    [("verdict", verdict), ("instance", instance)],
                    cancellationToken);
            }

            return total;
        }

        private async Task<int> DeleteAsync(string ids, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
        {
            var total = 0;
            while (true)
            {
                var deleted = await db.ExecuteSqlAsync($"DELETE FROM payments_inbox WHERE id IN ({ids})", parameters, cancellationToken);
                total += deleted;
                if (deleted < BatchSize)
                {
                    return total;
                }
            }
        }
    }
}

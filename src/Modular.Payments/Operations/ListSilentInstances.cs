using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Lists the instances whose notifications have stopped: none of the last payments of a day has had one that was accepted. Payments that are
/// younger than a provider's first tries are not looked at, and a payment that a return or a query confirmed first counts as notified when
/// its notification came later.
/// </summary>
public static class ListSilentInstances
{
    public sealed record Query : IRequest<IReadOnlyList<string>>;

    internal sealed class Handler(ModularDbContext db, ProviderCatalogue providers, TimeProvider time) : IRequestHandler<Query, IReadOnlyList<string>>
    {
        // With fewer payments than this it is chance.
        private const int EnoughToTell = 3;

        private static readonly TimeSpan FirstTries = TimeSpan.FromMinutes(2);
        private static readonly TimeSpan Window = TimeSpan.FromHours(24);

        public async Task<IReadOnlyList<string>> Handle(Query query, CancellationToken cancellationToken)
        {
            var now = time.UtcNow();
            var silent = new List<string>();
            foreach (var instance in providers.Instances)
            {
                // Money that no bill has named yet is indexed by its instance and time, and is all that a day of payments can be.
                await using var command = await db.SqlAsync(
                    $"""
                    SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (
                        SELECT 1 FROM payments_inbox AS m WHERE m.payment_no = last.payment_no AND m.kind = 'notify' AND m.verdict = 'accepted') THEN 1 ELSE 0 END), 0)
                    FROM (SELECT payment_no FROM payments_payments
                          WHERE provider = @provider AND billed_on IS NULL AND received_minor IS NOT NULL AND paid_at >= @from AND paid_at < @to
                          ORDER BY paid_at DESC LIMIT {EnoughToTell}) AS last
                    """,
                    [("provider", instance.Name), ("from", db.Dialect.TimeParameter(now - Window)), ("to", db.Dialect.TimeParameter(now - FirstTries))],
                    cancellationToken);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                if (reader.GetInt64(0) == EnoughToTell && Convert.ToInt64(reader.GetValue(1), System.Globalization.CultureInfo.InvariantCulture) == 0)
                {
                    silent.Add(instance.Name);
                }
            }

            return silent;
        }
    }
}

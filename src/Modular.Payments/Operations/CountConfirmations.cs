using System.Globalization;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>How an instance's payments of one day came to be known as paid.</summary>
/// <param name="Date">The calendar day at +08:00 on which the news was stored.</param>
/// <param name="Counts">Payments by <see cref="ReportSource"/> as text.</param>
public sealed record ConfirmationDay(string Provider, DateOnly Date, IReadOnlyDictionary<string, long> Counts)
{
    // Below this a day without notifications is chance.
    private const long EnoughToTell = 3;

    public long Total => Counts.Values.Sum();

    public long By(ReportSource source) => Counts.GetValueOrDefault(source.ToText());

    /// <summary>Money of that day was found only by asking. Whether notifications have stopped now is <see cref="ListSilentInstances"/>' to say.</summary>
    public bool LacksNotifications => Total >= EnoughToTell && By(ReportSource.Notify) == 0;
}

/// <summary>Counts by instance and day how payments were confirmed: newest day first, days without payments left out.</summary>
public static class CountConfirmations
{
    public const int Days = 14;

    public sealed record Query : IRequest<IReadOnlyList<ConfirmationDay>>;

    internal sealed class Handler(ModularDbContext db, TimeProvider time) : IRequestHandler<Query, IReadOnlyList<ConfirmationDay>>
    {
        public async Task<IReadOnlyList<ConfirmationDay>> Handle(Query query, CancellationToken cancellationToken)
        {
            var first = ProviderDay.Of(time.UtcNow()).AddDays(1 - Days);
            await using var command = await db.SqlAsync(
                $"""
                SELECT provider, {db.Dialect.DaysSince("@from", "settled_at")} AS day, confirmed_by, COUNT(*)
                FROM payments_payments WHERE settled_at >= @from AND received_minor IS NOT NULL AND confirmed_by IS NOT NULL
                GROUP BY 1, 2, 3
                """,
                [("from", db.Dialect.TimeParameter(ProviderDay.Start(first)))],
                cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var counts = new Dictionary<(string Provider, DateOnly Date), Dictionary<string, long>>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var key = (reader.GetString(0), first.AddDays(Convert.ToInt32(reader.GetValue(1), CultureInfo.InvariantCulture)));
                if (!counts.TryGetValue(key, out var ofDay))
                {
                    counts[key] = ofDay = [];
                }

                ofDay[reader.GetString(2)] = reader.GetInt64(3);
            }

            return
            [
                .. counts.OrderByDescending(pair => pair.Key.Date).ThenBy(pair => pair.Key.Provider, StringComparer.Ordinal)
                    .Select(pair => new ConfirmationDay(pair.Key.Provider, pair.Key.Date, pair.Value)),
            ];
        }
    }
}

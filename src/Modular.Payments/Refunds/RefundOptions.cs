using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Modular.Payments;

/// <summary>The settings of refunds.</summary>
/// <param name="ConfirmAbove"><c>Modular:Refunds:ConfirmAbove</c>: refunds wait for a second operator as soon as those of their payment together are more than this many minor units; null: none does.</param>
public sealed record RefundOptions(long? ConfirmAbove)
{
    // From the sending on. Refunds take seconds to days; after the last wait it is asked about every six hours.
    private static readonly TimeSpan[] Waits =
        [.. new[] { 10, 20, 30, 60, 300, 600, 1800, 3600, 3600, 7200, 21600 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>How long after its sending a refund may be unknown before a person looks at it.</summary>
    public static readonly TimeSpan MaxUnknown = TimeSpan.FromDays(1);

    /// <summary>The same of one that the provider works on.</summary>
    public static readonly TimeSpan MaxProcessing = TimeSpan.FromDays(7);

    public static TimeSpan LongestWait => Waits[^1];

    /// <summary>The wait before the call that follows <paramref name="callsDone"/> calls.</summary>
    public static TimeSpan WaitAfter(int callsDone) => Waits[Math.Clamp(callsDone - 1, 0, Waits.Length - 1)];

    public static RefundOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration["Modular:Refunds:ConfirmAbove"] is not { Length: > 0 } text
            ? new RefundOptions((long?)null)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                ? new RefundOptions(limit)
                : throw new InvalidOperationException($"Modular:Refunds:ConfirmAbove is '{text}': write whole minor units (fen), for example 100000 for 1000.00.");
    }
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using Modular.Kernel;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>The settings of this module.</summary>
/// <param name="PublicUrl">The shop's address as shoppers and providers reach it; null when it is missing or unusable, see <paramref name="PublicUrlProblem"/>.</param>
/// <param name="PublicUrlProblem">Why no payment can start without a better <c>Modular:PublicUrl</c>.</param>
/// <param name="ConfirmSchedule">The waits between the checks of an open payment; the last one repeats.</param>
public sealed record PaymentsOptions(Uri? PublicUrl, string? PublicUrlProblem, IReadOnlyList<TimeSpan> ConfirmSchedule)
{
    private const string DefaultSchedule = "15,15,30,180,1800,1800,1800,1800,3600,3600";

    /// <summary>How long a provider may take to answer a call that starts, asks about or closes a payment.</summary>
    public TimeSpan CallBudget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a shopper who comes back waits for the provider's answer before they see "confirming".</summary>
    public TimeSpan ReturnBudget { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a notification may take until it is answered; providers give up after five seconds.</summary>
    public TimeSpan NotifyBudget { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a refused message waits for the signature doctor, out of <see cref="NotifyBudget"/>.</summary>
    public TimeSpan ExplanationBudget { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much later than the provider's own expiry an unknown payment counts as dead; covers the difference of the clocks.</summary>
    public TimeSpan ExpiryGrace { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the inbox keeps messages; longer than any provider repeats one, refunds are argued about or books are closed.</summary>
    public TimeSpan InboxRetention { get; init; } = TimeSpan.FromDays(180);

    /// <summary>
    /// How many messages of each instance and verdict the inbox keeps that were not accepted; <c>Modular:Inbox:MaxRefused</c>. Each takes 45 KB at
    /// most and usually two, so that a flood fills no disk.
    /// </summary>
    public int InboxMaxRefused { get; init; } = 10_000;

    /// <summary>What becomes of money that comes after its payment or its order was closed; <c>Modular:Payments:LatePayment</c>, <c>accept</c> or <c>refund</c>.</summary>
    public LatePayment LatePayment { get; init; } = LatePayment.Accept;

    /// <summary>The wait before the check that follows <paramref name="checksDone"/> checks.</summary>
    public TimeSpan WaitAfter(int checksDone) => ConfirmSchedule[Math.Min(checksDone, ConfirmSchedule.Count - 1)];

    public static PaymentsOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (url, problem) = ReadPublicUrl(configuration["Modular:PublicUrl"]);
        var options = new PaymentsOptions(url, problem, ReadSchedule(configuration["Modular:Payments:ConfirmSchedule"] ?? DefaultSchedule))
        {
            LatePayment = ReadLate(configuration["Modular:Payments:LatePayment"]),
        };
        options = configuration["Modular:Inbox:MaxRefused"] is { Length: > 0 } most ? options with { InboxMaxRefused = ReadMost(most) } : options;
        return configuration["Modular:Inbox:Retention"] is { Length: > 0 } retention ? options with { InboxRetention = ReadRetention(retention) } : options;
    }

    private static (Uri? Url, string? Problem) ReadPublicUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (null, "Modular:PublicUrl is missing: set it to the shop's public address, like https://shop.example.com.");
        }

        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            return (null, "Modular:PublicUrl must be an absolute http(s) address without a query, like https://shop.example.com.");
        }

        return url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback
            ? (null, "Modular:PublicUrl uses plain http to a host that is not this machine: use https.")
            : (url, null);
    }

    private static LatePayment ReadLate(string? text) =>
        string.IsNullOrEmpty(text) ? LatePayment.Accept
        : EnumText<LatePayment>.TryParse(text, out var late) ? late
        : throw new InvalidOperationException($"Modular:Payments:LatePayment is '{text}': write accept or refund.");

    private static TimeSpan ReadRetention(string text) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.FromDays(1)
            ? span
            : throw new InvalidOperationException($"Modular:Inbox:Retention is '{text}': write a time span of a day or more, for example 180.00:00:00.");

    private static int ReadMost(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is >= 1 and <= 1_000_000
            ? most
            : throw new InvalidOperationException($"Modular:Inbox:MaxRefused is '{text}': write a whole number from 1 to 1000000.");

    private static TimeSpan[] ReadSchedule(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var waits = new TimeSpan[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > 86_400)
            {
                throw new InvalidOperationException($"Modular:Payments:ConfirmSchedule holds '{parts[index]}': write whole seconds from 1 to 86400, separated by commas.");
            }

            waits[index] = TimeSpan.FromSeconds(seconds);
        }

        return waits.Length > 0 ? waits : throw new InvalidOperationException("Modular:Payments:ConfirmSchedule is empty: leave it out or name at least one wait in seconds.");
    }
}

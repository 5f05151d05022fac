using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Payments;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>The search of the inbox. What is asked stands in the address, so that a search can be sent to a colleague.</summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class InboxPage(IMediator mediator) : PageModel
{
    // What operators type is their wall clock, which for these providers is China's.
    private static readonly TimeSpan Beijing = TimeSpan.FromHours(8);

    public string? Number { get; private set; }

    public string? Verdict { get; private set; }

    /// <summary>The verdicts that can be searched for.</summary>
    public IReadOnlyList<string> Verdicts { get; } = ["accepted", "refused", "undecided", "out_of_service"];

    public string? Instance { get; private set; }

    public string? Cause { get; private set; }

    /// <summary>The codes that can be searched for, by name.</summary>
    public IReadOnlyList<string> Causes { get; } = [.. Payments.Abstractions.Doctor.Causes.All.Select(cause => cause.Code).Order(StringComparer.Ordinal)];

    public string? From { get; private set; }

    public string? Until { get; private set; }

    public IReadOnlyList<ProviderView> Providers { get; private set; } = [];

    public ListMessages.Page Found { get; private set; } = null!;

    public async Task OnGetAsync(string? number, string? verdict, string? instance, string? from, string? until, string? cause, long? before, CancellationToken cancellationToken)
    {
        Number = number?.Trim() is { Length: > 0 and <= 64 } text ? text : null;
        Verdict = Verdicts.Contains(verdict) ? verdict : null;
        Providers = await mediator.Send(new ListProviders(), cancellationToken);
        Instance = Providers.Any(provider => provider.Name == instance) ? instance : null;
        Cause = Causes.Contains(cause) ? cause : null;
        var (begin, end) = (Moment(from), Moment(until));
        (From, Until) = (begin is null ? null : from, end is null ? null : until);
        Found = await mediator.Send(new ListMessages.Query(Number, Verdict, Instance, begin, end, before, Cause), cancellationToken);
    }

    /// <summary>The address of this search, continued below <paramref name="before"/>.</summary>
    public string AddressOf(long before)
    {
        var parts = new Dictionary<string, string?>
        {
            ["number"] = Number, ["verdict"] = Verdict, ["instance"] = Instance, ["from"] = From, ["until"] = Until, ["cause"] = Cause,
            ["before"] = before.ToString(CultureInfo.InvariantCulture),
        };
        return "/ops/inbox" + QueryString.Create(parts.Where(part => part.Value is not null));
    }

    private static DateTimeOffset? Moment(string? text) =>
        DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var wallClock)
            ? new DateTimeOffset(wallClock, Beijing).ToUniversalTime()
            : null;
}

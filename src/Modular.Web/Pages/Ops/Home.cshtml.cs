using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel;
using Modular.Payments;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>The operators' first page: is anything waiting, refused or out of service?</summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OpsPage(IMediator mediator, TimeProvider time) : PageModel
{
    public IReadOnlyList<ProviderView> Providers { get; private set; } = [];

    public PaymentsOverview.View Overview { get; private set; } = null!;

    /// <summary>The instances whose notifications have stopped.</summary>
    public IReadOnlyList<string> Silent { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Providers = await mediator.Send(new ListProviders(), cancellationToken);
        Overview = await mediator.Send(new PaymentsOverview.Query(), cancellationToken);
        Silent = await mediator.Send(new ListSilentInstances.Query(), cancellationToken);
    }

    /// <summary>How long ago something was: the name of its text, and the one or two numbers in it that matter.</summary>
    public (string Text, object[] Numbers) Age(DateTimeOffset since) => (time.UtcNow() - since) switch
    {
        { TotalMinutes: < 1 } age => ("age.seconds", [age.Seconds]),
        { TotalHours: < 1 } age => ("age.minutes", [age.Minutes]),
        { TotalDays: < 1 } age => ("age.hours", [age.Hours, age.Minutes]),
        var age => ("age.days", [age.Days, age.Hours]),
    };
}

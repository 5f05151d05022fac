using System.Globalization;
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

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Providers = await mediator.Send(new ListProviders(), cancellationToken);
        Overview = await mediator.Send(new PaymentsOverview.Query(), cancellationToken);
    }

    /// <summary>How long ago something was, in days, hours and minutes.</summary>
    public string Age(DateTimeOffset since)
    {
        var age = time.UtcNow() - since;
        return age.ToString(age.TotalDays >= 1 ? "d'd 'hh':'mm" : "hh':'mm':'ss", CultureInfo.InvariantCulture);
    }
}

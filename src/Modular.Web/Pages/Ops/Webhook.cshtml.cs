using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel;
using Modular.Kernel.Web;
using Modular.Web.Security;
using Modular.Webhooks;

namespace Modular.Web.Pages;

/// <summary>One delivery of a webhook, and the button that sends it again.</summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class WebhookPage(IMediator mediator, IAuthorizationService authorization) : PageModel
{
    public ShowDelivery.View Opened { get; private set; } = null!;

    public bool MayAct { get; private set; }

    /// <summary>What sending it again came to; null when it has not just been.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await mediator.Send(new ShowDelivery.Query(id), cancellationToken) is not { } opened)
        {
            return NotFound();
        }

        Opened = opened;
        MayAct = (await authorization.AuthorizeAsync(User, ShopSecurity.OperatorPolicy)).Succeeded;
        Result = EnumText<ResendDelivery.Outcome>.TryParse(result, out _) ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, int attempts, CancellationToken cancellationToken)
    {
        if (!(await authorization.AuthorizeAsync(User, ShopSecurity.OperatorPolicy)).Succeeded)
        {
            return Forbid();
        }

        var outcome = await mediator.Send(new ResendDelivery.Command(id, attempts, User.Identity?.Name ?? ""), cancellationToken);
        return outcome == ResendDelivery.Outcome.NotFound ? NotFound() : new SeeOther($"/ops/webhooks/{id}?result={outcome.ToText()}");
    }
}

using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>One message of the inbox, decoded, and the button that has it processed again.</summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MessagePage(IMediator mediator, IAuthorizationService authorization) : PageModel
{
    public ShowMessage.Opened Opened { get; private set; } = null!;

    public bool MayAct { get; private set; }

    /// <summary>What processing it again came to; null when it has not just been.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await mediator.Send(new ShowMessage.Query(id), cancellationToken) is not { } opened)
        {
            return NotFound();
        }

        Opened = opened;
        MayAct = (await authorization.AuthorizeAsync(User, ShopSecurity.OperatorPolicy)).Succeeded;
        Result = EnumText<ProcessMessage.Outcome>.TryParse(result, out _) ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, CancellationToken cancellationToken)
    {
        if (!(await authorization.AuthorizeAsync(User, ShopSecurity.OperatorPolicy)).Succeeded)
        {
            return Forbid();
        }

        var outcome = await mediator.Send(new ProcessMessage.Command(id), cancellationToken);
        return outcome == ProcessMessage.Outcome.NotFound ? NotFound() : new SeeOther($"/ops/inbox/{id}?result={outcome.ToText()}");
    }
}

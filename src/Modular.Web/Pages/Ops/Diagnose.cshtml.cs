using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Payments;
using Modular.Payments.Abstractions.Doctor;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>
/// Asks the signature doctor about a pasted request or a message of the inbox. It only explains, so viewers may use it; what was pasted
/// is neither stored nor shown again. The server's limit for bodies bounds it.
/// </summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class DiagnosePage(IMediator mediator) : PageModel
{
    public IReadOnlyList<ProviderView> Providers { get; private set; } = [];

    public string? Instance { get; private set; }

    /// <summary>The message of the inbox that the page was opened for; null for a request that is pasted.</summary>
    public InboxView? Message { get; private set; }

    public Diagnosis? Diagnosis { get; private set; }

    /// <summary>What is known of the cause; null when none is proved.</summary>
    public Cause? Cause { get; private set; }

    /// <summary>Why nothing could be examined.</summary>
    public string? Problem { get; private set; }

    /// <summary>The same as the text of the page's own that says so.</summary>
    public string? ProblemText { get; private set; }

    public async Task<IActionResult> OnGetAsync([FromQuery] long? message, [FromQuery] string? instance, CancellationToken cancellationToken) =>
        await PrepareAsync(message, instance, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync([FromForm] long? message, [FromForm] string? instance, [FromForm] string? request, CancellationToken cancellationToken)
    {
        if (!await PrepareAsync(message, instance, cancellationToken))
        {
            return NotFound();
        }

        if (message is { } id)
        {
            Show(await mediator.Send(new DiagnoseMessage.Query(id), cancellationToken));
        }
        else if (Instance is null || string.IsNullOrWhiteSpace(request))
        {
            ProblemText = Instance is null ? "diagnose.no-instance" : "diagnose.no-request";
        }
        else
        {
            Show(await mediator.Send(new DiagnosePasted.Query(Instance, request), cancellationToken));
        }

        Response.StatusCode = Diagnosis is null ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return Page();
    }

    private async Task<bool> PrepareAsync(long? message, string? instance, CancellationToken cancellationToken)
    {
        Providers = await mediator.Send(new ListProviders(), cancellationToken);
        Message = message is { } id ? (await mediator.Send(new ShowMessage.Query(id), cancellationToken))?.Message : null;
        var name = Message?.Instance ?? instance;
        Instance = Providers.Any(provider => provider.Name == name) ? name : null;
        return message is null || Message is not null;
    }

    private void Show(DiagnoseRequest.Outcome? outcome)
    {
        switch (outcome)
        {
            case DiagnoseRequest.Outcome.Examined examined:
                Diagnosis = examined.Diagnosis;
                Cause = Causes.All.FirstOrDefault(cause => cause.Code == Diagnosis.Cause);
                break;
            case DiagnoseRequest.Outcome.Unable unable:
                Problem = unable.Detail;
                break;
            case DiagnoseRequest.Outcome.NoRequest none:
                Problem = none.Detail;
                break;
            default:
                ProblemText = "diagnose.no-instance";
                break;
        }
    }
}

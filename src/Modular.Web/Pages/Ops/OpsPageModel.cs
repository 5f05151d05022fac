using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>
/// What the operations pages have in common: whoever is signed in may look, operators act, and what they do is written down. Forms ask for
/// the antiforgery token by themselves, as all pages' do.
/// </summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal abstract class OpsPageModel(IMediator mediator) : PageModel
{
    // Longer names are cut where refunds and differences keep them.
    private const int MaxName = 64;

    /// <summary>Whether the signed-in person may act, not only look.</summary>
    public bool MayAct => User.IsInRole(Operators.Operator);

    /// <summary>The signed-in person's name, as it is kept with what they do.</summary>
    public string Operator => StoredText.Cut(User.Identity!.Name!, MaxName);

    protected IMediator Mediator => mediator;

    protected Actor Actor => new(Operator, MayAct ? Operators.Operator : Operators.Viewer);

    /// <summary>The answer to a viewer who acts all the same: 403 with a sentence.</summary>
    protected ContentResult Refused() => new()
    {
        StatusCode = StatusCodes.Status403Forbidden,
        ContentType = "text/plain; charset=utf-8",
        Content = HttpContext.RequestServices.GetRequiredService<IStringLocalizer<WebText>>()["ops.viewers-look"].Value,
    };

    /// <summary>Writes down what was done and what came of it.</summary>
    protected Task RecordAsync(string what, string subject, string? detail, string outcome) =>
        mediator.Send(new RecordAction(Actor, what, subject, detail, outcome), CancellationToken.None);
}

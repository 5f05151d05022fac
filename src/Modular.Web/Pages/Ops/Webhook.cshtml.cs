using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Webhooks;

namespace Modular.Web.Pages;

/// <summary>One delivery of a webhook, and the button that sends it again.</summary>
internal sealed class WebhookPage(IMediator mediator) : OpsPageModel(mediator)
{
    public ShowDelivery.View Opened { get; private set; } = null!;

    /// <summary>What sending it again came to; null when it has not just been.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowDelivery.Query(id), cancellationToken) is not { } opened)
        {
            return NotFound();
        }

        Opened = opened;
        Result = EnumText<ResendDelivery.Outcome>.TryParse(result, out _) ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, int attempts, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new ResendDelivery.Command(id, attempts, Operator), cancellationToken);
        if (outcome == ResendDelivery.Outcome.NotFound)
        {
            return NotFound();
        }

        await RecordAsync(OperatorAction.DeliveryResent, id.ToString(CultureInfo.InvariantCulture), null, outcome.ToText());
        return new SeeOther($"/ops/webhooks/{id}?result={outcome.ToText()}");
    }
}

using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>One message of the inbox, decoded, and the button that has it processed again.</summary>
internal sealed class MessagePage(IMediator mediator) : OpsPageModel(mediator)
{
    public ShowMessage.Opened Opened { get; private set; } = null!;

    /// <summary>What processing it again came to; null when it has not just been.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowMessage.Query(id, Explain: true), cancellationToken) is not { } opened)
        {
            return NotFound();
        }

        Opened = opened;
        Result = EnumText<ProcessMessage.Outcome>.TryParse(result, out _) ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new ProcessMessage.Command(id), cancellationToken);
        if (outcome == ProcessMessage.Outcome.NotFound)
        {
            return NotFound();
        }

        await RecordAsync(OperatorAction.MessageProcessed, id.ToString(System.Globalization.CultureInfo.InvariantCulture), null, outcome.ToText());
        return new SeeOther($"/ops/inbox/{id}?result={outcome.ToText()}");
    }
}

using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Web;
using Modular.Ordering;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>Goes to the order that a number belongs to, whichever number it is; lists the orders when it belongs to several.</summary>
internal sealed class SearchPage(IMediator mediator) : OpsPageModel(mediator)
{
    public string? Number { get; private set; }

    public IReadOnlyList<NumberMatch> Matches { get; private set; } = [];

    /// <summary>How many messages of the inbox name the number, which may be about nothing of ours.</summary>
    public int Messages { get; private set; }

    public async Task<IActionResult> OnGetAsync([FromQuery] string? q, CancellationToken cancellationToken)
    {
        Number = q?.Trim() is { Length: > 0 and <= FindNumber.MaxLength } text ? text : null;
        if (Number is null)
        {
            return Page();
        }

        // Our own numbers are capitals; people type them as they like.
        var ours = Number.ToUpperInvariant();
        if (await Mediator.Send(new ShowOrderFacts.Query(ours), cancellationToken) is { } order)
        {
            return new SeeOther($"/ops/orders/{order.OrderNo}");
        }

        Matches = await Mediator.Send(new FindNumber.Query(Number), cancellationToken);
        if (Matches.Count == 0 && ours != Number)
        {
            Matches = await Mediator.Send(new FindNumber.Query(ours), cancellationToken);
        }

        if (Matches.Select(match => match.OrderNo).Distinct().Take(2).ToArray() is [var only])
        {
            return new SeeOther($"/ops/orders/{only}");
        }

        Messages = (await Mediator.Send(new ListMessages.Query(Number), cancellationToken)).Messages.Count;
        return Page();
    }
}

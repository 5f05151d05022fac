using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Audit;
using Modular.Kernel.Outbox;
using Modular.Kernel.Web;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>Everything that waits for a person, each with what to do and a way to where it is done.</summary>
internal sealed class ExceptionsPage(IMediator mediator) : OpsPageModel(mediator)
{
    private static readonly HashSet<string> KnownReasons =
        ["amount_missing", "amount_mismatch", "currency_mismatch", "trade_no_reused", "paid_twice", "paid_late"];

    public PaymentExceptions Found { get; private set; } = null!;

    public IReadOnlyList<EventView> GivenUp { get; private set; } = [];

    public bool HasNone => Found is { Held.Count: 0, Refunds.Count: 0, Messages.Count: 0, Differences.Count: 0, Days.Count: 0, Unknown.Count: 0 } && GivenUp.Count == 0;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Found = await Mediator.Send(new ListExceptions.Query(), cancellationToken);
        GivenUp = await Mediator.Send(new ListGivenUpEvents(), cancellationToken);
    }

    /// <summary>Delivers an event that was given up again; the second click of two finds nothing given up.</summary>
    public async Task<IActionResult> OnPostDispatchAsync(long id, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new DispatchAgain(id), cancellationToken) ? "dispatched" : "nothing";
        await RecordAsync(OperatorAction.EventDispatched, id.ToString(CultureInfo.InvariantCulture), null, outcome);
        return new SeeOther("/ops/exceptions");
    }

    /// <summary>The name of the text that says what to do about money held for a reason.</summary>
    public static string Remedy(string? reason) => reason is not null && KnownReasons.Contains(reason) ? reason : "other";
}

using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel;
using Modular.Kernel.Messages;
using Modular.Kernel.Web;

namespace Modular.Ordering;

/// <summary>An order to its shopper: what is known, and what can be done now.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OrderPage(IMediator mediator, OrderAccess access, TimeProvider time) : PageModel
{
    private IReadOnlyDictionary<string, string> providerNames = new Dictionary<string, string>();

    public OrderView Order { get; private set; } = null!;

    public OrderStage Stage { get; private set; }

    /// <summary>The attempt by which money may come at any moment.</summary>
    public PaymentSummary? OpenPayment { get; private set; }

    /// <summary>What "check now" found, when it found no end.</summary>
    public string? Checked { get; private set; }

    public bool MayPay { get; private set; }

    public bool IsPaidAndHeld => Stage == OrderStage.Paid && Order.Payments.Any(OrderStages.IsHeld);

    public string StageText => Stage.ToText();

    /// <summary>The order's status, but held where money waits for a person.</summary>
    public string StatusText => Stage == OrderStage.Held ? "held" : Order.Status;

    public string NameOf(string provider) => providerNames.GetValueOrDefault(provider, provider);

    public async Task<IActionResult> OnGetAsync(string orderNo, [FromQuery(Name = "checked")] string? checkedState, CancellationToken cancellationToken)
    {
        if (!access.Allows(HttpContext, orderNo) || await mediator.Send(new ShowOrder.Query(orderNo), cancellationToken) is not { } order)
        {
            return NotFound();
        }

        var now = time.UtcNow();
        Order = order;
        Stage = OrderStages.Of(order, now);
        MayPay = now < order.ExpiresAt;
        OpenPayment = order.Payments.LastOrDefault(OrderStages.IsOpen);
        Checked = Stage == OrderStage.Confirming && checkedState is "pending" or "unknown" ? checkedState : null;
        providerNames = await mediator.Send(new NameProviders(), cancellationToken);
        return Page();
    }
}

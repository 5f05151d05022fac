using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Messages;
using Modular.Kernel.Web;

namespace Modular.Payments;

/// <summary>The choice of how to pay an order.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class CheckoutPage(IMediator mediator, OrderAccess access, PayerSession payers, PaymentsOptions options) : PageModel
{
    // The words that another page may hand over for a problem; anything else in the address is nobody's word.
    private static readonly string[] KnownProblems = ["held", "unavailable", "rejected", "unknown", "choose", "payer-again", "payer-unknown"];

    public Payable Order { get; private set; } = null!;

    public Offer Offer { get; private set; } = null!;

    public Choice? Selected { get; private set; }

    /// <summary>The word for what went wrong; the texts have a sentence for each.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the shopper reads the page in.</summary>
    public Device Device { get; private set; }

    /// <summary>The device that the address names in place of the one that the browser tells; null when it names none.</summary>
    public string? AskedDevice { get; private set; }

    /// <summary>The address to open in a browser, where the app around the page is in the way of a provider.</summary>
    public string? BrowserLink { get; private set; }

    public async Task<IActionResult> OnGetAsync(string orderNo, [FromQuery] string? problem, CancellationToken cancellationToken) =>
        await LoadAsync(orderNo, cancellationToken) switch
        {
            null => NotFound(),
            { State: PayableState.Open } => await ShowAsync(KnownProblems.Contains(problem) ? problem : null, null, cancellationToken),
            _ => new SeeOther($"/orders/{orderNo}"),
        };

    public async Task<IActionResult> OnPostAsync(string orderNo, [FromForm] string? method, CancellationToken cancellationToken)
    {
        if (await LoadAsync(orderNo, cancellationToken) is null)
        {
            return NotFound();
        }

        var chosen = Method.Parse(method);
        var payer = chosen is null ? null : payers.PayerAt(HttpContext, chosen.Provider);
        if (chosen is not null && payer is null && await mediator.Send(new NeedsPayer(chosen.Provider, chosen.Scene), cancellationToken))
        {
            return new SeeOther($"/checkout/{orderNo}/payer/{Uri.EscapeDataString(chosen.Provider)}?method={Uri.EscapeDataString(method!)}");
        }

        try
        {
            var outcome = await mediator.Send(new StartPayment.Command(orderNo, chosen?.Provider, chosen?.Scene, HttpContext.ClientIp(), payer), cancellationToken);
            return ProblemOf(outcome) is { } problem ? await ShowAsync(problem, method, cancellationToken) : WayOn(orderNo, outcome);
        }
        catch (ValidationException)
        {
            return await ShowAsync("choose", method, cancellationToken);
        }
    }

    /// <summary>The word for an outcome after which the shopper chooses again; null for one that leads on.</summary>
    internal static string? ProblemOf(StartPayment.Outcome outcome) => outcome switch
    {
        StartPayment.Outcome.OrderHeld => "held",
        StartPayment.Outcome.ProviderUnavailable => "unavailable",
        StartPayment.Outcome.ProviderRejected => "rejected",
        StartPayment.Outcome.ProviderUnknown => "unknown",
        _ => null,
    };

    /// <summary>Where an outcome without a problem leads.</summary>
    internal static ActionResult WayOn(string orderNo, StartPayment.Outcome outcome) => outcome switch
    {
        StartPayment.Outcome.Started started => new SeeOther($"/pay/{started.Payment.PaymentNo}"),
        StartPayment.Outcome.OrderNotFound => new NotFoundResult(),
        _ => new SeeOther($"/orders/{orderNo}"),
    };

    private async Task<Payable?> LoadAsync(string orderNo, CancellationToken cancellationToken)
    {
        Order = access.Allows(HttpContext, orderNo) ? (await mediator.Send(new FindPayable(orderNo), cancellationToken))! : null!;
        return Order;
    }

    private async Task<PageResult> ShowAsync(string? problem, string? method, CancellationToken cancellationToken)
    {
        var asked = Request.Query["device"].ToString();
        Device = Devices.Of(Request.Headers.UserAgent.ToString(), asked);
        AskedDevice = Kernel.EnumText<Device>.TryParse(asked, out _) ? asked : null;
        Offer = Offer.For(Device, Choice.AllOf(await mediator.Send(new ListProviders(), cancellationToken)));
        Selected = Offer.Choosable.FirstOrDefault(choice => choice.Value == method) ?? Offer.Choosable.FirstOrDefault();
        Problem = problem;
        BrowserLink = Offer.Blocked.Count > 0 && options.PublicUrl is { } url
            ? new Uri(url, $"checkout/{Order.OrderNo}?key={Uri.EscapeDataString(access.KeyFor(Order.OrderNo))}").AbsoluteUri
            : null;
        return Page();
    }
}

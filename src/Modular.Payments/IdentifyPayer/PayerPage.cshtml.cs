using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// Sends the browser to the provider to be identified, and takes it when it comes back. A page that goes on by itself and no
/// redirect, because the checkout's form leads here and browsers hold every redirect that follows a form against form-action.
/// </summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PayerPage(IMediator mediator, OrderAccess access, PayerSession session, PaymentsOptions options) : PageModel
{
    /// <summary>Where the browser goes now.</summary>
    public Uri Target { get; private set; } = null!;

    public string ProviderName { get; private set; } = "";

    public string OrderNo { get; private set; } = "";

    /// <summary>
    /// Without <paramref name="state"/> the way begins, for the payment <paramref name="method"/>; with it the browser comes back
    /// and brings <paramref name="code"/>.
    /// </summary>
    public async Task<IActionResult> OnGetAsync(
        string orderNo, string instance, [FromQuery] string? method, [FromQuery] string? code, [FromQuery] string? state, CancellationToken cancellationToken)
    {
        if (!access.Allows(HttpContext, orderNo))
        {
            return NotFound();
        }

        return state is null
            ? await BeginAsync(orderNo, instance, method, cancellationToken)
            : await EndAsync(orderNo, instance, code, state, cancellationToken);
    }

    private async Task<IActionResult> BeginAsync(string orderNo, string instance, string? method, CancellationToken cancellationToken)
    {
        if (Method.Parse(method) is not { } chosen || chosen.Provider != instance || options.PublicUrl is not { } url)
        {
            return new SeeOther($"/checkout/{orderNo}");
        }

        var visit = session.BeginVisit(HttpContext, orderNo, method!);
        var callback = new Uri(url, $"checkout/{orderNo}/payer/{instance}");
        if (await mediator.Send(new IdentifyPayer.Begin(instance, visit.State, callback), cancellationToken) is not { } target)
        {
            return Checkout(orderNo, "unavailable");
        }

        var names = await mediator.Send(new Kernel.Messages.NameProviders(), cancellationToken);
        (Target, OrderNo, ProviderName) = (target, orderNo, names.GetValueOrDefault(instance, instance));
        return Page();
    }

    private async Task<IActionResult> EndAsync(string orderNo, string instance, string? code, string state, CancellationToken cancellationToken)
    {
        // A state that is not this browser's own may be somebody else's code; one that was used may be a step back.
        if (session.EndVisit(HttpContext, state) is not { } visit || visit.OrderNo != orderNo || Method.Parse(visit.Method) is not { } method || method.Provider != instance)
        {
            return Checkout(orderNo, "payer-again");
        }

        switch (await mediator.Send(new IdentifyPayer.Command(instance, code ?? ""), cancellationToken))
        {
            case PayerAnswer.Identified payer:
                session.RememberPayer(HttpContext, instance, payer.PayerId);
                return await PayAsync(orderNo, method, payer.PayerId, cancellationToken);
            case PayerAnswer.CodeRefused:
                return Checkout(orderNo, "payer-again");
            default:
                return Checkout(orderNo, "payer-unknown");
        }
    }

    private async Task<IActionResult> PayAsync(string orderNo, Method method, string payerId, CancellationToken cancellationToken)
    {
        try
        {
            var command = new StartPayment.Command(orderNo, method.Provider, method.Scene, HttpContext.ClientIp(), payerId);
            return await mediator.Send(command, cancellationToken) is var outcome && CheckoutPage.ProblemOf(outcome) is { } problem
                ? Checkout(orderNo, problem)
                : CheckoutPage.WayOn(orderNo, outcome);
        }
        catch (ValidationException)
        {
            return Checkout(orderNo, "choose");
        }
    }

    private static SeeOther Checkout(string orderNo, string problem) => new($"/checkout/{orderNo}?problem={problem}");
}

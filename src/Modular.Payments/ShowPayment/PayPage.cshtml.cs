using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Messages;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The page on which the shopper pays, or from which they go to the provider's cashier.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PayPage(IMediator mediator, OrderAccess access, PayerSession payers, PaymentsOptions options) : PageModel
{
    // What "I have paid", or the client's own word, led to, when it led to no end.
    private static readonly string[] KnownResults = ["pending", "unknown", "cancelled", "failed"];

    public PaymentDetails Details { get; private set; } = null!;

    /// <summary>What the shopper does now; null while that is not known.</summary>
    public PaymentAction? Action { get; private set; }

    public string ProviderName { get; private set; } = "";

    /// <summary>What "I have paid" found, when it found no end.</summary>
    public string? Checked { get; private set; }

    public async Task<IActionResult> OnGetAsync(string paymentNo, [FromQuery(Name = "checked")] string? checkedState, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(paymentNo, cancellationToken))
        {
            return NotFound();
        }

        switch (await mediator.Send(new ResumePayment.Command(paymentNo, payers.PayerAt(HttpContext, Details.Payment.Provider)), cancellationToken))
        {
            case ResumePayment.Outcome.NotFound:
                return NotFound();
            case ResumePayment.Outcome.Over:
                return new SeeOther(OrderUrl);
            case ResumePayment.Outcome.PayerNeeded or ResumePayment.Outcome.OtherPayer:
                return new SeeOther($"/checkout/{Details.OrderNo}");
            case ResumePayment.Outcome.Ready ready:
                Action = ready.Action;
                break;
        }

        var names = await mediator.Send(new NameProviders(), cancellationToken);
        ProviderName = names.GetValueOrDefault(Details.Payment.Provider, Details.Payment.Provider);
        Checked = KnownResults.Contains(checkedState) ? checkedState : null;
        return Page();
    }

    /// <summary>
    /// "I have paid": asks the provider now. <paramref name="from"/> says on which page the button stood. <paramref name="hint"/> is
    /// what the client on the shopper's device said (<c>ok</c>, <c>cancel</c>, <c>fail</c>); it chooses words and nothing else.
    /// </summary>
    public async Task<IActionResult> OnPostConfirmAsync(string paymentNo, [FromForm] string? from, [FromForm] string? hint, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(paymentNo, cancellationToken))
        {
            return NotFound();
        }

        var back = from == "order" ? OrderUrl : $"/pay/{paymentNo}";
        return await mediator.Send(new ConfirmPayment.Command(paymentNo, options.ReturnBudget), cancellationToken) switch
        {
            ConfirmPayment.Outcome.NotFound => NotFound(),
            ConfirmPayment.Outcome.Unknown => new SeeOther($"{back}?checked=unknown"),
            ConfirmPayment.Outcome.Known { Payment.Payment.Status: "pending" } => new SeeOther($"{back}?checked={hint switch { "cancel" => "cancelled", "fail" => "failed", _ => "pending" }}"),
            _ => new SeeOther(OrderUrl),
        };
    }

    private string OrderUrl => $"/orders/{Details.OrderNo}";

    private async Task<bool> LoadAsync(string paymentNo, CancellationToken cancellationToken)
    {
        Details = (await mediator.Send(new ShowPayment.Query(paymentNo), cancellationToken))!;
        return Details is not null && access.Allows(HttpContext, Details.OrderNo);
    }
}

using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Messages;
using Modular.Kernel.Web;

namespace Modular.Payments;

/// <summary>The choice of how to pay an order.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class CheckoutPage(IMediator mediator, OrderAccess access, PaymentsOptions options) : PageModel
{
    public Payable Order { get; private set; } = null!;

    public IReadOnlyList<Choice> Fitting { get; private set; } = [];

    public IReadOnlyList<Choice> Others { get; private set; } = [];

    public Choice? Selected { get; private set; }

    /// <summary>The word for what went wrong; the texts have a sentence for each.</summary>
    public string? Problem { get; private set; }

    /// <summary>The address to open outside WeChat, where WeChat's browser is in the way of a provider.</summary>
    public string? BrowserLink { get; private set; }

    public async Task<IActionResult> OnGetAsync(string orderNo, CancellationToken cancellationToken) =>
        await LoadAsync(orderNo, cancellationToken) switch
        {
            null => NotFound(),
            { State: PayableState.Open } => await ShowAsync(null, null, cancellationToken),
            _ => new SeeOther($"/orders/{orderNo}"),
        };

    public async Task<IActionResult> OnPostAsync(string orderNo, [FromForm] string? method, CancellationToken cancellationToken)
    {
        if (await LoadAsync(orderNo, cancellationToken) is null)
        {
            return NotFound();
        }

        var (provider, scene) = method?.Split('/') is [var first, var second] ? (first, second) : (null, null);
        try
        {
            return await mediator.Send(new StartPayment.Command(orderNo, provider, scene, ClientIp()), cancellationToken) switch
            {
                StartPayment.Outcome.Started started => new SeeOther($"/pay/{started.Payment.PaymentNo}"),
                StartPayment.Outcome.OrderPaid or StartPayment.Outcome.OrderClosed => new SeeOther($"/orders/{orderNo}"),
                StartPayment.Outcome.OrderNotFound => NotFound(),
                StartPayment.Outcome.OrderHeld => await ShowAsync("held", method, cancellationToken),
                StartPayment.Outcome.ProviderUnavailable => await ShowAsync("unavailable", method, cancellationToken),
                StartPayment.Outcome.ProviderRejected => await ShowAsync("rejected", method, cancellationToken),
                _ => await ShowAsync("unknown", method, cancellationToken),
            };
        }
        catch (ValidationException)
        {
            return await ShowAsync("choose", method, cancellationToken);
        }
    }

    private async Task<Payable?> LoadAsync(string orderNo, CancellationToken cancellationToken)
    {
        Order = access.Allows(HttpContext, orderNo) ? (await mediator.Send(new FindPayable(orderNo), cancellationToken))! : null!;
        return Order;
    }

    private async Task<PageResult> ShowAsync(string? problem, string? method, CancellationToken cancellationToken)
    {
        var device = Device.Of(Request.Headers.UserAgent.ToString());
        var all = Choice.AllOf(await mediator.Send(new ListProviders(), cancellationToken));
        (Fitting, Others) = Choice.Split(all, device);
        Selected = all.FirstOrDefault(choice => choice.Value == method) ?? (Fitting.Count > 0 ? Fitting[0] : null);
        Problem = problem;
        BrowserLink = device.IsInsideWeChat && all.Any(choice => choice.IsBlockedInsideWeChat) && options.PublicUrl is { } url
            ? new Uri(url, $"checkout/{Order.OrderNo}?key={Uri.EscapeDataString(access.KeyFor(Order.OrderNo))}").AbsoluteUri
            : null;
        return Page();
    }

    private string? ClientIp() =>
        HttpContext.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;
}

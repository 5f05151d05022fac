using System.Globalization;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Web;

namespace Modular.Ordering;

/// <summary>One product, and the form that places an order for it.</summary>
internal sealed class ProductPage(IMediator mediator, Catalogue catalogue, OrderingOptions options, OrderAccess access) : PageModel
{
    public Product Product { get; private set; } = null!;

    /// <summary>As typed, so that a mistake can be shown and mended.</summary>
    [BindProperty]
    public string? Quantity { get; set; } = "1";

    public bool IsQuantityWrong { get; private set; }

    public int ExpiryMinutes => (int)Math.Ceiling(options.OrderExpiry.TotalMinutes);

    public IActionResult OnGet(string sku) => Find(sku) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string sku, CancellationToken cancellationToken)
    {
        if (!Find(sku))
        {
            return NotFound();
        }

        // What is no number counts as none, which the validator refuses.
        var quantity = int.TryParse(Quantity, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : 0;
        try
        {
            var outcome = await mediator.Send(new PlaceOrder.Command([new PlaceOrder.Line(sku, quantity)]), cancellationToken);
            var order = ((PlaceOrder.Outcome.Placed)outcome).Order;
            access.Grant(HttpContext, order.OrderNo);
            return new SeeOther($"/checkout/{order.OrderNo}");
        }
        catch (ValidationException)
        {
            IsQuantityWrong = true;
            Response.StatusCode = 400;
            return Page();
        }
    }

    private bool Find(string sku)
    {
        Product = catalogue.Find(sku)!;
        return Product is not null;
    }
}

using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Modular.Ordering;

/// <summary>What the shop sells.</summary>
internal sealed class StorefrontPage(Catalogue catalogue) : PageModel
{
    public IReadOnlyList<Product> Products => catalogue.Products;
}

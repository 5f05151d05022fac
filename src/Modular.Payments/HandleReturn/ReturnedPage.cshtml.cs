using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Modular.Payments;

/// <summary>Where a browser lands whose return could not be verified, or not now.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ReturnedPage : PageModel
{
    public string State { get; private set; } = "refused";

    public void OnGet([FromQuery] string? state) => State = state == "unavailable" ? "unavailable" : "refused";
}

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Web;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>Signs an operator out; by form only, so that no foreign link can.</summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
internal sealed class LogoutPage : PageModel
{
    public IActionResult OnGet() => Redirect("/ops");

    public async Task<IActionResult> OnPostAsync()
    {
        await HttpContext.SignOutAsync();
        return new SeeOther("/ops/login");
    }
}

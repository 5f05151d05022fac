using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Modular.Kernel.Web;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>Signs an operator in. The answer to a wrong name and to a wrong password is the same.</summary>
[EnableRateLimiting(ShopSecurity.LoginLimit)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class LoginPage(Operators operators) : PageModel
{
    private const int MaxPasswordLength = 256;

    public string? Name { get; private set; }

    /// <summary>Where to go afterwards; always an address of this shop.</summary>
    public string ReturnUrl { get; private set; } = "/ops";

    public bool HasFailed { get; private set; }

    /// <summary>Somebody is signed in who may not see what they asked for.</summary>
    public bool IsRefused => !HasFailed && User.Identity?.IsAuthenticated == true;

    public IActionResult OnGet([FromQuery] string? returnUrl)
    {
        ReturnUrl = Local(returnUrl);
        return returnUrl is null && User.Identity?.IsAuthenticated == true ? new SeeOther(ReturnUrl) : Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl)
    {
        ReturnUrl = Local(returnUrl);
        // A longer password cannot be right, and hashing it would be work done for a stranger.
        if (password is { Length: <= MaxPasswordLength } && operators.SignIn(name ?? "", password) is { } person)
        {
            await HttpContext.SignInAsync(person);
            return new SeeOther(ReturnUrl);
        }

        Name = name;
        HasFailed = true;
        return Page();
    }

    private string Local(string? url) => Url.IsLocalUrl(url) ? url! : "/ops";
}

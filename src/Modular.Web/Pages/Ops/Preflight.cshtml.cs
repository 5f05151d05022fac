using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Payments;
using Modular.Payments.Abstractions.Preflight;
using Modular.Web.Security;

namespace Modular.Web.Pages;

/// <summary>
/// Tests a provider instance before it goes live, with the settings that this process runs with. It changes nothing, so a viewer may do it as
/// well; it is a POST all the same, because it makes the shop call out.
/// </summary>
[Authorize(Policy = ShopSecurity.OpsPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PreflightPage(PreflightRunner runner) : PageModel
{
    public IReadOnlyList<string> Instances => runner.Instances;

    /// <summary>What was found out; null before anything was asked.</summary>
    public InstancePreflight? Found { get; private set; }

    public async Task<IActionResult> OnPostAsync([FromForm] string? instance, CancellationToken cancellationToken)
    {
        if (instance is null || !Instances.Contains(instance))
        {
            return NotFound();
        }

        Found = (await runner.RunAsync(instance, offline: false, cancellationToken))[0];
        return Page();
    }

    /// <summary>How a level is coloured.</summary>
    public static string Badge(PreflightLevel level) => level switch
    {
        PreflightLevel.Pass => "good",
        PreflightLevel.Warn => "warm",
        _ => "bad",
    };
}

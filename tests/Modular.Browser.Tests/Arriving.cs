using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Modular.Testing.Hosting;

namespace Modular.Browser.Tests;

/// <summary>
/// Waits for an address by looking at it. The library's own waiting looks once and then listens, and a page that arrives between the two is
/// waited for in vain.
/// </summary>
internal static class Arriving
{
    /// <summary>Waits until the page is at an address and whole: <c>*</c> stands for anything but a slash, <c>**</c> for anything.</summary>
    public static Task ArrivesAtAsync(this IPage page, string address) =>
        page.ArrivesAtAsync(new Regex('^' + Regex.Escape(address).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + '$'));

    /// <inheritdoc cref="ArrivesAtAsync(IPage, string)"/>
    public static Task ArrivesAtAsync(this IPage page, Regex address) => Eventually.BecomesAsync("complete", async () =>
    {
        try
        {
            return address.IsMatch(page.Url) ? await page.EvaluateAsync<string>("document.readyState") : page.Url;
        }
        catch (PlaywrightException e)
        {
            // It goes on to the next page at this moment.
            return e.Message;
        }
    });
}

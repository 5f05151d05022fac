using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class PreflightTests(Surroundings surroundings)
{
    [Fact]
    public async Task A_viewer_checks_an_instance_before_going_live_on_a_phone()
    {
        await using var person = await surroundings.VisitAsync("preflight", Browsers.Phone);
        await person.GoAsync("/ops");
        await person.Page.Locator("#name").FillAsync("victor");
        await person.Page.Locator("#password").FillAsync(TestShop.OperatorPassword);
        await person.Page.Locator("#sign-in").ClickAsync();
        await person.Page.Locator("#to-preflight").ClickAsync();
        await person.ShotAsync("asked");
        await person.Page.Locator("#instances li").Filter(new() { HasText = "wechatpayv2" }).Locator("button").ClickAsync();

        await Expect(person.Page.Locator("#found")).ToHaveAttributeAsync("data-passes", "true");
        await Expect(person.Page.Locator("#found [data-what='signed question']")).ToHaveAttributeAsync("data-level", "pass");
        await Expect(person.Page.Locator("#found [data-level=warn]")).ToHaveCountAsync(1);
        await person.FitsAsync();
        await person.ShotAsync("found");
        person.SawNoTrouble();
    }
}

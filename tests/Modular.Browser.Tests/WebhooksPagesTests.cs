using Modular.Kernel.Outbox;
using Modular.Testing.Hosting;
using Modular.Webhooks;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

/// <summary>What operators do about webhooks: they pause an endpoint and have a delivery sent again, each after a question and once.</summary>
public sealed class WebhooksPagesTests(Surroundings surroundings)
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    [Fact]
    public async Task W14_an_operator_pauses_an_endpoint_and_resumes_it_and_the_trail_says_who()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(receiver);
        await using var person = await surroundings.VisitAsync("webhooks-pause", Browsers.Desktop, shop);
        await person.SignInAsync("olivia", "/ops/webhooks");
        var endpoint = person.Page.Locator("[data-endpoint=erp]");
        await Expect(endpoint).ToHaveAttributeAsync("data-state", "active");

        // Nothing can be pressed before the question is open.
        await Expect(person.Page.Locator("[data-action=pause]")).ToBeHiddenAsync();
        await person.ActAsync("pause");
        await Expect(person.Page.Locator("#result")).ToBeVisibleAsync();
        await Expect(endpoint).ToHaveAttributeAsync("data-state", "paused");
        await person.ShotAsync("paused");
        await OrderedAsync(shop);
        Assert.Empty(receiver.All);

        await using var viewer = await surroundings.VisitAsync("webhooks-viewer", Browsers.Phone, shop);
        await viewer.SignInAsync("victor", "/ops/webhooks");
        await Expect(viewer.Page.Locator("[data-endpoint=erp]")).ToHaveAttributeAsync("data-state", "paused");
        await Expect(viewer.Page.Locator("[data-act]")).ToHaveCountAsync(0);

        await person.ActAsync("resume");
        await Expect(endpoint).ToHaveAttributeAsync("data-state", "active");
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Single(receiver.All);

        await person.GoAsync("/ops/audit-trail?subject=erp");
        var entries = person.Page.Locator("#trail tbody tr");
        await Expect(entries).ToHaveCountAsync(2);
        await Expect(entries.Nth(1)).ToHaveAttributeAsync("data-what", "webhook_paused");
        await Expect(entries.Nth(0)).ToHaveAttributeAsync("data-what", "webhook_resumed");
        await Expect(entries.Nth(0)).ToContainTextAsync("olivia");
        await person.ShotAsync("trail");
        person.SawNoTrouble();
        viewer.SawNoTrouble();
    }

    [Fact]
    public async Task W14_a_delivery_is_sent_again_once_however_often_and_in_how_many_tabs_its_button_is_pressed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(receiver);
        await OrderedAsync(shop);
        var first = Assert.Single(receiver.All);

        await using var person = await surroundings.VisitAsync("webhooks-resend", Browsers.Desktop, shop);
        await person.SignInAsync("olivia", "/ops/webhooks");
        await person.Page.Locator("#deliveries tbody a").First.ClickAsync();
        await Expect(person.Page.Locator("#delivery")).ToHaveAttributeAsync("data-status", "delivered");
        var address = new Uri(person.Page.Url).AbsolutePath;
        var tab = person.Page;

        // The same page in another tab, from before.
        await person.OpenTabAsync();
        await person.GoAsync(address);
        var other = person.Page;

        await tab.Locator("[data-act=resend] summary").ClickAsync();
        await tab.Locator("#send-again").DblClickAsync();
        await Expect(tab.Locator("#result")).ToBeVisibleAsync();
        await shop.SendAsync(new SendDeliveries.Command());
        await person.ActAsync("resend");
        await Expect(other).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("result=already_under_way$"));
        await person.ShotAsync("again");
        await shop.SendAsync(new SendDeliveries.Command());

        Assert.Equal(2, receiver.All.Count);
        Assert.Equal((first.Id, first.Body), (receiver.All[1].Id, receiver.All[1].Body));
        Assert.Equal("1", await shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'delivery_resent' AND outcome = 'queued' AND who = 'olivia'"));
        person.SawNoTrouble();
    }

    private static Task<TestShop> StartAsync(Receiver receiver) => TestShop.StartAsync(new TestShopOptions
    {
        Store = Stores.Sqlite,
        Settings = new Dictionary<string, string?> { ["Modular:Webhooks:erp:Url"] = receiver.Address.ToString(), ["Modular:Webhooks:erp:Secret"] = Secret },
    });

    private static async Task OrderedAsync(TestShop shop)
    {
        await shop.PlaceOrderAsync();
        await shop.SendAsync(new DispatchEvents());
        await shop.SendAsync(new SendDeliveries.Command());
    }
}

using Microsoft.Playwright;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class OperationsTests(Surroundings surroundings)
{
    private const string Operator = "olivia";
    private const string Viewer = "victor";

    [Theory]
    [InlineData("/ops")]
    [InlineData("/hangfire")]
    public async Task Strangers_are_asked_to_sign_in(string path)
    {
        await using var stranger = await surroundings.VisitAsync("ops-stranger", Browsers.Desktop);
        await stranger.GoAsync(path);
        Assert.Equal("/ops/login", new Uri(stranger.Page.Url).AbsolutePath);
        await Expect(stranger.Page.Locator("#sign-in")).ToBeVisibleAsync();
        await stranger.ShotAsync("login");
    }

    [Fact]
    public async Task An_operator_sees_providers_and_what_became_of_their_messages()
    {
        var shop = surroundings.Shop;
        var (_, paid) = await shop.StartedAsync();
        var (_, forged) = await shop.StartedAsync();
        Assert.Equal("success", (await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paid, "0.01")))).Body);
        Assert.NotEqual("success", (await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(forged, "0.01"), shop.Alipay.AppKey))).Body);

        await using var shopper = await surroundings.VisitAsync("ops-shopper", Browsers.Desktop);
        var orderNo = await shopper.OrderAsync();
        await shopper.Page.Locator("#pay").ClickAsync();
        await shopper.PayAtCashierAsync();
        await shopper.SeesPaidAsync(orderNo);
        var returned = (await shopper.Page.Locator("#payment-list [data-payment]").GetAttributeAsync("data-payment"))!;

        await using var person = await surroundings.VisitAsync("ops", Browsers.Desktop);
        await person.SignInAsync(Operator, "/ops");
        await Expect(person.Page.Locator("#providers [data-provider=alipay]")).ToHaveAttributeAsync("data-in-service", "true");
        await Expect(Messages(person, paid)).ToHaveAttributeAsync("data-verdict", "accepted");
        await Expect(Messages(person, forged)).ToHaveAttributeAsync("data-verdict", "refused");
        await Expect(Messages(person, returned).Filter(new() { HasText = "返回" })).ToHaveAttributeAsync("data-verdict", "accepted");
        await person.ShotAsync("home");
        person.SawNoTrouble();

        await person.Page.Locator("#sign-out").ClickAsync();
        await person.GoAsync("/ops");
        await Expect(person.Page.Locator("#sign-in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_operator_finds_a_message_by_its_order_opens_it_and_has_it_processed_again()
    {
        var shop = surroundings.Shop;
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), shop.Alipay.AppKey));

        await using var person = await surroundings.VisitAsync("inbox", Browsers.Desktop);
        await person.SignInAsync(Operator, "/ops");
        await person.Page.Locator("#to-inbox").ClickAsync();
        await person.Page.Locator("input[name=number]").FillAsync(orderNo);
        await person.Page.Locator("#inbox-search button").ClickAsync();
        await Expect(Messages(person, paymentNo)).ToHaveAttributeAsync("data-verdict", "refused");
        await person.ShotAsync("found");

        await Messages(person, paymentNo).Locator("a").ClickAsync();
        await Expect(person.Page.Locator("#content")).ToContainTextAsync("预订一分钱测试订单");
        await person.ShotAsync("opened");
        await person.Page.Locator("#message [data-act=process] summary").ClickAsync();
        await person.Page.Locator("#process-again").ClickAsync();
        await Expect(person.Page.Locator("#result")).ToBeVisibleAsync();
        await Expect(person.Page.Locator("#message")).ToHaveAttributeAsync("data-verdict", "refused");
        Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
        await person.ShotAsync("processed");
        person.SawNoTrouble();

        var message = new Uri(person.Page.Url).AbsolutePath;
        await using var viewer = await surroundings.VisitAsync("inbox-viewer", Browsers.Phone);
        await viewer.SignInAsync(Viewer, message);
        await Expect(viewer.Page.Locator("#message")).ToBeVisibleAsync();
        await Expect(viewer.Page.Locator("#process-again")).ToHaveCountAsync(0);
        await viewer.FitsAsync();
        await viewer.ShotAsync("looks");
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var person = await surroundings.VisitAsync("ops-wrong", Browsers.Desktop);
        await person.GoAsync("/ops");
        await person.FillLoginAsync(Operator, "not-the-password");
        await Expect(person.Page.Locator("#login-error")).ToBeVisibleAsync();
        await person.ShotAsync("refused");
    }

    [Fact]
    public async Task Jobs_are_run_by_operators_and_only_seen_by_viewers()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:Jobs:Enabled"] = "true" },
        });
        await using var viewer = await surroundings.VisitAsync("jobs-viewer", Browsers.Desktop, shop);
        await viewer.SignInAsync(Viewer, "/hangfire/recurring");
        await Expect(viewer.Page.Locator("body")).ToContainTextAsync("confirm-payments");
        await Expect(viewer.Page.Locator("[data-url*='/recurring/']")).ToHaveCountAsync(0);
        await viewer.ShotAsync("recurring");
        Assert.InRange((await TriggerAsync(viewer, shop)).Status, 401, 403);
        viewer.SawNoTrouble();

        await using var person = await surroundings.VisitAsync("jobs-operator", Browsers.Desktop, shop);
        await person.SignInAsync(Operator, "/hangfire/recurring");
        await person.ShotAsync("recurring");
        await person.Page.Locator("input[value=dispatch-events]").CheckAsync();
        var answer = await person.Page.RunAndWaitForResponseAsync(
            () => person.Page.Locator("[data-url$='/recurring/trigger']").ClickAsync(),
            response => response.Url.EndsWith("/recurring/trigger", StringComparison.Ordinal));
        Assert.True(answer.Status == 204, string.Join("\n", shop.Log.Lines.TakeLast(60)));
        person.SawNoTrouble();

        // Hangfire keeps no record of who did it; the shop's trail does.
        // In a tab of its own, because the dashboard loads its page again by itself.
        await person.OpenTabAsync();
        await person.GoAsync("/ops/audit-trail?what=jobs_commanded");
        var entry = person.Page.Locator("#trail tbody tr");
        await Expect(entry).ToHaveCountAsync(1);
        await Expect(entry).ToContainTextAsync(Operator);
        await Expect(entry).ToContainTextAsync("dispatch-events");
    }

    private static ILocator Messages(Visitor person, string paymentNo) =>
        person.Page.Locator("#messages tr[data-verdict]").Filter(new() { HasText = paymentNo });

    // What the button that viewers are not shown would send, with their own session.
    private static Task<IAPIResponse> TriggerAsync(Visitor person, TestShop shop)
    {
        var form = person.Context.APIRequest.CreateFormData();
        form.Append("jobs[]", "confirm-payments");
        return person.Context.APIRequest.PostAsync(new Uri(shop.Address, "/hangfire/recurring/trigger").ToString(), new() { Form = form });
    }
}

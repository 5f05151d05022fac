using System.Net.Http.Json;
using System.Text;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>The signature doctor inside the running shop: on every refused message, and on demand.</summary>
public sealed class DoctorTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private static readonly Uri Diagnoses = new("/api/diagnoses", UriKind.Relative);

    [Fact]
    public async Task A_refused_notification_is_kept_with_the_cause_and_changes_nothing()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var body = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")) + "&route=pay";

        Assert.Equal((400, "fail"), await shop.NotifyAsync(body));
        var row = (await shop.InboxRowAsync(body))!;
        Assert.StartsWith("extra-parameter: ", row.Detail, StringComparison.Ordinal);
        Assert.Equal("extra-parameter", row.Cause);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task A_refusal_that_nobody_had_time_to_examine_is_explained_when_it_is_opened()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        var body = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")) + "&route=pay";
        await shop.NotifyAsync(body);
        var id = (await shop.InboxRowAsync(body))!.Id;
        await shop.ScalarAsync("UPDATE payments_inbox SET cause = NULL, detail = 'too many at once' WHERE id = @id", ("id", id));

        using var desk = await Desk.OfAsync(shop);
        Assert.Contains("<code id=\"cause\" class=\"muted\">extra-parameter</code>", await desk.PageAsync($"/ops/inbox/{id}"), StringComparison.Ordinal);
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.SendAsync(new ShowMessage.Query(id, Explain: true))));
        Assert.All(opened, one => Assert.True(one!.Message is { Cause: "extra-parameter" } or { Cause: null, Detail: "too many at once" }));
        Assert.Contains(opened, one => one!.Message.Detail!.StartsWith("extra-parameter: ", StringComparison.Ordinal));

        // Looking changes nothing.
        Assert.Equal((null, "too many at once"), ((await shop.InboxRowAsync(body))!.Cause, (await shop.InboxRowAsync(body))!.Detail));
    }

    [Fact]
    public async Task B15_a_genuine_message_of_the_sandbox_pays_nothing_in_production_and_is_named()
    {
        using var live = new AlipayParty();
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?>
            {
                ["Modular:Providers:live:Plugin"] = "Modular.Payments.Alipay",
                ["Modular:Providers:live:Gateway"] = "https://openapi.alipay.com/gateway.do",
                ["Modular:Providers:live:AppId"] = AlipayParty.AppId,
                ["Modular:Providers:live:SellerId"] = AlipayParty.SellerId,
                ["Modular:Providers:live:PrivateKey"] = live.AppKey.ExportPkcs8PrivateKeyPem(),
                ["Modular:Providers:live:AlipayPublicKey"] = live.AlipayKey.ExportSubjectPublicKeyInfoPem(),
            },
        });
        var orderNo = await shop.PlaceOrderAsync();
        var paymentNo = (await shop.StartPaymentAsync(orderNo, provider: "live"))["paymentNo"]!.GetValue<string>();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");

        // The same account number in both worlds, so that the key alone tells them apart.
        var trial = shop.Alipay.Sign(fields);
        Assert.Equal((400, "fail"), await shop.NotifyAsync(trial, "live"));
        Assert.Equal("sandbox-credentials", (await shop.InboxRowAsync(trial, "live"))!.Cause);

        // At the sandbox's own address it is genuine, and about a payment of another instance.
        Assert.Equal((400, "fail"), await shop.NotifyAsync(trial));
        Assert.Equal("unknown_payment", (await shop.InboxRowAsync(trial))!.Reason);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        Assert.Equal((200, "success"), await shop.NotifyAsync(live.Sign(fields), "live"));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task A_kept_request_is_explained_on_demand()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        var body = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

        var valid = await DiagnoseAsync(shop, "alipay", body, 200);
        Assert.Equal("valid", (string?)valid["verdict"]);
        var refused = await DiagnoseAsync(shop, "alipay", body + "&m=home", 200);
        Assert.Equal(("refused", "extra-parameter"), ((string?)refused["verdict"], (string?)refused["cause"]));
        Assert.Equal("provider_not_found", (string?)(await DiagnoseAsync(shop, "nobody", body, 404))["code"]);
        using var unreadable = await shop.Api.PostAsJsonAsync(Diagnoses, new { provider = "alipay", request = "no Base64!" }, TestContext.Current.CancellationToken);
        Assert.Equal("invalid_request", (string?)(await TestShop.JsonAsync(unreadable, 400))["code"]);
        using var stranger = await shop.Web.PostAsJsonAsync(Diagnoses, new { provider = "alipay", request = "" }, TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)stranger.StatusCode);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> DiagnoseAsync(TestShop shop, string provider, string body, int status)
    {
        var raw = $"POST /payments/{provider}/notify HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}";
        using var response = await shop.Api.PostAsJsonAsync(Diagnoses, new { provider, request = Convert.ToBase64String(Encoding.Latin1.GetBytes(raw)) }, TestContext.Current.CancellationToken);
        return await TestShop.JsonAsync(response, status);
    }
}

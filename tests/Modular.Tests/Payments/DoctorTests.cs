using System.Net.Http.Json;
using System.Text;
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

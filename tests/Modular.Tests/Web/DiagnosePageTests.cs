using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>The page on which the signature doctor is asked explains what is pasted, to whoever is signed in, and leaves nothing behind.</summary>
public sealed partial class DiagnosePageTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private const string Page = "/ops/diagnose";

    [Fact]
    public async Task A_viewer_pastes_a_request_and_sees_verdict_cause_sentence_remedy_and_signed_text()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        using var viewer = await SignedInAsync(shop, "victor");
        Assert.Contains("""href="/ops/diagnose" """.TrimEnd(), (await viewer.GetTextAsync("/ops")).Text, StringComparison.Ordinal);
        var before = await CountAsync(shop);

        var right = await AskAsync(viewer, ("instance", "alipay"), ("request", Pasted(form)));
        Assert.Equal(200, right.Status);
        Assert.Contains("data-verdict=\"valid\"", right.Text, StringComparison.Ordinal);

        var broken = await AskAsync(viewer, ("instance", "alipay"), ("request", Pasted(form + "&route=%3Cscript%3E")));
        Assert.Equal(200, broken.Status);
        Assert.Contains("data-verdict=\"refused\" data-cause=\"extra-parameter\"", broken.Text, StringComparison.Ordinal);
        Assert.Contains("register the address without a query", broken.Text, StringComparison.Ordinal);
        Assert.Contains("Register the address without a query", broken.Text, StringComparison.Ordinal);
        Assert.Contains($"out_trade_no={paymentNo}", broken.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", broken.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(form[(form.IndexOf("&sign=", StringComparison.Ordinal) + 6)..][..40], WebUtility.HtmlDecode(broken.Text), StringComparison.Ordinal);

        var altered = await AskAsync(viewer, ("instance", "alipay"), ("request", Pasted(form.Replace("0.01", "0.02", StringComparison.Ordinal))));
        Assert.Contains("data-verdict=\"refused\" data-cause=\"\"", altered.Text, StringComparison.Ordinal);

        Assert.Equal(before, await CountAsync(shop));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task Line_ends_that_the_browser_makes_are_no_fault()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        using var viewer = await SignedInAsync(shop, "victor");
        var pasted = Pasted(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))) + "\r\n\r\n";
        Assert.Contains("data-verdict=\"valid\"", (await AskAsync(viewer, ("instance", "alipay"), ("request", pasted))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_message_s_page_leads_to_its_diagnosis()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")) + "&route=pay";
        await shop.NotifyAsync(form);
        var row = (await shop.InboxRowAsync(form))!;
        using var viewer = await SignedInAsync(shop, "victor");

        Assert.Contains($"href=\"{Page}?message={row.Id}\"", (await viewer.GetTextAsync($"/ops/inbox/{row.Id}")).Text, StringComparison.Ordinal);
        Assert.Contains($"name=\"message\" value=\"{row.Id}\"", (await viewer.GetTextAsync($"{Page}?message={row.Id}")).Text, StringComparison.Ordinal);
        Assert.Contains("data-cause=\"extra-parameter\"", (await AskAsync(viewer, ("message", $"{row.Id}"))).Text, StringComparison.Ordinal);

        var list = (await viewer.GetTextAsync($"/ops/inbox?number={paymentNo}&cause=extra-parameter")).Text;
        Assert.Contains($"data-message=\"{row.Id}\"", list, StringComparison.Ordinal);
        Assert.Contains("<code class=\"cause\">extra-parameter</code>", list, StringComparison.Ordinal);
        Assert.DoesNotContain("data-message", (await viewer.GetTextAsync($"/ops/inbox?number={paymentNo}&cause=other-key")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await viewer.GetTextAsync($"{Page}?message={long.MaxValue}")).Status);
        Assert.Equal(404, (await AskAsync(viewer, ("message", $"{long.MaxValue}"))).Status);
    }

    [Fact]
    public async Task Strangers_missing_tokens_nonsense_and_endless_bodies_are_refused()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        Assert.Equal(302, (await shop.Web.GetTextAsync(Page)).Status);

        using var viewer = await SignedInAsync(shop, "victor");
        Assert.Equal(400, (await PostAsync(viewer, ("instance", "alipay"), ("request", Pasted("a=1")))).Status);
        Assert.Contains("id=\"problem\"", (await AskAsync(viewer, ("instance", "nobody"), ("request", Pasted("a=1")))).Text, StringComparison.Ordinal);
        Assert.Contains("id=\"problem\"", (await AskAsync(viewer, ("instance", "alipay"), ("request", ""))).Text, StringComparison.Ordinal);
        var nonsense = await AskAsync(viewer, ("instance", "alipay"), ("request", "<no request>"));
        Assert.Equal(400, nonsense.Status);
        Assert.Contains("does not begin with a request line", nonsense.Text, StringComparison.Ordinal);
        Assert.InRange((await AskAsync(viewer, ("instance", "alipay"), ("request", Pasted("a=" + new string('x', 300_000))))).Status, 400, 413);
    }

    private static string Pasted(string form) => $"POST /payments/alipay/notify HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{form}";

    private static Task<int> CountAsync(TestShop shop) => shop.ReadAsync(db => db.Set<InboxMessage>().CountAsync());

    private static async Task<HttpClient> SignedInAsync(TestShop shop, string name)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = shop.Address };
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var token = await TokenAsync(client, "/ops/login");
        Assert.Equal(303, (await PostToAsync(client, "/ops/login", ("name", name), ("password", TestShop.OperatorPassword), ("__RequestVerificationToken", token))).Status);
        return client;
    }

    private static async Task<Reply> AskAsync(HttpClient client, params (string Name, string Value)[] fields) =>
        await PostAsync(client, [.. fields, ("__RequestVerificationToken", await TokenAsync(client, Page))]);

    private static Task<Reply> PostAsync(HttpClient client, params (string Name, string Value)[] fields) => PostToAsync(client, Page, fields);

    private static Task<Reply> PostToAsync(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var form = string.Join('&', fields.Select(field => $"{field.Name}={WebUtility.UrlEncode(field.Value)}"));
        return client.SendTextAsync(HttpMethod.Post, path, Http.Bytes(Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded"));
    }

    private static async Task<string> TokenAsync(HttpClient client, string path) =>
        Token().Match((await client.GetTextAsync(path)).Text).Groups[1].Value;

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

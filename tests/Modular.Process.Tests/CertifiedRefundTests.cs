using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Modular.Sandbox;

namespace Modular.Process.Tests;

/// <summary>
/// Refunds of WeChat Pay's API v2 over real mutual TLS. The shop is a process of its own, because whom a process trusts is decided when it
/// starts.
/// </summary>
public sealed class CertifiedRefundTests
{
    // Three instances of one merchant: with its certificate, without one, and with one that WeChat Pay did not issue.
    private const string Certified = "certified";
    private const string Bare = "bare";
    private const string Forged = "forged";

    [Theory]
    [MemberData(nameof(Town.Stores), MemberType = typeof(Town))]
    public async Task A_refund_goes_over_mutual_TLS_and_without_the_certificate_it_goes_to_a_person_with_the_reason(string store)
    {
        using var tls = new TlsParty();
        using var strangers = new TlsParty();
        var (http, https) = (FreePort.Address(), FreePort.Address());
        await using var sandbox = await StartSandboxAsync(tls, http, https);
        await using var town = await Town.FoundAsync(store);
        var settings = new Dictionary<string, string?> { ["SSL_CERT_FILE"] = tls.AuthorityFile, ["Modular__Jobs__Enabled"] = "true" };
        foreach (var (name, certificate) in new[] { (Certified, tls.MerchantP12(WeChatParty.MchId)), (Bare, null), (Forged, strangers.MerchantP12(WeChatParty.MchId)) })
        {
            var prefix = $"Modular__Providers__{name}__";
            settings[prefix + "Plugin"] = "Modular.Payments.WeChatPayV2";
            settings[prefix + "BaseUrl"] = http.ToString();
            settings[prefix + "RefundBaseUrl"] = Secure(https);
            settings[prefix + "AppId"] = WeChatParty.AppId;
            settings[prefix + "MchId"] = WeChatParty.MchId;
            settings[prefix + "ApiKey"] = WeChatParty.ApiKey;
            settings[prefix + "SignType"] = "HMAC-SHA256";
            settings[prefix + "ClientCertificate"] = certificate;
        }

        await using var shop = await town.StartShopAsync(settings);
        using var control = new HttpClient { BaseAddress = http };
        var (order, refund) = await RefundedAsync(shop, control, Certified);
        var (bareOrder, bare) = await RefundedAsync(shop, control, Bare);
        var (forgedOrder, forged) = await RefundedAsync(shop, control, Forged);

        await Eventually.BecomesAsync("succeeded", async () => Text(await RefundAsync(shop, refund), "status"), TimeSpan.FromSeconds(60));
        Assert.Equal("refunded", await shop.OrderStatusAsync(order));

        await Eventually.BecomesAsync("CERTIFICATE", async () => Text(await RefundAsync(shop, bare), "statusReason"), TimeSpan.FromSeconds(60));
        var waiting = await RefundAsync(shop, bare);
        Assert.Equal(("processing", true), (Text(waiting, "status"), waiting["needsAttention"]!.GetValue<bool>()));
        Assert.Contains("set ClientCertificate", Text(waiting, "detail"), StringComparison.Ordinal);

        // The handshake fails, or WeChat Pay answers without a signature: nothing is known, and the refund stays what it was.
        await Eventually.BecomesAsync(true, async () => Text(await RefundAsync(shop, forged), "detail") is not null, TimeSpan.FromSeconds(60));
        Assert.Equal("processing", Text(await RefundAsync(shop, forged), "status"));
        Assert.Equal(("paid", "paid"), (await shop.OrderStatusAsync(bareOrder), await shop.OrderStatusAsync(forgedOrder)));

        // The person finds it, with the reason in words.
        using var browser = new Browser(shop.Address);
        var token = await browser.TokenAsync("/ops/login");
        Assert.Equal(303, (await browser.PostAsync("/ops/login", ("name", "olivia"), ("password", TestShop.OperatorPassword), ("__RequestVerificationToken", token))).Status);
        Assert.Contains($"data-refund=\"{bare}\"", await browser.TextAsync("/ops/exceptions"), StringComparison.Ordinal);
        Assert.Contains("set ClientCertificate", await browser.TextAsync($"/ops/refunds/{bare}"), StringComparison.Ordinal);
        Assert.DoesNotContain($"data-refund=\"{refund}\"", await browser.TextAsync("/ops/exceptions"), StringComparison.Ordinal);
    }

    private static string Secure(Uri address) => $"https://{address.Authority}";

    /// <summary>An order that is paid through the instance and whose money is asked back.</summary>
    private static async Task<(string OrderNo, string RefundNo)> RefundedAsync(ShopProcess shop, HttpClient control, string instance)
    {
        var orderNo = await shop.PlaceOrderAsync();
        var paymentNo = (await shop.StartPaymentAsync(orderNo, "qr", instance))["paymentNo"]!.GetValue<string>();
        using (var paid = await control.PostAsJsonAsync($"/sandbox/trades/{paymentNo}/pay", new { }))
        {
            Assert.True(paid.IsSuccessStatusCode, await paid.Content.ReadAsStringAsync());
        }

        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/api/payments/{paymentNo}/refunds", UriKind.Relative))
        {
            Content = JsonContent.Create(new { amount = new { value = 1, currency = "CNY" }, reason = "行程有变" }),
            Headers = { { "Idempotency-Key", paymentNo } },
        };
        using var asked = await shop.Api.SendAsync(request);
        return (orderNo, (await TestShop.JsonAsync(asked, 202))["refundNo"]!.GetValue<string>());
    }

    private static async Task<JsonNode> RefundAsync(ShopProcess shop, string refundNo)
    {
        using var response = await shop.Api.GetAsync(new Uri($"/api/refunds/{refundNo}", UriKind.Relative));
        return await TestShop.JsonAsync(response, 200);
    }

    private static string? Text(JsonNode refund, string name) => refund[name]?.GetValue<string>();

    private static async Task<WebApplication> StartSandboxAsync(TlsParty tls, Uri http, Uri https)
    {
        var sandbox = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls(http.ToString(), Secure(https));
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "None",
                ["Sandbox:PublicUrl"] = http.ToString().TrimEnd('/'),
                ["Sandbox:WeChat:Merchants:test:MchId"] = WeChatParty.MchId,
                ["Sandbox:WeChat:Merchants:test:AppId"] = WeChatParty.AppId,
                ["Sandbox:WeChat:Merchants:test:ApiKey"] = WeChatParty.ApiKey,
                ["Sandbox:WeChat:Tls:Certificate"] = tls.Server.ExportCertificatePem(),
                ["Sandbox:WeChat:Tls:PrivateKey"] = tls.Server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                ["Sandbox:WeChat:Tls:Authority"] = tls.AuthorityPem,
            });
        });
        await sandbox.StartAsync();
        return sandbox;
    }
}

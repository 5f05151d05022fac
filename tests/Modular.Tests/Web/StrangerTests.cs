using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>What people see who have no right to see anything, and what every answer tells their browser.</summary>
public sealed class StrangerTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task W01_W02_a_stranger_at_somebody_s_order_finds_nothing(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var (otherOrder, _) = await shop.StartedAsync();
        var foreign = Uri.EscapeDataString(shop.KeyFor(otherOrder));

        foreach (var path in new[] { $"/orders/{orderNo}", $"/orders/{orderNo}/events", $"/checkout/{orderNo}", $"/pay/{paymentNo}", $"/orders/{orderNo.ToLowerInvariant()}" })
        {
            foreach (var query in new[] { "", "?key=", "?key=x", $"?key={foreign}", $"?key={orderNo}", $"?key={foreign}&key={foreign}" })
            {
                var reply = await shop.Web.GetTextAsync(path + query);
                Assert.Equal(404, reply.Status);
                Assert.DoesNotContain("pending", reply.Text, StringComparison.Ordinal);
                Assert.False(reply.Headers.Contains("Set-Cookie"));
            }

            Assert.Equal(404, (await shop.Web.GetTextAsync(path, ("Cookie", $"order-{orderNo}={foreign}"))).Status);
        }
    }

    [Fact]
    public async Task W01_whoever_holds_the_capability_sees_the_order_and_keeps_it_in_the_browser()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orderNo = await shop.PlaceOrderAsync();
        var key = shop.KeyFor(orderNo);

        Assert.Equal(200, await shop.WatchStatusAsync(orderNo, key));
        Assert.Equal(404, await shop.WatchStatusAsync(orderNo, key[..^2]));
        Assert.Equal(404, await shop.WatchStatusAsync(await shop.PlaceOrderAsync(), key));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost:1")]
    [InlineData("127.0.0.1")]
    [InlineData("evil.example:443")]
    public async Task W12_odd_hosts_never_reach_the_addresses_given_to_the_provider(string host)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var scene in new[] { "pc", "mobile", "app" })
        {
            var orderNo = await shop.PlaceOrderAsync();

            var started = await shop.Api.PostAsync(
                $"/api/orders/{orderNo}/payments", new { provider = "alipay", scene }, ("Host", host), ("X-Forwarded-Host", host), ("X-Forwarded-Proto", "https"), ("X-Original-Host", host), ("Forwarded", $"host={host}"));

            Assert.Equal(201, started.Status);
            var action = Uri.UnescapeDataString(started.Text);
            Assert.DoesNotContain(host + "/", action, StringComparison.Ordinal);
            Assert.Contains($"{shop.Address}payments/alipay/notify", action, StringComparison.Ordinal);
            Assert.DoesNotContain(host, started.Location, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/api/orders")]
    [InlineData("/orders/0123456789ABCDEFGHJKMNPQRS")]
    [InlineData("/pay/0123456789ABCDEFGHJKMNPQRS")]
    [InlineData("/payments/alipay/return")]
    [InlineData("/hangfire")]
    [InlineData("/ops/login")]
    [InlineData("/health/live")]
    [InlineData("/site.css")]
    public async Task W08_no_answer_may_be_framed_sniffed_or_filled_with_foreign_scripts(string path)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var headers = (await shop.Web.GetTextAsync(path)).Headers;

        Assert.Equal("DENY", headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("strict-origin-when-cross-origin", headers.GetValues("Referrer-Policy").Single());
        var policy = headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy.Replace("script-src 'self'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(headers.Contains("Server"));
    }

    [Fact]
    public async Task W11_forwarding_headers_are_believed_only_from_configured_proxies()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var form = $"a={Modular.Kernel.Numbers.Next(shop.Clock)}";
        using var content = Http.Bytes(System.Text.Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded");

        await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", content, ("X-Forwarded-For", "203.0.113.7"));
        Assert.Equal("127.0.0.1", (await shop.InboxRowAsync(form))!.SourceAddress);

        await using var behindProxy = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:TrustedProxies:0"] = "127.0.0.1" },
        });
        using var again = Http.Bytes(System.Text.Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded");
        await behindProxy.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", again, ("X-Forwarded-For", "198.51.100.1, 203.0.113.7"));
        Assert.Equal("203.0.113.7", (await behindProxy.InboxRowAsync(form))!.SourceAddress);
    }
}

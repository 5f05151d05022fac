using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>The dashboard is never open to strangers, whatever the address or headers say.</summary>
public sealed class DashboardTests(Shops shops)
{
    private static readonly (string, string)[][] Disguises =
    [
        [],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")],
        [("X-Forwarded-For", "::1"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=127.0.0.1")],
        [("Host", "localhost"), ("X-Forwarded-Host", "localhost"), ("X-Original-URL", "/"), ("X-Rewrite-URL", "/")],
        [("Authorization", "Bearer " + TestShop.ApiKey)],
        [("Cookie", "modular-ops=forged")],
    ];

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/")]
    [InlineData("//hangfire")]
    [InlineData("/hangfire//")]
    [InlineData("/HANGFIRE")]
    [InlineData("/HangFire/Recurring")]
    [InlineData("/hangfire/recurring")]
    [InlineData("/hangfire/servers")]
    [InlineData("/hangfire/retries")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/hangfire/stats")]
    [InlineData("/hangfire/recurring/trigger")]
    [InlineData("/hangfire/jobs/actions/requeue/1")]
    [InlineData("/./hangfire")]
    [InlineData("/%68angfire")]
    [InlineData("/hangfire%2Frecurring")]
    [InlineData("/x/../hangfire")]
    [InlineData("/hangfire;x=1")]
    [InlineData("/hangfire/css")]
    [InlineData("/ops")]
    public async Task P07_strangers_are_sent_away_by_every_method_and_in_every_disguise(string path)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Head, HttpMethod.Put, HttpMethod.Options })
        {
            foreach (var headers in Disguises)
            {
                var reply = await shop.Web.SendTextAsync(method, path, null, headers);

                Assert.True(
                    reply.Status is 400 or 401 or 403 or 404 or 405
                    || (reply.Status == 302 && reply.Headers.Location!.PathAndQuery.StartsWith("/ops/login?", StringComparison.Ordinal)),
                    $"{method} {path} answered {reply.Status} {reply.Location}");
                Assert.DoesNotContain("Hangfire", reply.Text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task P07_a_stranger_at_the_dashboard_is_sent_to_the_login()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var reply = await shop.Web.GetTextAsync("/hangfire");
        Assert.Equal(302, reply.Status);
        Assert.Equal("/ops/login", reply.Headers.Location!.AbsolutePath);
        Assert.Equal(shop.Address.Authority, reply.Headers.Location!.Authority);
    }
}

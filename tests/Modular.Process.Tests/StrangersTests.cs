namespace Modular.Process.Tests;

/// <summary>What strangers get who are at the door of the real process.</summary>
public sealed class StrangersTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("true")]
    public async Task The_dashboard_opens_for_no_stranger_whatever_address_or_headers_say_P07(string? forwardedHeadersEnabled)
    {
        await using var town = await Town.FoundAsync(Stores.Sqlite);
        await using var shop = await town.StartShopAsync(new Dictionary<string, string?>
        {
            ["Modular__Jobs__Enabled"] = "true",
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = forwardedHeadersEnabled,
        });
        string[] paths = ["/hangfire", "/hangfire/", "//hangfire", "/HANGFIRE/recurring", "/hangfire/recurring/trigger", "/hangfire/stats", "/hangfire//", "/./hangfire/recurring", "/%68angfire"];
        foreach (var path in paths)
        {
            foreach (var method in new[] { "GET", "HEAD", "POST" })
            {
                // Written by hand, because a client library would tidy the path.
                var (status, text) = await Raw.AskAsync(
                    shop.Address,
                    $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: localhost\r\nForwarded: for=127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    Cancelled);
                Assert.True(status is 302 or 303 or 401 or 403 or 404 or 405 or 400, $"{method} {path} answered {status}.");
                Assert.DoesNotContain("confirm-payments", text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Town.Stores), MemberType = typeof(Town))]
    public async Task An_operator_who_signs_in_sees_the_recurring_jobs_P07(string store)
    {
        await using var town = await Town.FoundAsync(store);
        await using var shop = await town.StartShopAsync(new Dictionary<string, string?> { ["Modular__Jobs__Enabled"] = "true" });
        using var browser = new Browser(shop.Address);
        Assert.Equal(302, await browser.StatusAsync("/hangfire/recurring"));

        var (unprotected, _, _) = await browser.PostAsync("/ops/login", ("name", "olivia"), ("password", TestShop.OperatorPassword));
        Assert.Equal(400, unprotected);
        Assert.Equal(302, await browser.StatusAsync("/hangfire/recurring"));

        var token = await browser.TokenAsync("/ops/login");
        var (status, _, _) = await browser.PostAsync(
            "/ops/login", ("name", "olivia"), ("password", TestShop.OperatorPassword), ("returnUrl", "/hangfire"), ("__RequestVerificationToken", token));
        Assert.Equal(303, status);
        var jobs = await browser.TextAsync("/hangfire/recurring");
        Assert.Contains("confirm-payments", jobs, StringComparison.Ordinal);
        Assert.Contains("close-orders", jobs, StringComparison.Ordinal);
        Assert.Contains("dispatch-events", jobs, StringComparison.Ordinal);
        Assert.DoesNotContain(town.ConnectionString, jobs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_that_never_end_are_ended_and_others_are_served_meanwhile_X08()
    {
        await using var town = await Town.FoundAsync(Stores.Sqlite);
        await using var shop = await town.StartShopAsync();
        var (_, paymentNo) = await shop.StartedAsync();
        const string Head = "POST /payments/alipay/notify HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n";

        var slowBodies = Enumerable.Range(0, 20).Select(_ => Raw.TrickleAsync(shop.Address, Head + "Content-Length: 60000\r\n\r\n", "a", Cancelled));
        var slowChunks = Enumerable.Range(0, 20).Select(_ => Raw.TrickleAsync(shop.Address, Head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", Cancelled));
        var slowHeads = Enumerable.Range(0, 20).Select(_ => Raw.TrickleAsync(shop.Address, Head, "X-More: a\r\n", Cancelled));
        var attacks = slowBodies.Concat(slowChunks).Concat(slowHeads).ToArray();

        var (status, body) = await shop.NotifyAsync(town.Paid(paymentNo));
        Assert.Equal((200, "success"), (status, body));
        Assert.Equal(200, await shop.StatusAsync("/"));

        foreach (var attack in attacks)
        {
            // Either an answer that says what is wrong or a closed connection; never an acknowledgement.
            var answer = await attack.WaitAsync(TimeSpan.FromSeconds(40), Cancelled);
            Assert.True(answer is 0 or 400 or 408, $"A body that never ends was answered with {answer}.");
        }

        Assert.DoesNotContain("fail:", shop.Output, StringComparison.Ordinal);

        // 64 KiB are read, and refused because they are no notification; more is not.
        Assert.Equal(400, (await shop.NotifyAsync(new string('a', 64 * 1024))).Status);
        Assert.Equal(413, (await shop.NotifyAsync(new string('a', (64 * 1024) + 1))).Status);
        Assert.Equal(413, (await shop.NotifyAsync(new string('a', 300 * 1024))).Status);

        // As fast as it goes, and without end.
        Assert.Equal(413, await Raw.FloodAsync(shop.Address, Head + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + new string('a', 0x400) + "\r\n", Cancelled));
        Assert.Equal(200, await shop.StatusAsync("/health/ready"));
    }
}

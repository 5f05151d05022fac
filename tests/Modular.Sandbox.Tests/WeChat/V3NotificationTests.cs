using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Notifications of API v3: content, signature, schedule, and every way to spoil one.</summary>
public sealed class V3NotificationTests : IAsyncLifetime
{
    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;
    private RawListener listener = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
        listener = await RawListener.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_is_announced_signed_and_encrypted()
    {
        var post = await PayAsync("news-1");
        Assert.True(await IsSignedAsync(post));
        Assert.Equal(("application/json", "Mozilla/4.0"), (post.Headers["Content-Type"], post.Headers["User-Agent"]));
        var message = JsonNode.Parse(post.Body)!;
        Assert.Equal(36, ((string)message["id"]!).Length);
        Assert.Equal(("TRANSACTION.SUCCESS", "encrypt-resource"), ((string?)message["event_type"], (string?)message["resource_type"]));
        Assert.Equal("transaction", (string?)message["resource"]!["associated_data"]);
        var transaction = Transaction(post);
        Assert.Equal(("news-1", "SUCCESS", WeChatV3Keys.MchId), ((string?)transaction["out_trade_no"], (string?)transaction["trade_state"], (string?)transaction["mchid"]));
        Assert.Matches("^4200[0-9]{24}$", (string?)transaction["transaction_id"]);
        var shown = await sandbox.NotificationsAsync("news-1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
        Assert.Equal(("wechat", "SUCCESS"), ((string?)shown[0]!["gateway"], (string?)shown[0]!["tradeStatus"]));
        Assert.Equal("1", (string?)shown[0]!["fields"]!["amount.total"]);
    }

    [Fact]
    public async Task An_unacknowledged_notification_is_repeated_by_the_schedule_with_a_new_signature()
    {
        listener.Status = 500;
        var first = await PayAsync("retry-1");
        foreach (var (seconds, attempts) in new[] { (15, 2), (15, 3), (30, 4), (180, 5) })
        {
            await sandbox.NotificationsAsync("retry-1", all => all[0]!["attempts"]!.AsArray().Count == attempts - 1 && all[0]!["nextAttemptAt"] is not null);
            sandbox.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.True(listener.IsQuiet);
            sandbox.Time.Advance(TimeSpan.FromSeconds(1));
            var repeated = await listener.NextAsync();
            Assert.True(await IsSignedAsync(repeated));
            Assert.Equal((string?)JsonNode.Parse(first.Body)!["id"], (string?)JsonNode.Parse(repeated.Body)!["id"]);
            Assert.NotEqual(first.Headers["Wechatpay-Timestamp"], repeated.Headers["Wechatpay-Timestamp"]);
            Assert.NotEqual(first.Headers["Wechatpay-Nonce"], repeated.Headers["Wechatpay-Nonce"]);
        }

        listener.Status = 200;
        await sandbox.NotificationsAsync("retry-1", all => all[0]!["nextAttemptAt"] is not null);
        sandbox.Time.Advance(TimeSpan.FromMinutes(10));
        await sandbox.NotificationsAsync("retry-1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
    }

    [Fact]
    public async Task The_share_decides_whether_the_public_key_signs()
    {
        await sandbox.ControlAsync("wechat/public-key", new { share = 1 });
        var post = await PayAsync("share-1");
        Assert.Equal(WeChatV3Keys.PublicKeyId, post.Headers["Wechatpay-Serial"]);
        Assert.True(WeChatV3Client.IsSigned(post.Headers, post.Body, WeChatV3Keys.PublicKey));
        await sandbox.ControlAsync("wechat/public-key", new { share = 0 });
        Assert.True(await IsSignedAsync(await PayAsync("share-2")));
    }

    [Fact]
    public async Task A_signature_test_looks_like_news_but_is_not_signed()
    {
        await PayAsync("probe-1");
        await sandbox.ControlAsync("wechat/probe", new { outTradeNo = "probe-1" });
        var probe = await listener.NextAsync();
        Assert.StartsWith("WECHATPAY/SIGNTEST/", probe.Headers["Wechatpay-Signature"], StringComparison.Ordinal);
        Assert.False(await IsSignedAsync(probe));
        Assert.Equal("probe-1", (string?)Transaction(probe)["out_trade_no"]);
        Assert.Equal("unknown_trade", (string?)(await sandbox.ControlAsync("wechat/probe", new { outTradeNo = "probe-2" }))["code"]);
    }

    [Fact]
    public async Task A_tampered_notification_keeps_the_signature_of_the_honest_one()
    {
        var inner = await PayAsync("tamper-1", new { tamper = new Dictionary<string, string> { ["amount.total"] = "999" } });
        Assert.False(await IsSignedAsync(inner));
        Assert.Equal(999, (int)Transaction(inner)["amount"]!["total"]!);
        var outer = await PayAsync("tamper-2", new { tamper = new Dictionary<string, string> { ["event_type"] = "REFUND.SUCCESS" } });
        Assert.False(await IsSignedAsync(outer));
        Assert.Equal("REFUND.SUCCESS", (string?)JsonNode.Parse(outer.Body)!["event_type"]);
    }

    [Fact]
    public async Task Other_content_can_be_rightly_signed()
    {
        var post = await PayAsync("resign-1", new
        {
            resignTampered = new Dictionary<string, string> { ["mchid"] = "1900000109", ["amount.total"] = "7" },
            eventType = "SOMETHING.NEW",
            associatedData = "",
        });
        Assert.True(await IsSignedAsync(post));
        Assert.Equal(("1900000109", 7), ((string?)Transaction(post)["mchid"], (int)Transaction(post)["amount"]!["total"]!));
        Assert.Equal("SOMETHING.NEW", (string?)JsonNode.Parse(post.Body)!["event_type"]);
        Assert.Equal("", (string?)JsonNode.Parse(post.Body)!["resource"]!["associated_data"]);
    }

    [Fact]
    public async Task A_truncated_tag_is_rightly_signed_but_cannot_be_opened()
    {
        var post = await PayAsync("cut-tag-1", new { truncatedTag = true });
        Assert.True(await IsSignedAsync(post));
        Assert.ThrowsAny<CryptographicException>(() => Transaction(post));
    }

    [Fact]
    public async Task Faults_spoil_the_key_the_signature_or_its_time()
    {
        Assert.False(await IsSignedAsync(await PayAsync("spoilt-1", new { wrongKey = true })));
        Assert.DoesNotContain("Wechatpay-Signature", (await PayAsync("spoilt-2", new { omitSignature = true })).Headers.Keys);
        var stale = await PayAsync("spoilt-3", new { staleSeconds = 301 });
        Assert.True(await IsSignedAsync(stale));
        var at = long.Parse(stale.Headers["Wechatpay-Timestamp"], CultureInfo.InvariantCulture);
        Assert.Equal(301, sandbox.Time.GetUtcNow().ToUnixTimeSeconds() - at);
        Assert.StartsWith("WECHATPAY/SIGNTEST/", (await PayAsync("spoilt-4", new { probe = true })).Headers["Wechatpay-Signature"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_lose_delay_and_double_notifications()
    {
        await sandbox.SetFaultsAsync(new
        {
            trades = new Dictionary<string, object>
            {
                ["way-lost"] = new { notify = new { drop = true } },
                ["way-late"] = new { notify = new { delaySeconds = 5, duplicate = 1 } },
            },
        });
        await OrderAndPayAsync("way-lost");
        await sandbox.NotificationsAsync("way-lost", all => (string?)all[0]!["state"] == "DROPPED");
        await OrderAndPayAsync("way-late");
        Assert.True(listener.IsQuiet);
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var (one, two) = (await listener.NextAsync(), await listener.NextAsync());
        Assert.Equal("way-late", (string?)Transaction(one)["out_trade_no"]);
        Assert.Equal((string?)JsonNode.Parse(one.Body)!["id"], (string?)JsonNode.Parse(two.Body)!["id"]);
    }

    private async Task<RawPost> PayAsync(string outTradeNo, object? notify = null)
    {
        await sandbox.SetFaultsAsync(notify is null ? new { } : new { notify });
        await OrderAndPayAsync(outTradeNo);
        return await listener.NextAsync();
    }

    private async Task OrderAndPayAsync(string outTradeNo)
    {
        var answer = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order(outTradeNo, listener.Url));
        Assert.True(answer.Status == 200, answer.Body);
        await sandbox.ControlAsync($"trades/{outTradeNo}/pay");
    }

    private async Task<bool> IsSignedAsync(RawPost post) =>
        (await merchant.CertificatesAsync()).TryGetValue(post.Headers["Wechatpay-Serial"], out var key) && WeChatV3Client.IsSigned(post.Headers, post.Body, key);

    private static JsonNode Transaction(RawPost post) => JsonNode.Parse(WeChatV3Client.Decrypt(JsonNode.Parse(post.Body)!["resource"]!))!;
}

using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class V2NotificationTests
{
    [Theory]
    [InlineData("MD5")]
    [InlineData("HMAC-SHA256")]
    public async Task A_payment_is_announced_signed_like_the_order(string signType)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        var merchant = await PayAsync(sandbox, shop, signType);
        var news = V2Merchant.Read(await shop.NextAsync());
        Assert.True(merchant.IsSigned(news));
        Assert.Equal(("SUCCESS", "SUCCESS", "order-1", "1", "20261125120000"), (news["return_code"], news["result_code"], news["out_trade_no"], news["total_fee"], news["time_end"]));
        Assert.Equal((WeChatKeys.AppId, WeChatKeys.MchId, 28, signType != "MD5"), (news["appid"], news["mch_id"], news["transaction_id"].Length, news.ContainsKey("sign_type")));
        await sandbox.NotificationsAsync("order-1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
        sandbox.Time.Advance(TimeSpan.FromDays(1));
        Assert.True(shop.IsQuiet);
    }

    [Theory]
    [InlineData(200, "success")]
    [InlineData(200, "")]
    [InlineData(200, "{\"code\":\"SUCCESS\",\"message\":\"OK\"}")]
    [InlineData(200, "<xml><return_code>FAIL</return_code></xml>")]
    [InlineData(200, "<xml><return_code>success</return_code></xml>")]
    [InlineData(200, "<!DOCTYPE xml><xml><return_code>SUCCESS</return_code></xml>")]
    [InlineData(204, "")]
    [InlineData(500, XmlListener.Success)]
    public async Task What_is_not_the_XML_of_success_is_no_acknowledgement(int status, string body)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        shop.Answer = (status, status == 204 ? "" : body);
        await PayAsync(sandbox, shop);
        var first = V2Merchant.Read(await shop.NextAsync());
        await sandbox.NotificationsAsync("order-1", all => all[0]!["nextAttemptAt"] is not null);
        shop.Answer = (200, XmlListener.Success);
        sandbox.Time.Advance(TimeSpan.FromSeconds(15));
        var second = V2Merchant.Read(await shop.NextAsync());
        Assert.Equal(first["transaction_id"], second["transaction_id"]);
        Assert.NotEqual(first["nonce_str"], second["nonce_str"]);
        await sandbox.NotificationsAsync("order-1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
    }

    [Fact]
    public async Task An_acknowledgement_may_be_plain_and_wordy()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        shop.Answer = (200, $"<?xml version=\"1.0\"?>\n<xml>\n<return_msg>{new string('x', 500)}</return_msg>\n<return_code>SUCCESS</return_code>\n</xml>");
        await PayAsync(sandbox, shop);
        await shop.NextAsync();
        await sandbox.NotificationsAsync("order-1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
    }

    [Fact]
    public async Task Repeats_follow_the_older_schedule_to_its_end()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        shop.Answer = (500, "");
        await PayAsync(sandbox, shop);
        foreach (var wait in new[] { 15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600 })
        {
            await shop.NextAsync();
            await sandbox.NotificationsAsync("order-1", all => all[0]!["nextAttemptAt"] is not null);
            sandbox.Time.Advance(TimeSpan.FromSeconds(wait - 1));
            Assert.True(shop.IsQuiet);
            sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await shop.NextAsync();
        await sandbox.NotificationsAsync("order-1", all => (string?)all[0]!["state"] == "EXHAUSTED");
    }

    [Theory]
    [InlineData("""{"tamper":{"total_fee":"999"}}""", "999", false)]
    [InlineData("""{"resignTampered":{"total_fee":"999"}}""", "999", true)]
    [InlineData("""{"wrongKey":true}""", "1", false)]
    [InlineData("""{"omitSignature":true}""", "1", false)]
    [InlineData("""{"signType":"MD5"}""", "1", false)]
    public async Task A_notification_can_be_spoilt(string fault, string fee, bool holds)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = JsonNode.Parse(fault) });
        var merchant = await PayAsync(sandbox, shop, "HMAC-SHA256");
        var news = V2Merchant.Read(await shop.NextAsync());
        Assert.Equal((fee, holds), (news["total_fee"], merchant.IsSigned(news)));
        Assert.Equal(fault.Contains("signType", StringComparison.Ordinal), new V2Merchant(sandbox).IsSigned(news));
    }

    [Fact]
    public async Task A_notification_can_bring_a_document_type()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = new { documentType = true } });
        await PayAsync(sandbox, shop);
        Assert.StartsWith("<!DOCTYPE xml", await shop.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_can_be_lost_and_delivered_by_hand()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = new { drop = true } });
        var merchant = await PayAsync(sandbox, shop);
        var lost = (await sandbox.NotificationsAsync("order-1", all => all.Count == 1))[0]!;
        Assert.Equal(("DROPPED", true), ((string?)lost["state"], shop.IsQuiet));
        await sandbox.ControlAsync($"notifications/{lost["id"]}/deliver");
        Assert.True(merchant.IsSigned(V2Merchant.Read(await shop.NextAsync())));
    }

    [Fact]
    public async Task A_notification_can_come_late_and_twice()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await XmlListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = new { delaySeconds = 30, duplicate = 1 } });
        await PayAsync(sandbox, shop);
        await sandbox.NotificationsAsync("order-1", all => all.Count == 1);
        Assert.True(shop.IsQuiet);
        sandbox.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(V2Merchant.Read(await shop.NextAsync())["transaction_id"], V2Merchant.Read(await shop.NextAsync())["transaction_id"]);
    }

    private static async Task<V2Merchant> PayAsync(SandboxHost sandbox, XmlListener shop, string signType = "MD5")
    {
        var merchant = new V2Merchant(sandbox, signType) { NotifyUrl = shop.Url };
        using var phone = new Browser(sandbox, Browser.Android);
        var page = await phone.ScanAsync((await merchant.PlaceAsync("order-1"))["code_url"]);
        Assert.Equal("支付成功", (await phone.PressAsync(page, "pay")).Text("result"));
        return merchant;
    }
}

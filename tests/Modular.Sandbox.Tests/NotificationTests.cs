using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class NotificationTests
{
    [Fact]
    public async Task A_payment_is_announced_once_when_it_is_acknowledged()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await PayAsync(sandbox, shop, "a1");
        var news = await shop.NextAsync();
        Assert.True(TestMerchant.IsSigned(news));
        Assert.Equal("TRADE_SUCCESS", news["trade_status"]);
        Assert.DoesNotContain(news, field => field.Value.Length == 0);
        await UntilAsync(sandbox, "a1", 1, "ACKNOWLEDGED");
        sandbox.Time.Advance(TimeSpan.FromDays(2));
        Assert.True(shop.IsQuiet);
    }

    [Fact]
    public async Task An_unacknowledged_one_is_repeated_by_the_schedule_under_the_same_id()
    {
        await using var sandbox = await SandboxHost.StartAsync(("Alipay:RetrySchedule", "4m,10m"));
        await using var shop = await NotifyListener.StartAsync();
        shop.Answer = (200, "fail");
        await PayAsync(sandbox, shop, "a2");
        var first = await shop.NextAsync();
        await UntilAsync(sandbox, "a2", 1, "PENDING");
        sandbox.Time.Advance(TimeSpan.FromMinutes(4) - TimeSpan.FromSeconds(1));
        Assert.True(shop.IsQuiet);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await shop.NextAsync();
        Assert.Equal(first["notify_id"], second["notify_id"]);
        await UntilAsync(sandbox, "a2", 2, "PENDING");
        sandbox.Time.Advance(TimeSpan.FromMinutes(10));
        await shop.NextAsync();
        var notification = await UntilAsync(sandbox, "a2", 3, "EXHAUSTED");
        Assert.Equal("fail", (string?)notification["attempts"]![0]!["body"]);
    }

    [Fact]
    public async Task The_time_factor_shortens_the_waits()
    {
        await using var sandbox = await SandboxHost.StartAsync(("TimeFactor", "60"));
        await using var shop = await NotifyListener.StartAsync();
        shop.Answer = (500, "");
        await PayAsync(sandbox, shop, "a3");
        await shop.NextAsync();
        await UntilAsync(sandbox, "a3", 1, "PENDING");
        sandbox.Time.Advance(TimeSpan.FromSeconds(4));
        await shop.NextAsync();
    }

    [Theory]
    [InlineData(200, "success\n", false)]
    [InlineData(200, "SUCCESS", false)]
    [InlineData(201, "success", false)]
    [InlineData(302, "success", false)]
    [InlineData(200, "success", true)]
    public async Task Only_the_exact_word_acknowledges(int status, string body, bool acknowledged)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        shop.Answer = (status, body);
        await PayAsync(sandbox, shop, "a4");
        await shop.NextAsync();
        await UntilAsync(sandbox, "a4", 1, acknowledged ? "ACKNOWLEDGED" : "PENDING");
    }

    [Fact]
    public async Task Strangers_are_not_notified()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.PrecreateAsync("a5", "http://192.0.2.1/notify");
        await sandbox.ControlAsync("trades/a5/pay");
        var notifications = await sandbox.NotificationsAsync("a5", found => found.Count == 1);
        Assert.Equal("REFUSED", (string?)notifications[0]!["state"]);
    }

    [Fact]
    public async Task A_refund_is_announced_with_its_sum()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await PayAsync(sandbox, shop, "a6");
        await shop.NextAsync();
        await sandbox.Merchant.CallAsync("alipay.trade.refund", new { out_trade_no = "a6", refund_amount = "0.01" });
        var news = await shop.NextAsync();
        Assert.Equal(("TRADE_CLOSED", "0.01", "a6"), (news["trade_status"], news["refund_fee"], news["out_biz_no"]));
        Assert.DoesNotContain("fund_bill_list", news.Keys);
    }

    [Theory]
    [InlineData("page", 0)]
    [InlineData("wap", 1)]
    public async Task Closing_is_announced_for_the_products_that_have_it(string product, int expected)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        var code = product == "page" ? "FAST_INSTANT_TRADE_PAY" : "QUICK_WAP_WAY";
        await sandbox.Merchant.EnterAsync($"alipay.trade.{product}.pay", new { out_trade_no = "a7", total_amount = "1.00", subject = "s", product_code = code }, shop.Url);
        await sandbox.ControlAsync("trades/a7/open");
        await sandbox.ControlAsync("trades/a7/close");
        Assert.Equal(expected, ((JsonArray)await sandbox.LookAsync("notifications?outTradeNo=a7")).Count);
    }

    [Fact]
    public async Task Anything_can_be_signed_as_Alipay_would()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var answer = await sandbox.ControlAsync("sign", new { appId = Keys.AppId, parameters = new { out_trade_no = "x", total_amount = "1.00", subject = "空 格+" } });
        var fields = ((string)answer["form"]!).Split('&').Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        Assert.Equal("空 格+", fields["subject"]);
        Assert.True(TestMerchant.IsSigned(fields));
    }

    internal static async Task PayAsync(SandboxHost sandbox, NotifyListener shop, string number)
    {
        await sandbox.Merchant.PrecreateAsync(number, shop.Url);
        await sandbox.ControlAsync($"trades/{number}/pay");
    }

    private static async Task<JsonNode> UntilAsync(SandboxHost sandbox, string number, int attempts, string state)
    {
        var found = await sandbox.NotificationsAsync(number, all =>
            all.Count == 1 && ((JsonArray)all[0]!["attempts"]!).Count == attempts && (string?)all[0]!["state"] == state
            && (state != "PENDING" || all[0]!["nextAttemptAt"] is not null));
        return found[0]!;
    }
}

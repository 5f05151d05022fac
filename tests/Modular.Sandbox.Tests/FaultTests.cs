using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class FaultTests
{
    private static readonly string[] Precreate = ["alipay.trade.precreate"];

    [Theory]
    [InlineData("""{"tamper":{"total_amount":"9.99"}}""", "9.99", false)]
    [InlineData("""{"resignTampered":{"total_amount":"9.99"}}""", "9.99", true)]
    [InlineData("""{"wrongKey":true}""", "0.01", false)]
    [InlineData("""{"omitSignature":true}""", "0.01", false)]
    [InlineData("""{"signType":"RSA"}""", "0.01", false)]
    public async Task A_notification_can_be_spoilt(string fault, string amount, bool holds)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await sandbox.SetFaultsAsync(new { trades = new { f1 = new { notify = JsonNode.Parse(fault) } } });
        await NotificationTests.PayAsync(sandbox, shop, "f1");
        var news = await shop.NextAsync();
        Assert.Equal((amount, holds), (news["total_amount"], TestMerchant.IsSigned(news)));
        await NotificationTests.PayAsync(sandbox, shop, "f2");
        Assert.True(TestMerchant.IsSigned(await shop.NextAsync()), "The fault was for another trade.");
    }

    [Fact]
    public async Task A_notification_can_be_lost_and_found()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = new { drop = true } });
        await NotificationTests.PayAsync(sandbox, shop, "f1");
        var lost = (await sandbox.LookAsync("notifications?outTradeNo=f1"))[0]!;
        Assert.Equal("DROPPED", (string?)lost["state"]);
        await sandbox.ControlAsync($"notifications/{lost["id"]}/deliver");
        Assert.True(TestMerchant.IsSigned(await shop.NextAsync()));
    }

    [Fact]
    public async Task A_notification_can_come_late_twice_and_in_the_wrong_order()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await sandbox.SetFaultsAsync(new { notify = new { delaySeconds = 30, duplicate = 1, reorder = true } });
        await NotificationTests.PayAsync(sandbox, shop, "f1");
        await sandbox.NotificationsAsync("f1", all => all.Count == 1);
        Assert.True(shop.IsQuiet);
        sandbox.Time.Advance(TimeSpan.FromSeconds(30));
        var (first, copy) = (await shop.NextAsync(), await shop.NextAsync());
        Assert.Equal((first["notify_id"], "TRADE_SUCCESS"), (copy["notify_id"], copy["trade_status"]));
        await sandbox.NotificationsAsync("f1", all => all.Count == 2);
        sandbox.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("WAIT_BUYER_PAY", (await shop.NextAsync())["trade_status"]);
    }

    [Theory]
    [InlineData("Http500", "Internal Server Error")]
    [InlineData("Html", "系统维护")]
    [InlineData("Empty", "")]
    [InlineData("SystemError", "20000")]
    public async Task The_gateway_can_answer_nonsense_for_a_while(string kind, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind, methods = Precreate, times = 1, afterWork = true } } });
        var request = TestMerchant.Sign(sandbox.Merchant.Request("alipay.trade.precreate", new { out_trade_no = "g1", total_amount = "0.01", subject = "s" }));
        Assert.Contains(expected, await sandbox.Merchant.SendRawAsync(request), StringComparison.Ordinal);
        Assert.Equal("g1", (string?)(await sandbox.LookAsync("trades/g1"))["outTradeNo"]);
        Assert.Contains("\"code\":\"10000\"", await sandbox.Merchant.SendRawAsync(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unsigned", false)]
    [InlineData("WrongSignature", true)]
    public async Task An_answer_can_lack_its_signature_or_have_a_wrong_one(string kind, bool hasSign)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { trades = new { g2 = new { gateway = new[] { new { kind } } } } });
        var text = await sandbox.Merchant.SendRawAsync(TestMerchant.Sign(sandbox.Merchant.Request("alipay.trade.query", new { out_trade_no = "g2" })));
        Assert.Equal(hasSign, JsonNode.Parse(text)!["sign"] is not null);
        if (hasSign)
        {
            await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => sandbox.Merchant.QueryAsync("g2"));
        }
    }

    [Theory]
    [InlineData("Close")]
    [InlineData("Hang")]
    public async Task The_gateway_can_answer_nothing(string kind)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind } } });
        using var patience = new CancellationTokenSource(kind == "Hang" ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromMinutes(1));
        var call = sandbox.Client.GetAsync("/alipay/gateway.do?charset=utf-8", patience.Token);
        await Assert.ThrowsAnyAsync<Exception>(() => call);
        Assert.Equal(kind == "Hang", patience.IsCancellationRequested);
    }

    [Fact]
    public async Task Queries_can_lag_behind_a_payment()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { trade = new { queryLagSeconds = 10, payAmount = "0.02" } });
        await sandbox.Merchant.PrecreateAsync("l1");
        var phone = (string)(await sandbox.LookAsync("trades/l1"))["qrCode"]!;
        await sandbox.Client.GetStringAsync(phone, TestContext.Current.CancellationToken);
        using var paid = await sandbox.Client.PostAsync(phone.Replace("/qr/", "/cashier/", StringComparison.Ordinal) + "/pay", null, TestContext.Current.CancellationToken);
        Assert.Equal("WAIT_BUYER_PAY", (string?)(await sandbox.Merchant.QueryAsync("l1"))["trade_status"]);
        sandbox.Time.Advance(TimeSpan.FromSeconds(10));
        var after = await sandbox.Merchant.QueryAsync("l1");
        Assert.Equal(("TRADE_SUCCESS", "0.02"), ((string?)after["trade_status"], (string?)after["total_amount"]));
    }

    [Fact]
    public async Task Money_can_arrive_after_closing_and_in_another_amount()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.PrecreateAsync("m1");
        await sandbox.ControlAsync("trades/m1/open");
        await sandbox.ControlAsync("trades/m1/close");
        Assert.Equal("ACQ.TRADE_HAS_CLOSE", (string?)(await sandbox.ControlAsync("trades/m1/pay"))["code"]);
        var paid = await sandbox.ControlAsync("trades/m1/pay", new { force = true, amount = "0.02" });
        Assert.Equal(("TRADE_SUCCESS", "0.02"), ((string?)paid["trade"]!["status"], (string?)paid["trade"]!["paidAmount"]));
    }

    [Fact]
    public async Task A_misspelt_fault_is_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var content = new StringContent("""{"notify":{"dorp":true}}""");
        using var response = await sandbox.Client.PutAsync("/sandbox/faults", content, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);
    }
}

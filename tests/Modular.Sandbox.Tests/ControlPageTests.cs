using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class ControlPageTests
{
    [Fact]
    public async Task The_page_shows_trades_and_notifications_encoded_and_pays()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await sandbox.Merchant.CallAsync("alipay.trade.precreate", new { out_trade_no = "page1", total_amount = "0.01", subject = "<b>bold" }, shop.Url);
        var tradeNo = (string)(await sandbox.LookAsync("trades/page1"))["tradeNo"]!;
        using var paid = await sandbox.Client.PostAsync($"/control/trades/{tradeNo}/pay", null, TestContext.Current.CancellationToken);
        Assert.Equal(303, (int)paid.StatusCode);
        await shop.NextAsync();
        await sandbox.NotificationsAsync("page1", all => (string?)all[0]!["state"] == "ACKNOWLEDGED");
        var page = await sandbox.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("TRADE_SUCCESS", page, StringComparison.Ordinal);
        Assert.Contains("Acknowledged", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;bold", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_can_be_set_and_cleared_by_the_form()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await PostAsync(sandbox, ("action", "set"), ("outTradeNo", "t1"), ("drop", "on"), ("kind", "Html"), ("times", "2"), ("resignTampered", "app_id=1"));
        var faults = (await sandbox.LookAsync("faults"))["trades"]!["t1"]!;
        Assert.True((bool)faults["notify"]!["drop"]!);
        Assert.Equal("1", (string?)faults["notify"]!["resignTampered"]!["app_id"]);
        Assert.Equal(("Html", 2), ((string?)faults["gateway"]![0]!["kind"], (int)faults["gateway"]![0]!["times"]!));
        await PostAsync(sandbox, ("action", "clear"));
        Assert.Empty((await sandbox.LookAsync("faults"))["trades"]!.AsObject());
    }

    [Fact]
    public async Task Refunds_and_bills_have_their_switches_on_the_form()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await PostAsync(sandbox, ("action", "set"), ("refundDelaySeconds", "5"), ("sellerShort", "on"), ("billReady", "on"));
        var faults = await sandbox.LookAsync("faults");
        Assert.Equal((5, true, true), ((int)faults["trade"]!["refundDelaySeconds"]!, (bool)faults["trade"]!["sellerShort"]!, (bool)faults["alipayBill"]!["ready"]!));
        var page = await sandbox.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("name=\"billReady\" checked", page, StringComparison.Ordinal);
        await PostAsync(sandbox, ("action", "set"));
        Assert.Null((await sandbox.LookAsync("faults"))["alipayBill"]);
    }

    [Fact]
    public async Task A_reset_forgets_everything()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.PrecreateAsync("gone", "http://192.0.2.1/");
        await sandbox.ControlAsync("trades/gone/pay");
        using var reset = await sandbox.Client.PostAsync("/sandbox/reset", null, TestContext.Current.CancellationToken);
        Assert.Equal(204, (int)reset.StatusCode);
        Assert.Empty((await sandbox.LookAsync("trades")).AsArray());
        Assert.Empty((await sandbox.LookAsync("notifications")).AsArray());
    }

    private static async Task PostAsync(SandboxHost sandbox, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await sandbox.Client.PostAsync("/sandbox/faults/form", form, TestContext.Current.CancellationToken);
        Assert.Equal(303, (int)response.StatusCode);
    }
}

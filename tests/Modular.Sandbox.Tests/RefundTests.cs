using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class RefundTests
{
    private static readonly string[] Options = ["gmt_refund_pay"];

    [Fact]
    public async Task A_refund_that_is_done_later_says_so_and_is_announced_when_it_is_done()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await PaidAsync(sandbox, shop);
        await sandbox.SetFaultsAsync(new { trades = new { r1 = new { trade = new { refundDelaySeconds = 60 } } } });

        var accepted = await RefundAsync(sandbox, "4.00", "a");
        Assert.Equal(("N", "0.00", null), ((string?)accepted["fund_change"], (string?)accepted["refund_fee"], (string?)accepted["gmt_refund_pay"]));
        var pending = await AskAsync(sandbox, "a");
        Assert.Equal(("a", "4.00", null), ((string?)pending["out_request_no"], (string?)pending["refund_amount"], (string?)pending["refund_status"]));
        Assert.Equal("ACQ.REASON_TRADE_REFUND_FEE_ERR", (string?)(await RefundAsync(sandbox, "6.01", "b"))["sub_code"]);
        Assert.True(shop.IsQuiet);

        sandbox.Time.Advance(TimeSpan.FromSeconds(60));
        var news = await shop.NextAsync();
        Assert.Equal(("TRADE_SUCCESS", "4.00", "a", "2026-11-25 12:01:00.000"), (news["trade_status"], news["refund_fee"], news["out_biz_no"], news["gmt_refund"]));
        Assert.True(TestMerchant.IsSigned(news));
        Assert.Equal(("REFUND_SUCCESS", "2026-11-25 12:01:00"), ((string?)(await AskAsync(sandbox, "a"))["refund_status"], (string?)(await AskAsync(sandbox, "a"))["gmt_refund_pay"]));

        await RefundAsync(sandbox, "6.00", "b");
        Assert.Equal("TRADE_SUCCESS", (string?)(await sandbox.LookAsync("trades/r1"))["status"]);
        var settled = await sandbox.ControlAsync("trades/r1/settle-refunds");
        Assert.Equal(("TRADE_CLOSED", "10.00"), ((string?)settled["trade"]!["status"], (string?)settled["trade"]!["refundedAmount"]));
        Assert.Equal("TRADE_CLOSED", (await shop.NextAsync())["trade_status"]);
    }

    [Fact]
    public async Task An_account_without_money_refunds_nothing()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await PaidAsync(sandbox);
        await sandbox.SetFaultsAsync(new { trade = new { sellerShort = true } });
        var refused = await RefundAsync(sandbox, "4.00", "a");
        Assert.Equal(("ACQ.SELLER_BALANCE_NOT_ENOUGH", "0.00"), ((string?)refused["sub_code"], (string?)refused["refund_fee"]));
        Assert.Null((await AskAsync(sandbox, "a"))["out_request_no"]);
        await sandbox.SetFaultsAsync(new { });
        Assert.Equal("Y", (string?)(await RefundAsync(sandbox, "4.00", "a"))["fund_change"]);
    }

    [Fact]
    public async Task A_refund_at_the_console_has_a_number_that_the_shop_never_gave()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var shop = await NotifyListener.StartAsync();
        await PaidAsync(sandbox, shop);
        await sandbox.ControlAsync("trades/r1/refund", new { amount = "2.50" });
        var news = await shop.NextAsync();
        Assert.Equal("2.50", news["refund_fee"]);
        Assert.StartsWith("CONSOLE", news["out_biz_no"], StringComparison.Ordinal);
        Assert.Equal("ACQ.TRADE_STATUS_ERROR", (string?)(await sandbox.ControlAsync("trades/r1/refund", new { amount = "7.51" }))["code"]);

        await RefundAsync(sandbox, "1.00", "<a>");
        var page = await sandbox.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains(news["out_biz_no"], page, StringComparison.Ordinal);
        Assert.Contains("&lt;a&gt;</code> −1.00 refunded", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refunds_survive_a_restart_the_unfinished_too()
    {
        var data = Directory.CreateTempSubdirectory();
        try
        {
            await using (var sandbox = await SandboxHost.StartAsync(("Data", data.FullName)))
            {
                await PaidAsync(sandbox);
                await RefundAsync(sandbox, "1.00", "a");
                await sandbox.SetFaultsAsync(new { trade = new { refundDelaySeconds = 60 } });
                await RefundAsync(sandbox, "2.00", "b");
            }

            await using var again = await SandboxHost.StartAsync(("Data", data.FullName));
            Assert.Equal(("REFUND_SUCCESS", null), ((string?)(await AskAsync(again, "a"))["refund_status"], (string?)(await AskAsync(again, "b"))["refund_status"]));
            again.Time.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal("REFUND_SUCCESS", (string?)(await AskAsync(again, "b"))["refund_status"]);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task PaidAsync(SandboxHost sandbox, NotifyListener? shop = null)
    {
        await sandbox.Merchant.PrecreateAsync("r1", shop?.Url ?? "", "10.00");
        await sandbox.ControlAsync("trades/r1/pay");
        if (shop is not null)
        {
            await shop.NextAsync();
        }
    }

    private static Task<JsonNode> RefundAsync(SandboxHost sandbox, string amount, string requestNo) =>
        sandbox.Merchant.CallAsync("alipay.trade.refund", new { out_trade_no = "r1", refund_amount = amount, out_request_no = requestNo });

    private static Task<JsonNode> AskAsync(SandboxHost sandbox, string requestNo) =>
        sandbox.Merchant.CallAsync("alipay.trade.fastpay.refund.query", new { out_trade_no = "r1", out_request_no = requestNo, query_options = Options });
}

using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class TradeTests
{
    private static readonly object Page = new { out_trade_no = "p1", total_amount = "368.00", subject = "客房", product_code = "FAST_INSTANT_TRADE_PAY", timeout_express = "30m" };

    [Fact]
    public async Task A_trade_does_not_exist_until_the_buyer_opens_it()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var cashier = await sandbox.Merchant.EnterAsync("alipay.trade.page.pay", Page);
        var before = await sandbox.Merchant.QueryAsync("p1");
        Assert.Equal("ACQ.TRADE_NOT_EXIST", (string?)before["sub_code"]);
        Assert.Equal("0.00", (string?)before["receipt_amount"]);
        Assert.Equal("ACQ.TRADE_NOT_EXIST", (string?)(await CloseAsync(sandbox, "p1"))["sub_code"]);

        using var login = await sandbox.Client.PostAsync(cashier + "/login", null, TestContext.Current.CancellationToken);
        Assert.Equal("WAIT_BUYER_PAY", (string?)(await sandbox.Merchant.QueryAsync("p1"))["trade_status"]);
    }

    [Fact]
    public async Task The_cashier_shows_the_order_and_leads_back_to_the_shop_signed()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var cashier = await sandbox.Merchant.EnterAsync("alipay.trade.page.pay", Page, returnUrl: "http://shop.test/return");
        var page = await sandbox.Client.GetStringAsync(cashier, TestContext.Current.CancellationToken);
        Assert.Contains("id=\"amount\">¥368.00<", page, StringComparison.Ordinal);
        Assert.Contains("id=\"login\"", page, StringComparison.Ordinal);
        using var paid = await sandbox.Client.PostAsync(cashier + "/pay", null, TestContext.Current.CancellationToken);
        Assert.Equal(303, (int)paid.StatusCode);
        var fields = paid.Headers.Location!.Query[1..].Split('&').Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        Assert.True(TestMerchant.IsSigned(fields));
        Assert.Equal("alipay.trade.page.pay.return", fields["method"]);
        Assert.DoesNotContain("trade_status", fields.Keys);
    }

    [Fact]
    public async Task The_same_number_means_the_same_trade_or_none()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var first = await sandbox.Merchant.PrecreateAsync("n1");
        Assert.Equal((string?)first["qr_code"], (string?)(await sandbox.Merchant.PrecreateAsync("n1"))["qr_code"]);
        Assert.Equal("ACQ.CONTEXT_INCONSISTENT", (string?)(await sandbox.Merchant.PrecreateAsync("n1", amount: "0.02"))["sub_code"]);
        await sandbox.ControlAsync("trades/n1/pay");
        Assert.Equal("ACQ.TRADE_HAS_SUCCESS", (string?)(await sandbox.Merchant.PrecreateAsync("n1"))["sub_code"]);
        await sandbox.Merchant.PrecreateAsync("n2");
        await sandbox.ControlAsync("trades/n2/open");
        await CloseAsync(sandbox, "n2");
        Assert.Equal("ACQ.TRADE_HAS_CLOSE", (string?)(await sandbox.Merchant.PrecreateAsync("n2"))["sub_code"]);
    }

    [Fact]
    public async Task An_unpaid_trade_closes_when_its_time_is_over()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var cashier = await sandbox.Merchant.EnterAsync("alipay.trade.page.pay", Page);
        sandbox.Time.Advance(TimeSpan.FromMinutes(10));
        await sandbox.ControlAsync("trades/p1/open");
        sandbox.Time.Advance(TimeSpan.FromMinutes(20) - TimeSpan.FromSeconds(1));
        Assert.Equal("WAIT_BUYER_PAY", (string?)(await sandbox.Merchant.QueryAsync("p1"))["trade_status"]);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("TRADE_CLOSED", (string?)(await sandbox.Merchant.QueryAsync("p1"))["trade_status"]);
        Assert.Equal("ACQ.TRADE_HAS_CLOSE", (string?)(await sandbox.ControlAsync("trades/p1/pay"))["code"]);
    }

    [Fact]
    public async Task A_timeout_of_a_mobile_page_counts_from_the_login()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.EnterAsync("alipay.trade.wap.pay", new { out_trade_no = "w1", total_amount = "1", subject = "w", product_code = "QUICK_WAP_WAY", timeout_express = "5m" });
        sandbox.Time.Advance(TimeSpan.FromHours(1));
        await sandbox.ControlAsync("trades/w1/open");
        sandbox.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("WAIT_BUYER_PAY", (string?)(await sandbox.LookAsync("trades/w1"))["status"]);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("TRADE_CLOSED", (string?)(await sandbox.LookAsync("trades/w1"))["status"]);
    }

    [Fact]
    public async Task A_code_that_nobody_scanned_dies_after_two_hours()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var code = (string)(await sandbox.Merchant.PrecreateAsync("q1"))["qr_code"]!;
        await sandbox.Merchant.CallAsync("alipay.trade.precreate", new { out_trade_no = "q2", total_amount = "0.01", subject = "s", qr_code_timeout_express = "5m" });
        sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        var shorter = (string)(await sandbox.LookAsync("trades/q2"))["qrCode"]!;
        Assert.DoesNotContain("id=\"pay\"", await sandbox.Client.GetStringAsync(shorter, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        sandbox.Time.Advance(TimeSpan.FromMinutes(115));
        Assert.Contains("二维码已失效", System.Net.WebUtility.HtmlDecode(await sandbox.Client.GetStringAsync(code, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        Assert.Equal("ACQ.TRADE_NOT_EXIST", (string?)(await sandbox.Merchant.QueryAsync("q1"))["sub_code"]);
    }

    [Fact]
    public async Task Cancelling_undoes_what_there_is_to_undo()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.PrecreateAsync("c1");
        Assert.Null((await CancelAsync(sandbox, "c1"))["action"]);
        await sandbox.ControlAsync("trades/c1/pay");
        Assert.Equal("refund", (string?)(await CancelAsync(sandbox, "c1"))["action"]);
        Assert.Equal("TRADE_CLOSED", (string?)(await sandbox.Merchant.QueryAsync("c1"))["trade_status"]);
        await sandbox.Merchant.PrecreateAsync("c2");
        await sandbox.ControlAsync("trades/c2/pay");
        sandbox.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal("ACQ.TRADE_CANCEL_TIME_OUT", (string?)(await CancelAsync(sandbox, "c2"))["sub_code"]);
    }

    [Fact]
    public async Task A_refund_number_stands_for_one_refund()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.Merchant.PrecreateAsync("r1", amount: "10.00");
        await sandbox.ControlAsync("trades/r1/open");
        Assert.Equal("ACQ.TRADE_STATUS_ERROR", (string?)(await RefundAsync(sandbox, "1.00", "a"))["sub_code"]);
        await sandbox.ControlAsync("trades/r1/pay");
        Assert.Equal("Y", (string?)(await RefundAsync(sandbox, "4.00", "a"))["fund_change"]);
        Assert.Equal("N", (string?)(await RefundAsync(sandbox, "4.00", "a"))["fund_change"]);
        Assert.Equal("ACQ.DISCORDANT_REPEAT_REQUEST", (string?)(await RefundAsync(sandbox, "4.01", "a"))["sub_code"]);
        Assert.Equal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", (string?)(await RefundAsync(sandbox, "6.00", ""))["sub_code"]);
        Assert.Equal("TRADE_SUCCESS", (string?)(await sandbox.Merchant.QueryAsync("r1"))["trade_status"]);
        Assert.Equal("10.00", (string?)(await RefundAsync(sandbox, "6.00", "b"))["refund_fee"]);
        Assert.Equal("N", (string?)(await RefundAsync(sandbox, "6.00", "b"))["fund_change"]);
        Assert.Equal("ACQ.TRADE_HAS_CLOSE", (string?)(await RefundAsync(sandbox, "1.00", "c"))["sub_code"]);
    }

    private static Task<System.Text.Json.Nodes.JsonNode> CloseAsync(SandboxHost sandbox, string number) =>
        sandbox.Merchant.CallAsync("alipay.trade.close", new { out_trade_no = number });

    private static Task<System.Text.Json.Nodes.JsonNode> CancelAsync(SandboxHost sandbox, string number) =>
        sandbox.Merchant.CallAsync("alipay.trade.cancel", new { out_trade_no = number });

    private static Task<System.Text.Json.Nodes.JsonNode> RefundAsync(SandboxHost sandbox, string amount, string requestNo) =>
        sandbox.Merchant.CallAsync("alipay.trade.refund", new { out_trade_no = "r1", refund_amount = amount, out_request_no = requestNo });
}

using System.Xml.Linq;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.AlipayDirect;

/// <summary>Refunds of the legacy gateway, with a password and without, and the account's log.</summary>
public class RefundTests
{
    private const string Page = "refund_fastpay_by_platform_pwd";
    private const string Call = "refund_fastpay_by_platform_nopwd";

    [Theory]
    [MemberData(nameof(PaymentTests.Dialects), MemberType = typeof(PaymentTests))]
    public async Task An_operator_confirms_a_batch_with_six_digits_and_the_merchant_is_told_until_it_acknowledges(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await RawListener.StartAsync();
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);
        var (one, two) = (await PaidAsync(sandbox, shop, "r1", "1.00"), await PaidAsync(sandbox, shop, "r2", "2.00"));

        var sheet = await shop.EnterAsync(shop.Batch("001", $"{one}^1.00^质量问题#{two}^0.50^换货", listener.Url), service: Page);
        using var operators = new Browser(sandbox, Browser.Android);
        var page = await operators.OpenAsync(sheet.Location!);
        Assert.Contains("质量问题", page.Html, StringComparison.Ordinal);
        var action = page.FormOf("confirm").Action;
        foreach (var wrong in new[] { "", "12345", "1234567", "12345x" })
        {
            Assert.Contains("id=\"problem\"", (await operators.PostAsync(action, ("password", wrong))).Html, StringComparison.Ordinal);
        }

        Assert.Equal("0.00", shop.Trade(await shop.QueryAsync("r1"))["to_buyer_fee"]);
        Assert.Contains("退款成功", (await operators.PostAsync(action, ("password", "654321"))).Html, StringComparison.Ordinal);

        var news = shop.Read((await listener.NextAsync()).Body);
        Assert.Equal(
            ("batch_refund_notify", "20261125001", "2", $"{one}^1.00^SUCCESS#{two}^0.50^SUCCESS"),
            (news["notify_type"], news["batch_no"], news["success_num"], news["result_details"]));
        var (whole, part) = (shop.Trade(await shop.QueryAsync("r1")), shop.Trade(await shop.QueryAsync("r2")));
        Assert.Equal(("TRADE_CLOSED", "REFUND_SUCCESS", "1.00"), (whole["trade_status"], whole["refund_status"], whole["to_buyer_fee"]));
        Assert.Equal(("TRADE_SUCCESS", "REFUND_SUCCESS", "0.50"), (part["trade_status"], part["refund_status"], part["to_buyer_fee"]));
        Assert.Contains("DUPLICATE_BATCH_NO", (await operators.PostAsync(action, ("password", "654321"))).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_is_announced_again_until_it_is_acknowledged_and_verified_until_then()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await NotifyListener.StartAsync();
        listener.Answer = (200, "fail");
        var shop = new DirectShop(sandbox);
        var trade = await PaidAsync(sandbox, shop, "r3", "1.00");

        Assert.Equal("T", (string?)(await shop.CallAsync(Call, shop.Batch("002", $"{trade}^0.40^x", listener.Url))).Element("is_success"));
        var first = await listener.NextAsync();
        Assert.Equal("true", await shop.VerifyAsync(first["notify_id"]));
        await sandbox.NotificationsAsync("r3", all => all.Any(one => one!["nextAttemptAt"] is not null));
        listener.Answer = (200, "success");
        sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal((first["notify_id"], first["result_details"]), await listener.NextAsync() is var second ? (second["notify_id"], second["result_details"]) : default);
        await sandbox.NotificationsAsync("r3", all => all.Any(one => (string?)one!["state"] == "ACKNOWLEDGED"));
        Assert.Equal("invalid", await shop.VerifyAsync(first["notify_id"]));
    }

    [Theory]
    [InlineData("SELLER_INFO_NOT_EXIST", "seller_user_id", "2088000000000099")]
    [InlineData("REFUND_DATE_ERROR", "refund_date", "2026-11-24 23:59:59")]
    [InlineData("REFUND_DATE_ERROR", "refund_date", "today")]
    [InlineData("BATCH_NO_FORMAT_ERROR", "batch_no", "20261124001")]
    [InlineData("BATCH_NO_FORMAT_ERROR", "batch_no", "20261125000")]
    [InlineData("BATCH_NO_FORMAT_ERROR", "batch_no", "2026112501")]
    [InlineData("BATCH_NO_FORMAT_ERROR", "batch_no", "202611250123456789012345678901234")]
    [InlineData("BATCH_NUM_ERROR", "batch_num", "x")]
    [InlineData("BATCH_NUM_EXCEED_LIMIT", "batch_num", "1001")]
    [InlineData("BATCH_NUM_NOT_EQUAL_TOTAL", "batch_num", "2")]
    [InlineData("DETAIL_DATA_FORMAT_ERROR", "detail_data", "{0}^1.00")]
    [InlineData("DETAIL_DATA_FORMAT_ERROR", "detail_data", "{0}^1.00^a|b")]
    [InlineData("REFUND_AMOUNT_NOT_VALID", "detail_data", "{0}^0^x")]
    [InlineData("REASON_TRADE_REFUND_FEE_ERR", "detail_data", "{0}^1.01^x")]
    [InlineData("NOT_THIS_PARTNERS_TRADE", "detail_data", "2026^1.00^x")]
    public async Task A_batch_that_breaks_a_rule_is_refused_by_both_services_with_the_rules_code(string code, string name, string value)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        var trade = await PaidAsync(sandbox, shop, "r4", "1.00");
        var batch = shop.Batch("003", $"{trade}^1.00^x", changes: (name, value.Replace("{0}", trade, StringComparison.Ordinal)));

        Assert.Equal(code, DirectShop.Error(await shop.CallAsync(Call, batch)));
        Assert.Contains($"<code id=\"error-code\">{code}</code>", (await shop.EnterAsync(batch, service: Page)).Html, StringComparison.Ordinal);
        Assert.Equal("0.00", shop.Trade(await shop.QueryAsync("r4"))["to_buyer_fee"]);
    }

    [Fact]
    public async Task A_contract_may_lack_refunds_without_a_password_and_the_same_payment_may_not_stand_twice()
    {
        await using var sandbox = await SandboxHost.StartAsync(("AlipayDirect:Merchants:poor:Partner", "2088000000000123"), ("AlipayDirect:Merchants:poor:Key", DirectKeys.Md5), ("AlipayDirect:Merchants:poor:RefundsWithoutPassword", "false"));
        var poor = new DirectShop(sandbox, "2088000000000123");
        Assert.Equal("PARTNER_NOT_SIGN_PROTOCOL", DirectShop.Error(await poor.CallAsync(Call, poor.Batch("004", "1^1.00^x"))));
        var shop = new DirectShop(sandbox);
        Assert.Equal("DUBL_TRADE_NO_IN_SAME_BATCH", DirectShop.Error(await shop.CallAsync(Call, shop.Batch("005", "1^1.00^x#1^2.00^y"))));
    }

    [Fact]
    public async Task A_delayed_refund_survives_a_restart_and_ends_after_it()
    {
        var folder = Directory.CreateTempSubdirectory("modular-sandbox-");
        try
        {
            string trade;
            await using (var first = await SandboxHost.StartAsync(("Data", folder.FullName)))
            {
                var shop = new DirectShop(first);
                trade = await PaidAsync(first, shop, "r5", "1.00");
                await first.SetFaultsAsync(new { trade = new { refundDelaySeconds = 60 } });
                await shop.CallAsync(Call, shop.Batch("006", $"{trade}^1.00^x"));
                Assert.Equal("TRADE_SUCCESS", shop.Trade(await shop.QueryAsync("r5"))["trade_status"]);
            }

            await using var second = await SandboxHost.StartAsync(("Data", folder.FullName));
            var again = new DirectShop(second);
            Assert.Equal("DUPLICATE_BATCH_NO", DirectShop.Error(await again.CallAsync(Call, again.Batch("006", $"{trade}^1.00^x"))));
            second.Time.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal("TRADE_CLOSED", again.Trade(await again.QueryAsync("r5"))["trade_status"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(PaymentTests.Dialects), MemberType = typeof(PaymentTests))]
    public async Task The_accounts_log_lists_payments_fees_and_refunds_in_signed_pages(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync(("AlipayDirect:AccountPageSize", "2"));
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);
        var trade = await PaidAsync(sandbox, shop, "r6", "10.00");
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        await shop.CallAsync(Call, shop.Batch("007", $"{trade}^1.00^质量问题"));
        await sandbox.ControlAsync("trades/r6/refund", new { amount = "2.00" });

        var (first, second, third) = (await LogAsync(shop, 1), await LogAsync(shop, 2), await LogAsync(shop, 3));

        Assert.All([first, second, third], answer => Assert.True(shop.IsSignedLog(answer), answer.ToString()));
        Assert.Equal(["T", "F", "F"], new[] { first, second, third }.Select(answer => (string?)Result(answer).Element("has_next_page")));
        Assert.Equal(
            [("在线支付", "10.00", "", ""), ("收费", "", "0.06", ""), ("在线支付", "", "1.00", "质量问题"), ("在线支付", "", "2.00", "")],
            new[] { first, second, third }.SelectMany(answer => Result(answer).Descendants("AccountQueryAccountLogVO"))
                .Select(row => ((string)row.Element("trans_code_msg")!, (string)row.Element("income")!, (string)row.Element("outcome")!, (string)row.Element("memo")!)));
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(Result(await LogAsync(shop, 1, "2026-11-25 12:00:02", "2026-11-25 13:00:00")).Descendants("AccountQueryAccountLogVO"));
        Assert.Equal("REQUIRED_DATE", DirectShop.Error(await shop.CallAsync("account.page.query", new() { ["page_no"] = "1" })));
        Assert.Equal("ILLEGAL_ARGUMENT", DirectShop.Error(await LogAsync(shop, 1, "2026-11-24 00:00:00", "2026-11-25 00:00:01")));
        Assert.Equal("ILLEGAL_DATE_FORMAT", DirectShop.Error(await LogAsync(shop, 1, "2026-11-25", "2026-11-26")));
    }

    private static XElement Result(XElement answer) => answer.Element("response")!.Element("account_page_query_result")!;

    private static Task<XElement> LogAsync(DirectShop shop, int page, string start = "2026-11-25 00:00:00", string end = "2026-11-26 00:00:00") => shop.CallAsync(
        "account.page.query", new() { ["page_no"] = page.ToString(System.Globalization.CultureInfo.InvariantCulture), ["gmt_start_time"] = start, ["gmt_end_time"] = end });

    /// <summary>A payment without an address for notifications; the gateway's number of it.</summary>
    private static async Task<string> PaidAsync(SandboxHost sandbox, DirectShop shop, string outTradeNo, string amount)
    {
        await shop.EnterAsync(DirectShop.Payment(outTradeNo, ("total_fee", amount)));
        return (string)(await sandbox.ControlAsync($"trades/{outTradeNo}/pay"))["trade"]!["tradeNo"]!;
    }
}

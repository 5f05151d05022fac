using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.AlipayDirect;

/// <summary>Refunds through Alipay's legacy gateway, from the shop's API to the sandbox's page and back by the notification.</summary>
public sealed class DirectRefundingTests(DirectPayingTests.LegacyShop fixture) : IClassFixture<DirectPayingTests.LegacyShop>
{
    [Theory]
    [InlineData(AlipayDirectParty.Utf8)]
    [InlineData(AlipayDirectParty.Gbk)]
    public async Task A_refund_waits_for_the_operators_password_and_is_done_by_its_notification(string instance)
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, instance);
        var refundNo = await RefundAsync(shop, payment, 1);

        await shop.SendAsync(new SendRefunds.Command());
        var waiting = await ShowAsync(shop, refundNo);
        Assert.Equal(("processing", "operator_needed", true), (waiting["status"]!.GetValue<string>(), waiting["statusReason"]!.GetValue<string>(), waiting["needsAttention"]!.GetValue<bool>()));
        Assert.Equal("succeeded", await shop.PaymentStatusAsync(payment.PaymentNo));

        var form = await FormAsync(shop, refundNo);
        var page = await OpenAsync(shop, form);
        Assert.Equal("¥0.01", Text(page, "amount"));
        Assert.Contains(refundNo, page, StringComparison.Ordinal);
        Assert.Contains("six digits", await ConfirmAsync(shop, page, "12345"), StringComparison.Ordinal);
        Assert.Equal("processing", (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
        Assert.Equal("退款成功", Text(await ConfirmAsync(shop, page, "123456"), "result"));

        await AssertRefundedAsync(shop, payment, refundNo);
        Assert.Equal("SUCCESS", (await RowAsync(shop, refundNo)).ProviderState);

        // The operator's browser goes back and presses once more.
        Assert.Equal("DUPLICATE_BATCH_NO", Text(await ConfirmAsync(shop, page, "123456"), "error-code"));
        Assert.Equal("DUPLICATE_BATCH_NO", Text(await OpenAsync(shop, form), "error-code"));
        Assert.Null(await shop.SendAsync(new ShowRefundAction.Query(refundNo)));
        Assert.Equal(1, await shop.EventsAsync("payment.refunded", payment.OrderNo));
    }

    [Fact]
    public async Task A_direct_refund_is_accepted_by_the_sweep_and_done_by_its_notification()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);

        await shop.SendAsync(new SendRefunds.Command());

        await AssertRefundedAsync(shop, payment, refundNo);
        Assert.Equal("TRADE_CLOSED", await shop.TradeStatusAsync(payment.PaymentNo));
    }

    [Fact]
    public async Task A_direct_refund_whose_answer_and_notification_are_lost_is_done_by_the_question_about_the_payment()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { gateway = AlipaySteps.AfterWork("Empty", "refund_fastpay_by_platform_nopwd"), notify = new { drop = true } });
        await shop.SendAsync(new SendRefunds.Command());
        Assert.Equal("processing", (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());

        shop.Clock.Advance(TimeSpan.FromSeconds(11));
        await shop.SendAsync(new SendRefunds.Command());

        await AssertRefundedAsync(shop, payment, refundNo);
    }

    [Fact]
    public async Task A_direct_refund_that_never_arrived_is_sent_again_under_the_same_number()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Http500", "refund_fastpay_by_platform_nopwd") });
        await shop.SendAsync(new SendRefunds.Command());
        Assert.Equal("processing", (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
        await shop.FaultsAsync(new { });

        shop.Clock.Advance(TimeSpan.FromSeconds(11));
        await shop.SendAsync(new SendRefunds.Command());

        await AssertRefundedAsync(shop, payment, refundNo);
    }

    [Fact]
    public async Task A_direct_refund_beside_an_earlier_one_is_sent_again_and_made_once_whether_its_request_or_its_answer_was_lost()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa, 3);
        await SentAsync(shop, await RefundAsync(shop, payment, 1), "succeeded");

        // The request never arrives.
        var second = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Http500", "refund_fastpay_by_platform_nopwd") });
        await SentAsync(shop, second, "processing");
        await shop.FaultsAsync(new { });
        shop.Clock.Advance(TimeSpan.FromSeconds(11));
        await SentAsync(shop, second, "succeeded");

        // The answer and the notification are lost: sending it again makes no second refund.
        var third = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { gateway = AlipaySteps.AfterWork("Empty", "refund_fastpay_by_platform_nopwd"), trade = new { refundDelaySeconds = 3600 } });
        await SentAsync(shop, third, "processing");
        await shop.FaultsAsync(new { });
        shop.Clock.Advance(TimeSpan.FromSeconds(11));
        await SentAsync(shop, third, "processing");
        Assert.Contains("DUPLICATE_BATCH_NO", (await ShowAsync(shop, third))["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        var trade = await shop.Sandbox.GetTextAsync($"/sandbox/trades/{payment.PaymentNo}");
        Assert.Equal(3, trade.Json["refunds"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_refund_that_the_merchants_account_cannot_pay_fails_by_its_notification_and_its_sum_is_free_again()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { trade = new { sellerShort = true } });

        await shop.SendAsync(new SendRefunds.Command());

        await Eventually.BecomesAsync("failed", async () => (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
        Assert.Equal("TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH", (await RowAsync(shop, refundNo)).ProviderState);
        var row = await shop.PaymentRowAsync(payment.PaymentNo);
        Assert.Equal((0L, 0L), (row.RefundReservedMinor, row.RefundedMinor));
    }

    [Fact]
    public async Task The_accounts_log_agrees_with_a_paid_and_refunded_payment_and_brings_its_fee()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        await shop.SendAsync(new SendRefunds.Command());
        await AssertRefundedAsync(shop, payment, refundNo);

        shop.Clock.Advance(TimeSpan.FromHours(36));
        await shop.SendAsync(new ReconcileStatements.Command());

        Assert.Equal("done", await shop.ScalarAsync("SELECT MAX(status) FROM payments_reconciliations WHERE provider = @p", ("p", AlipayDirectParty.Rsa)));
        Assert.Equal("0", await shop.ScalarAsync(
            "SELECT COUNT(*) FROM payments_differences d JOIN payments_reconciliations r ON r.id = d.reconciliation_id WHERE r.provider = @p AND d.payment_no = @no",
            ("p", AlipayDirectParty.Rsa), ("no", payment.PaymentNo)));

        // The payment and its refund are two lines of the log, and both agree.
        var matched = await shop.ScalarAsync("SELECT SUM(matched) FROM payments_reconciliations WHERE provider = @p", ("p", AlipayDirectParty.Rsa));
        Assert.InRange(long.Parse(matched!, System.Globalization.CultureInfo.InvariantCulture), 2, long.MaxValue);
    }

    [Fact]
    public async Task A_refund_that_is_approved_on_a_later_day_is_sent_with_the_day_of_its_first_sending()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite, AlipayDirect = true, Settings = new Dictionary<string, string?> { ["Modular:Refunds:ConfirmAbove"] = "0" },
        });
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await shop.SendAsync(new SendRefunds.Command()));

        using var desk = await Desk.OfAsync(shop);
        Assert.EndsWith("result=approved", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=Approve")).Location, StringComparison.Ordinal);
        await shop.SendAsync(new SendRefunds.Command());

        await AssertRefundedAsync(shop, payment, refundNo);
    }

    [Fact]
    public async Task A_refund_whose_day_is_over_keeps_its_number_and_is_given_up_by_an_operator_and_made_anew()
    {
        var shop = await fixture.FreshAsync();
        var payment = await PaidAsync(shop, AlipayDirectParty.Rsa);
        var refundNo = await RefundAsync(shop, payment, 1);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Http500", "refund_fastpay_by_platform_nopwd") });
        await shop.SendAsync(new SendRefunds.Command());
        var sentAt = (await RowAsync(shop, refundNo)).SentAt;
        await shop.FaultsAsync(new { });

        // The number has the day of the first sending for ever, and Alipay takes it no more.
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await shop.SendAsync(new SendRefunds.Command());
        var over = await ShowAsync(shop, refundNo);
        Assert.Equal(("processing", "REFUND_DATE_ERROR", true), (over["status"]!.GetValue<string>(), over["statusReason"]!.GetValue<string>(), over["needsAttention"]!.GetValue<bool>()));
        Assert.Equal(sentAt, (await RowAsync(shop, refundNo)).SentAt);
        Assert.NotNull(sentAt);

        using var desk = await Desk.OfAsync(shop);
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.EndsWith("result=finish_given_up", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=Finish", ("done", "false"))).Location, StringComparison.Ordinal);
        var again = await RefundAsync(shop, payment, 1);
        await shop.SendAsync(new SendRefunds.Command());

        await AssertRefundedAsync(shop, payment, again);
        Assert.Equal("failed", (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
    }

    private static async Task SentAsync(TestShop shop, string refundNo, string becomes)
    {
        await shop.SendAsync(new SendRefunds.Command());
        await Eventually.BecomesAsync(becomes, async () => (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
    }

    private static async Task<DirectPayment> PaidAsync(TestShop shop, string instance, int quantity = 1)
    {
        var payment = await shop.AtCashierAsync(instance, quantity: quantity);
        await shop.PaidAsync(payment);
        await Eventually.BecomesAsync("succeeded", () => shop.PaymentStatusAsync(payment.PaymentNo));
        return payment;
    }

    private static async Task<string> RefundAsync(TestShop shop, DirectPayment payment, long fen)
    {
        var reply = await shop.Api.PostAsync($"/api/payments/{payment.PaymentNo}/refunds", new { amount = new { value = fen, currency = "CNY" }, reason = "不想要了^|$#" });
        Assert.True(reply.Status == 202, reply.Text);
        return reply.Json["refundNo"]!.GetValue<string>();
    }

    private static async Task<JsonNode> ShowAsync(TestShop shop, string refundNo)
    {
        using var response = await shop.Api.GetAsync(new Uri($"/api/refunds/{refundNo}", UriKind.Relative));
        return await TestShop.JsonAsync(response, 200);
    }

    private static Task<Refund> RowAsync(TestShop shop, string refundNo) => shop.ReadAsync(db => db.Set<Refund>().AsNoTracking().SingleAsync(r => r.RefundNo == refundNo));

    private static async Task AssertRefundedAsync(TestShop shop, DirectPayment payment, string refundNo)
    {
        await Eventually.BecomesAsync("succeeded", async () => (await ShowAsync(shop, refundNo))["status"]!.GetValue<string>());
        Assert.Equal(("refunded", "refunded"), (await shop.PaymentStatusAsync(payment.PaymentNo), await shop.OrderStatusAsync(payment.OrderNo)));
        Assert.Equal(1, await shop.EventsAsync("payment.refunded", payment.OrderNo));
    }

    private static async Task<PaymentAction.Form> FormAsync(TestShop shop, string refundNo) =>
        Assert.IsType<PaymentAction.Form>(await shop.SendAsync(new ShowRefundAction.Query(refundNo)));

    /// <summary>Sends the operator's browser with the refund's form to the gateway; the page on which it ends.</summary>
    private static async Task<string> OpenAsync(TestShop shop, PaymentAction.Form form)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(AlipayParty.Form(form.Fields, AlipayDirectParty.EncodingOf(form.Charset))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await shop.Sandbox.PostAsync(form.Url, content);
        return AlipayDirectParty.EncodingOf(response.Content.Headers.ContentType?.CharSet ?? "utf-8").GetString(await response.Content.ReadAsByteArrayAsync());
    }

    private static async Task<string> ConfirmAsync(TestShop shop, string page, string password)
    {
        var action = Regex.Match(page, "action=\"(/alipaydirect/refund/[^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("password", password)]);
        using var response = await shop.Sandbox.PostAsync(new Uri(action, UriKind.Relative), form);
        return await response.Content.ReadAsStringAsync();
    }

    private static string? Text(string page, string id) =>
        Regex.Match(page, $"id=\"{id}\"[^>]*>([^<]*)<") is { Success: true } found ? System.Net.WebUtility.HtmlDecode(found.Groups[1].Value) : null;
}

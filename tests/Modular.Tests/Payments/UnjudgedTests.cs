using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.AlipayDirect;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>A message that nobody can judge now is kept, is not acknowledged, and counts once it can be judged.</summary>
public sealed class UnjudgedTests
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_notification_that_alipay_does_not_confirm_is_kept_has_its_payment_asked_about_and_pays_when_processed_again(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store, AlipayDirect = true });
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Gbk);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Http500", "notify_verify") });
        await shop.PaidAsync(payment);

        Assert.Equal((503, "fail"), ((await shop.NotifiedAsync(payment)).Status, (await shop.NotifiedAsync(payment)).Body));
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        Assert.True((await shop.PaymentRowAsync(payment.PaymentNo)).NextCheckAt <= shop.Clock.GetUtcNow(), "The payment that it names is asked about at once.");
        var kept = Assert.Single((await shop.SendAsync(new ListMessages.Query(payment.PaymentNo, Verdict: "undecided"))).Messages);
        Assert.Equal(("undecided", "recorded", 503, null), (kept.Verdict, kept.Effect, kept.AnswerStatus, kept.Reason));
        Assert.False(string.IsNullOrEmpty(kept.ProviderTradeNo));
        Assert.Equal(kept.Id, Assert.Single((await shop.SendAsync(new ListMessages.Query(kept.ProviderTradeNo))).Messages).Id);

        Assert.Equal(ProcessMessage.Outcome.Unavailable, await shop.SendAsync(new ProcessMessage.Command(kept.Id)));
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);

        await shop.FaultsAsync(new { });
        Assert.Equal(ProcessMessage.Outcome.Processed, await shop.SendAsync(new ProcessMessage.Command(kept.Id)));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        var row = (await shop.SendAsync(new ShowMessage.Query(kept.Id)))!.Message;
        Assert.Equal(("accepted", "settled", 200, null), (row.Verdict, row.Effect, row.AnswerStatus, row.Detail));
    }

    [Fact]
    public async Task A_return_that_alipay_does_not_confirm_is_kept_and_has_its_payment_asked_about()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Utf8);
        await shop.SilentAsync(payment.PaymentNo);
        var back = await shop.PaidAsync(payment);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Http500", "notify_verify") });

        var reply = await shop.Web.GetTextAsync(back);

        Assert.Equal((303, "/pay/returned?state=unavailable"), (reply.Status, reply.Location));
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(("undecided", 303), await VerdictAsync(shop, AlipayDirectParty.Utf8, "return", back.Split('?')[1]));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(ReportSource.Poll, (await shop.PaymentRowAsync(payment.PaymentNo)).ConfirmedBy);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task What_came_while_the_instance_was_out_of_service_is_kept_and_pays_when_the_setting_is_mended(string store)
    {
        await using var mended = await TestShop.StartAsync(new TestShopOptions { Store = store });
        await using var broken = await TestShop.StartAsync(new TestShopOptions
        {
            Beside = mended, Settings = new Dictionary<string, string?> { ["Modular:Providers:alipay:AlipayPublicKey"] = "none" },
        });
        var (orderNo, paymentNo) = await mended.StartedAsync();
        var form = mended.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

        Assert.Equal(503, (await broken.NotifyAsync(form)).Status);
        Assert.Equal(503, (await broken.NotifyAsync(form)).Status);
        Assert.Equal("/pay/returned?state=unavailable", (await broken.Web.GetTextAsync("/payments/alipay/return?b=1")).Location);

        Assert.Equal(("out_of_service", 303), await VerdictAsync(broken, "alipay", "return", "b=1"));
        var kept = (await broken.InboxRowAsync(form))!;
        Assert.Equal(("out_of_service", 503, 2L), (kept.Verdict, kept.AnswerStatus, kept.Copies));
        Assert.Contains("AlipayPublicKey", kept.Detail, StringComparison.Ordinal);
        Assert.Contains((await broken.SendAsync(new ListMessages.Query(Verdict: "out_of_service"))).Messages, message => message.Id == kept.Id);
        Assert.Equal(ProcessMessage.Outcome.Unavailable, await broken.SendAsync(new ProcessMessage.Command(kept.Id)));
        await mended.AssertUntouchedAsync(orderNo, paymentNo);

        Assert.Equal(ProcessMessage.Outcome.Processed, await mended.SendAsync(new ProcessMessage.Command(kept.Id)));
        await mended.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(("accepted", 2L), ((await mended.InboxRowAsync(form))!.Verdict, (await mended.InboxRowAsync(form))!.Copies));
    }

    [Fact]
    public async Task Operators_search_for_them_and_read_why()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite, Settings = new Dictionary<string, string?> { ["Modular:Providers:alipay:AlipayPublicKey"] = "none" },
        });
        await shop.NotifyAsync("a=1");
        await shop.NotifyAsync("a=1", "wechatpay");
        using var desk = await Desk.OfAsync(shop);

        var list = await desk.PageAsync("/ops/inbox?verdict=out_of_service");
        Assert.Contains("data-verdict=\"out_of_service\"", list, StringComparison.Ordinal);
        Assert.DoesNotContain("data-verdict=\"refused\"", list, StringComparison.Ordinal);
        var page = await desk.PageAsync($"/ops/inbox/{(await shop.InboxRowAsync("a=1"))!.Id}");
        Assert.Contains(">out of service</span>", page, StringComparison.Ordinal);
        Assert.Contains("The instance is out of service: ", page, StringComparison.Ordinal);
        Assert.Contains("id=\"process-again\"", page, StringComparison.Ordinal);
    }

    private static async Task<(string? Verdict, int? AnswerStatus)> VerdictAsync(TestShop shop, string instance, string kind, string query)
    {
        var row = await shop.InboxRowAsync("", instance, kind, query);
        return (row?.Verdict, row?.AnswerStatus);
    }
}

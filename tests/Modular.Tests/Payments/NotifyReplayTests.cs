using Microsoft.EntityFrameworkCore;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Messages come again, late, early and in the wrong order, and each truth counts once.</summary>
public sealed class NotifyReplayTests(Shops shared, OwnShops own) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R01_a_thousand_copies_of_one_notification_settle_once_and_are_all_acknowledged(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        var acknowledged = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 48 }, async (_, _) =>
        {
            if (await shop.NotifyAsync(form) == (200, "success"))
            {
                Interlocked.Increment(ref acknowledged);
            }
        });

        Assert.Equal(1000, acknowledged);
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(1, (await shop.PaymentRowAsync(paymentNo)).Version);
        var row = await shop.InboxRowAsync(form);
        Assert.Equal((1000, "accepted", "settled"), (row!.Copies, row.Verdict, row.Effect));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R09_another_message_about_the_same_payment_changes_nothing_and_is_acknowledged(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        await shop.NotifyAsync(shop.Alipay.Sign(fields));

        for (var copy = 0; copy < 5; copy++)
        {
            fields["notify_id"] = $"another-{copy}";
            fields["notify_time"] = $"2026-11-25 21:00:0{copy}";
            Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(fields)));
        }

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(1, (await shop.PaymentRowAsync(paymentNo)).Version);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R02_a_replay_after_a_day_and_after_a_year_is_acknowledged_without_effect(string store)
    {
        var shop = await own.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        await shop.NotifyAsync(form);
        var settled = await shop.PaymentRowAsync(paymentNo);

        foreach (var later in new[] { TimeSpan.FromDays(1), TimeSpan.FromDays(365) })
        {
            shop.Clock.Advance(later);
            Assert.Equal((200, "success"), await shop.NotifyAsync(form));
        }

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equivalent(settled, await shop.PaymentRowAsync(paymentNo));
        Assert.Equal(3, (await shop.InboxRowAsync(form))!.Copies);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R03_a_notification_that_overtakes_the_answer_to_our_own_start_finds_its_payment(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store, Configure = Patience.Of(TimeSpan.FromSeconds(5)) });
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway("Hang", "alipay.trade.precreate") });
        var orderNo = await shop.PlaceOrderAsync();

        var starting = shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "qr" });
        await Eventually.BecomesAsync(1, () => shop.ReadAsync(db => db.Set<Payment>().CountAsync(payment => payment.OrderNo == orderNo)));
        var paymentNo = await shop.ReadAsync(db => db.Set<Payment>().Where(payment => payment.OrderNo == orderNo).Select(payment => payment.PaymentNo).SingleAsync());
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        var start = await starting;
        Assert.Equal((503, "provider_unknown"), (start.Status, start.Code));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R05_older_news_after_the_payment_moves_nothing_back(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        foreach (var status in new[] { "WAIT_BUYER_PAY", "TRADE_SUCCESS", "WAIT_BUYER_PAY", "TRADE_CLOSED", "TRADE_FINISHED", "TRADE_PENDING" })
        {
            Assert.Equal((200, "success"), await NotifyAsync(shop, paymentNo, status));
        }

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R05_money_that_comes_after_closed_still_counts(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await NotifyAsync(shop, paymentNo, "TRADE_CLOSED");
        Assert.Equal("closed", await shop.PaymentStatusAsync(paymentNo));
        Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));

        await NotifyAsync(shop, paymentNo, "TRADE_SUCCESS");

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal("paid_late", (await shop.PaymentRowAsync(paymentNo)).StatusReason);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R07_closed_after_a_full_refund_leaves_a_paid_payment_paid(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await NotifyAsync(shop, paymentNo, "TRADE_SUCCESS");

        await NotifyAsync(shop, paymentNo, "TRADE_CLOSED", ("refund_fee", "0.01"), ("gmt_refund", "2026-11-25 21:00:00.123"), ("out_biz_no", "R1"));

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R08_finished_without_success_is_paid(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();

        await NotifyAsync(shop, paymentNo, "TRADE_FINISHED");

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_waiting_notification_is_journalled_and_acknowledged_and_moves_nothing(string store)
    {
        var shop = await shared.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        fields["trade_status"] = "WAIT_BUYER_PAY";
        var form = shop.Alipay.Sign(fields);

        Assert.Equal((200, "success"), await shop.NotifyAsync(form));

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        Assert.Equal(("accepted", "unchanged"), ((await shop.InboxRowAsync(form))!.Verdict, (await shop.InboxRowAsync(form))!.Effect));
    }

    private static Task<(int Status, string Body)> NotifyAsync(TestShop shop, string paymentNo, string status, params (string Name, string Value)[] more)
    {
        var fields = AlipayParty.PaidFields(paymentNo, "0.01", $"2026112500000000{paymentNo[^8..]}");
        fields["trade_status"] = status;
        foreach (var (name, value) in more)
        {
            fields[name] = value;
        }

        return shop.NotifyAsync(shop.Alipay.Sign(fields));
    }
}

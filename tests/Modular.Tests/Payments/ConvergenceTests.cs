using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>In whatever order the news of a payment and of its refunds arrives, the same is true in the end.</summary>
public sealed class ConvergenceTests
{
    public static TheoryData<string> All => Shops.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task R06_notifications_of_a_payment_and_its_refunds_converge_in_every_order(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        scripted.Says = words => words[0] is "refund" or "ask" ? "processing" : null;
        foreach (var order in Permutations(5))
        {
            // The shop asked and gave money back before a single notification came.
            var (orderNo, paymentNo) = await scripted.StartedAsync();
            scripted.Pay(paymentNo);
            Assert.Equal(200, (await scripted.Shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { })).Status);
            var (first, second) = (await scripted.RefundNoAsync(paymentNo, 5000), await scripted.RefundNoAsync(paymentNo, 10000));
            await scripted.SweepAsync();
            string[] news =
            [
                $"paid {paymentNo} 36800 T{paymentNo}",
                $"refunded {first} {paymentNo} 5000",
                $"abnormal {first} {paymentNo} 5000",
                $"refunded {second} {paymentNo} 10000",
                $"refunded CONSOLE{paymentNo} {paymentNo} 100",
            ];

            foreach (var index in order)
            {
                Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync(news[index], scripted.First, "text/plain"));
            }

            Assert.Equal(("partially_refunded", "partially_refunded"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
            var row = await scripted.Shop.PaymentRowAsync(paymentNo);
            Assert.Equal((15000L, 0L), (row.RefundedMinor, row.RefundReservedMinor));
            Assert.Equal(36800 - 15000, await scripted.BalanceAsync("clearing", paymentNo));
            Assert.Equal((1, 2), (await scripted.Shop.EventsAsync("order.paid", orderNo), await scripted.Shop.EventsAsync("payment.refunded", orderNo)));
            Assert.Equal("0", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_refunds WHERE payment_no = @no AND (needs_attention OR status <> 'succeeded')", ("no", paymentNo)));
        }

        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task R06_a_refund_from_the_console_may_be_heard_of_before_its_payment(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        foreach (var order in Permutations(3))
        {
            var (orderNo, paymentNo) = await shop.StartedAsync("courtyard-room");
            var tradeNo = "20261125" + paymentNo;
            string[] news =
            [
                shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "368.00", tradeNo)),
                shop.Alipay.Sign(Refunded(paymentNo, tradeNo, "TRADE_SUCCESS", "100.00", "CONSOLE1")),
                shop.Alipay.Sign(Refunded(paymentNo, tradeNo, "TRADE_CLOSED", "368.00", "CONSOLE2")),
            ];

            foreach (var index in order)
            {
                Assert.Equal((200, "success"), await shop.NotifyAsync(news[index]));
            }

            // What was given back at the provider's own page is a person's to book; the payment is what it was.
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
            foreach (var message in news[1..])
            {
                var kept = await shop.InboxRowAsync(message);
                Assert.Equal(("accepted", "unknown_refund"), (kept!.Verdict, kept.Reason));
            }
        }

        await shop.AssertBooksAsync();
    }

    private static SortedDictionary<string, string> Refunded(string paymentNo, string tradeNo, string status, string sum, string refundNo)
    {
        var fields = AlipayParty.PaidFields(paymentNo, "368.00", tradeNo);
        fields["trade_status"] = status;
        fields["refund_fee"] = sum;
        fields["gmt_refund"] = "2026-11-25 21:00:00.123";
        fields["out_biz_no"] = refundNo;
        return fields;
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(shorter => Enumerable.Range(0, count).Select(at => (int[])[.. shorter[..at], count - 1, .. shorter[at..]]));
}

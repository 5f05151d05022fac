using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Refunds that people ask for and refunds that the shop makes by itself, at the same time and at several nodes.</summary>
public sealed class RefundRaceTests
{
    public static TheoryData<string> All => Shops.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task C13_an_operator_and_the_shop_give_the_same_money_back_once(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        await using var beside = await scripted.BesideAsync();
        for (var round = 0; round < 12; round++)
        {
            var (orderNo, kept) = await scripted.StartedAsync();
            var second = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
            Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.First, kept, 36800));

            // Operators ask again and again for the second payment's money, from before it is known until after the shop has given it back.
            using var done = new CancellationTokenSource();
            var asking = Task.WhenAll(Enumerable.Range(0, 3).Select(async asker =>
            {
                var replies = new List<Reply>();
                do
                {
                    replies.Add(await beside.Api.PostAsync($"/api/payments/{second}/refunds", new { amount = new { value = 36800 - asker, currency = "CNY" }, reason = "paid twice" }));
                }
                while (!done.IsCancellationRequested);
                return replies;
            }));
            Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.Second, second, 36800));
            await Task.WhenAll(scripted.SweepAsync(), beside.SendAsync(new SendRefunds.Command()));
            await done.CancelAsync();

            Assert.All((await asking).SelectMany(replies => replies), reply => Assert.Contains((reply.Status, reply.Code), new (int, string?)[] { (409, "payment_not_paid"), (409, "refund_exceeds_paid") }));
            var row = await scripted.Shop.PaymentRowAsync(second);
            Assert.Equal((PaymentStatus.Refunded, 36800L, 0L), (row.Status, row.RefundedMinor, row.RefundReservedMinor));
            Assert.Single(scripted.Calls, call => call.StartsWith("refund ", StringComparison.Ordinal) && call.Contains(second, StringComparison.Ordinal));
            await scripted.Shop.AssertPaidOnceAsync(orderNo, kept);
        }

        await scripted.Shop.AssertBooksAsync();
    }

    [Fact]
    public async Task C12_settlements_refunds_and_closing_at_two_nodes_at_once_all_come_to_an_end()
    {
        const int Orders = 20;
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        await using var beside = await scripted.BesideAsync();
        TestShop[] nodes = [scripted.Shop, beside];
        var firsts = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < Orders; count++)
        {
            firsts.Add(await scripted.StartedAsync());
        }

        // The other way round, so that two batches which take their payments in turn take their orders crosswise.
        var orders = new List<(string OrderNo, string First, string Second)>();
        foreach (var (orderNo, first) in Enumerable.Reverse(firsts))
        {
            orders.Add((orderNo, first, (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>()));
        }

        // The orders' time is over, both payments of each are paid, and everything happens to all of them at once.
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(31));
        var notified = orders.SelectMany(order => new[]
        {
            scripted.NotifyPaidAsync(scripted.First, order.First, 36800),
            beside.NotifyUntilTakenAsync($"paid {order.Second} 36800 T{order.Second}", scripted.Second, "text/plain"),
        }).ToArray();
        using var done = new CancellationTokenSource();
        var sweeping = Task.WhenAll(nodes.SelectMany(node => new[] { SweepAsync(new CloseOrders.Command()), SweepAsync(new SendRefunds.Command()), SweepAsync(new ConfirmPayments.Command()) }
            .Select(sweep => sweep(node, done.Token))));
        Assert.All(await Task.WhenAll(notified), answer => Assert.Equal((200, "success"), answer));

        await Parallel.ForEachAsync(orders, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (order, _) =>
        {
            var isFirst = (await scripted.Shop.PaymentRowAsync(order.First)).IsKept;
            var (kept, instance) = isFirst ? (order.First, scripted.First) : (order.Second, scripted.Second);

            // Each refund is heard of at one node while the next is asked for at the other.
            Reply? asked = null;
            for (var round = 0; round <= 4; round++)
            {
                var hearing = asked is null ? Task.CompletedTask : HearAsync(nodes[round % 2], asked.Json["refundNo"]!.GetValue<string>());
                if (round < 4)
                {
                    asked = await nodes[(round + 1) % 2].Api.PostAsync($"/api/payments/{kept}/refunds", new { amount = new { value = 5000, currency = "CNY" }, reason = "cancelled" });
                    Assert.Equal(202, asked.Status);
                }

                await hearing;
            }

            async Task HearAsync(TestShop node, string refundNo) =>
                Assert.Equal((200, "success"), await node.NotifyUntilTakenAsync($"refunded {refundNo} {kept} 5000", instance, "text/plain"));
        });
        await done.CancelAsync();
        await sweeping;

        while (await scripted.SweepAsync() > 0)
        {
        }

        foreach (var (orderNo, first, second) in orders)
        {
            var rows = new[] { await scripted.Shop.PaymentRowAsync(first), await scripted.Shop.PaymentRowAsync(second) };
            Assert.Equal([(PaymentStatus.PartiallyRefunded, 20000L, 0L), (PaymentStatus.Refunded, 36800L, 0L)], rows.OrderByDescending(row => row.IsKept).Select(row => (row.Status, row.RefundedMinor, row.RefundReservedMinor)));
            Assert.Equal(("partially_refunded", 1L), (await scripted.Shop.OrderStatusAsync(orderNo), await scripted.Shop.EventsAsync("order.paid", orderNo)));
        }

        // A connection that was given back a moment ago may still be shown with its last transaction.
        await Eventually.BecomesAsync("0", () => scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND (wait_event_type = 'Lock' OR state LIKE 'idle in transaction%')")!);
        await scripted.Shop.AssertBooksAsync();

        // Everybody takes locks in the same order, so that nobody ever had to be chosen as the victim.
        await scripted.Shop.ScalarAsync("SELECT pg_stat_force_next_flush()");
        Assert.Equal("0", await scripted.Shop.ScalarAsync("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    private static Func<TestShop, CancellationToken, Task> SweepAsync(MediatR.IRequest<int> sweep) => async (node, done) =>
    {
        do
        {
            await node.SendAsync(sweep);
        }
        while (!done.IsCancellationRequested);
    };
}

using Modular.Kernel.Audit;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>A transaction that PostgreSQL ends because of another one is decided again, from the reading to the commit.</summary>
public sealed class LostRaceTests
{
    public static TheoryData<string> SqlStates => ["40001", "40P01", "23505"];

    [Theory]
    [MemberData(nameof(SqlStates))]
    public async Task F16_whatever_loses_a_race_is_done_once_all_the_same(string sqlState)
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var shop = scripted.Shop;
        string orderNo = "", paymentNo = "", refundNo = "";

        await LosingAsync("ordering_orders", "INSERT", 2, async () => await shop.PlaceOrderAsync());
        Assert.Equal("1", await shop.ScalarAsync("SELECT COUNT(*) FROM ordering_orders"));
        await LosingAsync("payments_payments", "INSERT", 1, async () => (orderNo, paymentNo) = await scripted.StartedAsync());
        Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());

        // The last statement of the settlement, so that everything before it is undone and done again.
        await LosingAsync("kernel_outbox", "INSERT", 2, async () => Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800)));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(36800, await scripted.BalanceAsync("clearing", paymentNo));

        await LosingAsync("payments_refunds", "INSERT", 2, async () => refundNo = await scripted.RefundNoAsync(paymentNo, 5000));
        Assert.Equal((0L, 5000L), await shop.PaymentRowAsync(paymentNo) is var asked ? (asked.RefundedMinor, asked.RefundReservedMinor) : default);
        await LosingAsync("payments_refunds", "INSERT", 2, async () => Assert.Equal(202, (await scripted.RefundAsync(paymentNo, 1000, "once")).Status));
        Assert.Equal(6000, (await shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        await LosingAsync("kernel_outbox", "INSERT", 2, async () =>
            Assert.Equal((200, "success"), await shop.NotifyAsync($"refunded {refundNo} {paymentNo} 5000", scripted.First, "text/plain")));
        Assert.Equal((5000L, 1000L), await shop.PaymentRowAsync(paymentNo) is var done ? (done.RefundedMinor, done.RefundReservedMinor) : default);
        Assert.Equal(1, await shop.EventsAsync("payment.refunded", orderNo));

        var (heldOrder, held) = await scripted.StartedAsync();
        await scripted.NotifyPaidAsync(scripted.First, held, 36801);
        await LosingAsync("kernel_outbox", "INSERT", 2, async () => Assert.Equal(
            AcceptHeld.Outcome.Accepted, await shop.SendAsync(new AcceptHeld.Command(held, new Actor("olivia", "operator")))));
        await shop.AssertPaidOnceAsync(heldOrder, held);
        await shop.AssertBooksAsync();

        async Task LosingAsync(string table, string change, int times, Func<Task> act)
        {
            await shop.RefuseAsync(table, change, sqlState, times);
            await act();
            Assert.InRange(await shop.AllowAsync(table), times + 1, int.MaxValue);
        }
    }

    [Fact]
    public async Task F16_a_race_that_is_lost_again_and_again_acknowledges_nothing_and_does_no_half()
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        await scripted.Shop.RefuseAsync("kernel_outbox", "INSERT", "40001");

        var (status, body) = await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800);

        Assert.Equal(503, status);
        Assert.NotEqual("success", body);
        await scripted.Shop.AllowAsync("kernel_outbox");
        await scripted.Shop.AssertUntouchedAsync(orderNo, paymentNo);
        Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800));
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }
}

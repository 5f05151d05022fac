using Modular.Kernel.Outbox;
using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>One payment, refund, order or event that fails whatever is done with it keeps none of the others waiting.</summary>
public sealed class PoisonTests
{
    public static TheoryData<string> All => Shops.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task F22_a_payment_at_which_the_plugin_always_throws_is_put_off_and_shown_while_others_go_on(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, poisoned) = await scripted.StartedAsync();
        scripted.Says = words => words is ["query", _, var no] && no == poisoned ? throw new InvalidOperationException("poison") : null;
        var waits = new List<TimeSpan>();
        for (var sweep = 0; sweep < 20; sweep++)
        {
            var (other, otherNo) = await scripted.StartedAsync();
            scripted.Pay(otherNo);
            scripted.Shop.Clock.Advance((await scripted.Shop.PaymentRowAsync(poisoned)).NextCheckAt!.Value - scripted.Shop.Clock.GetUtcNow() + TimeSpan.FromSeconds(15));

            await scripted.Shop.SendAsync(new ConfirmPayments.Command());

            await scripted.Shop.AssertPaidOnceAsync(other, otherNo);
            var row = await scripted.Shop.PaymentRowAsync(poisoned);
            Assert.Equal((sweep + 1, PaymentStatus.Pending), (row.CheckCount, row.Status));
            waits.Add(row.NextCheckAt!.Value - row.LastCheckedAt!.Value);
        }

        // Put off from seconds to an hour, and never given up: only its provider can say that no money came.
        Assert.True(waits[0] < TimeSpan.FromMinutes(1) && waits[^1] > TimeSpan.FromMinutes(59), string.Join(' ', waits));
        using var desk = await Desk.OfAsync(scripted.Shop);
        var page = await desk.PageAsync("/ops/payments");
        Assert.Contains($"data-payment=\"{poisoned}\"", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"reason\" lang=\"en\">The call failed (InvalidOperationException).</span>", page, StringComparison.Ordinal);

        scripted.Pay(poisoned);
        scripted.Says = _ => null;
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(2));
        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        await scripted.Shop.AssertPaidOnceAsync(orderNo, poisoned);
    }

    [Fact]
    public async Task F22_a_row_that_cannot_be_stored_stops_no_sweep()
    {
        // More than the sweep asks about at the same time, and the poisoned one is the first in every list.
        const int Others = 40;
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var shop = scripted.Shop;
        var (poisonedOrder, poisoned) = await scripted.StartedAsync();
        var payments = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < Others; count++)
        {
            payments.Add(await scripted.StartedAsync());
        }

        scripted.Says = words => words[0] == "query" ? "pending" : null;
        await shop.RefuseAsync("payments_payments", "UPDATE OF last_answer, status", "XX000", when: $"NEW.payment_no = '{poisoned}'");
        shop.Clock.Advance(TimeSpan.FromSeconds(16));
        await shop.SendAsync(new ConfirmPayments.Command());
        Assert.Equal($"{Others}", await shop.ScalarAsync("SELECT COUNT(*) FROM payments_payments WHERE last_answer IS NOT NULL"));

        shop.Clock.Advance(TimeSpan.FromMinutes(33));
        Assert.Equal(Others, await shop.SendAsync(new CloseOrders.Command()));
        Assert.Equal("pending", await shop.OrderStatusAsync(poisonedOrder));
        Assert.Contains(shop.Log.Lines, line => line.Contains($"Order {poisonedOrder} could not be closed", StringComparison.Ordinal));

        // Nothing is lost of it once it can be stored.
        Assert.InRange(await shop.AllowAsync("payments_payments"), 2, long.MaxValue);
        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await shop.SendAsync(new CloseOrders.Command()));
        Assert.Equal("closed", await shop.PaymentStatusAsync(poisoned));
    }

    [Fact]
    public async Task F22_an_event_that_no_handler_survives_is_given_up_for_a_person_and_the_others_arrive()
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var shop = scripted.Shop;
        var (poisoned, _) = await scripted.PaidAsync();
        await shop.RefuseAsync("ordering_orders", "UPDATE OF fulfilled_at", "XX000", when: $"NEW.order_no = '{poisoned}'");
        for (var day = 0; day < 12; day++)
        {
            var (other, _) = await scripted.PaidAsync();
            await shop.SendAsync(new DispatchEvents());
            Assert.NotNull(await FulfilledAtAsync(other));
            shop.Clock.Advance(TimeSpan.FromDays(1));
        }

        await shop.SendAsync(new DispatchEvents());
        Assert.Equal(13, await shop.AllowAsync("ordering_orders"));
        shop.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await shop.SendAsync(new DispatchEvents()));
        Assert.Null(await FulfilledAtAsync(poisoned));
        using var desk = await Desk.OfAsync(shop);
        Assert.Contains($"/ops/orders/{poisoned}", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);

        // An operator delivers it again, and the second click finds nothing to do. A viewer may not.
        var given = await shop.ScalarAsync("SELECT id FROM kernel_outbox WHERE due_at IS NULL AND delivered_at IS NULL");
        using (var viewer = await Desk.OfAsync(shop, "victor"))
        {
            Assert.Equal(403, (await viewer.PostAsync("/ops/exceptions?handler=Dispatch", ("id", given))).Status);
        }

        Assert.Equal(303, (await desk.PostAsync("/ops/exceptions?handler=Dispatch", ("id", given))).Status);
        Assert.Equal(303, (await desk.PostAsync("/ops/exceptions?handler=Dispatch", ("id", given))).Status);
        Assert.Equal(1, await shop.SendAsync(new DispatchEvents()));
        Assert.NotNull(await FulfilledAtAsync(poisoned));
        Assert.Equal("2", await shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'event_dispatched'"));

        Task<string?> FulfilledAtAsync(string orderNo) => shop.ScalarAsync("SELECT fulfilled_at FROM ordering_orders WHERE order_no = @no", ("no", orderNo));
    }
}

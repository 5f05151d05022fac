using System.Globalization;
using CsCheck;
using Modular.Ordering;
using Modular.Payments.Abstractions;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>No sum below nothing and none beyond what a number can hold gets in, by whatever way it comes.</summary>
public sealed class SumTests
{
    private static readonly Gen<long> Extremes = Gen.OneOfConst(long.MinValue, long.MinValue + 1, -36800L, -1L, 0L, 36801L, int.MaxValue + 1L, long.MaxValue - 36799, long.MaxValue);

    public static TheoryData<string> All => Shops.All;

    [Fact]
    public void C11_a_sum_is_written_with_its_sign_and_read_back_only_without_one() => Gen.OneOf(Extremes, Gen.Long, Gen.Long[-199, 199]).Sample(minor =>
        Money.Cny(minor).ToDecimalString() is var text
        && Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) == minor
        && text.StartsWith('-') == minor < 0
        && Money.TryParseDecimal(text, "CNY", out var read) == minor is >= 0 and < 100_000_000_000_00
        && (read == default || read == Money.Cny(minor)));

    [Theory]
    [MemberData(nameof(All))]
    public async Task C11_no_sum_beyond_what_is_left_is_refunded_however_large_or_negative(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        await scripted.RefundNoAsync(paymentNo, 36799);
        await Gen.OneOf(Extremes, Gen.Long.Where(minor => minor != 1), Gen.Long[2, 36800]).SampleAsync(
            async minor => await scripted.RefundAsync(paymentNo, minor) is var reply
                && (reply.Status, reply.Code) == (minor <= 0 ? (400, "validation_failed") : (409, "refund_exceeds_paid")),
            iter: 60, threads: 1);

        Assert.Equal(36799, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task C11_a_notification_of_an_absurd_sum_is_held_and_the_books_still_add_up(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        foreach (var minor in new[] { long.MinValue, -36800, -1, 0, 36801, long.MaxValue, long.MaxValue })
        {
            var (orderNo, paymentNo) = await scripted.StartedAsync();

            Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.First, paymentNo, minor));

            Assert.Equal(("held", "pending"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
            var row = await scripted.Shop.PaymentRowAsync(paymentNo);
            Assert.Equal(("amount_mismatch", minor > 0 ? minor : null), (row.StatusReason, row.ReceivedMinor));
            Assert.Equal(minor > 0 ? minor : 0, await scripted.BalanceAsync("clearing", paymentNo));
        }

        // What is held can go back to the last fen, and not one more.
        var whole = (await scripted.Shop.ScalarAsync("SELECT MAX(payment_no) FROM payments_payments WHERE received_minor = @sum", ("sum", long.MaxValue)))!;
        Assert.Equal(202, (await scripted.RefundAsync(whole, long.MaxValue)).Status);
        Assert.Equal("refund_exceeds_paid", (await scripted.RefundAsync(whole, 1)).Code);
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal(("refunded", 0L), (await scripted.Shop.PaymentStatusAsync(whole), await scripted.BalanceAsync("clearing", whole)));
        using var desk = await Desk.OfAsync(scripted.Shop);
        Assert.Contains("id=\"held\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task C11_an_order_of_absurd_quantities_is_refused(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        foreach (var quantity in new[] { int.MinValue, -1, 0, PlaceOrder.MaxQuantity + 1, int.MaxValue })
        {
            var reply = await scripted.Shop.Api.PostAsync("/api/orders", new { lines = new[] { new { sku = "loft-suite", quantity } } });
            Assert.Equal((400, "validation_failed"), (reply.Status, reply.Code));
        }

        var beyond = await scripted.Shop.Api.PostAsync("/api/orders", """{"lines":[{"sku":"loft-suite","quantity":9223372036854775808}]}""");
        Assert.Equal((400, "malformed_json"), (beyond.Status, beyond.Code));
        Assert.Equal("0", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM ordering_orders"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task C11_the_database_itself_refuses_sums_that_cannot_be(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        await scripted.RefundNoAsync(paymentNo, 5000);
        var before = await StateAsync(scripted);
        foreach (var change in new[]
        {
            "UPDATE payments_payments SET amount_minor = 0",
            "UPDATE payments_payments SET amount_minor = -36800",
            "UPDATE payments_payments SET refund_reserved_minor = -1",
            "UPDATE payments_payments SET refunded_minor = -1",
            "UPDATE payments_payments SET refunded_minor = 31801",
            "UPDATE payments_payments SET refunded_minor = 9223372036854775807, refund_reserved_minor = 9223372036854775807",
            "UPDATE payments_refunds SET amount_minor = 0",
            "UPDATE payments_refunds SET amount_minor = -5000",
            "UPDATE ordering_orders SET amount_minor = -1",
            "UPDATE ordering_order_lines SET quantity = -1",
            "INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency) SELECT booked_at, provider, 'fee', 'x', debit, credit, -1, currency FROM payments_ledger",
            "INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency) SELECT booked_at, provider, 'fee', 'x', debit, debit, 1, currency FROM payments_ledger",
        })
        {
            var refusal = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => scripted.Shop.ScalarAsync(change));
            Assert.Matches("ck_|CHECK|out of range", refusal.Message);
        }

        Assert.Equal(before, await StateAsync(scripted));
    }

    private static Task<string?> StateAsync(ScriptedShop scripted) => scripted.Shop.ScalarAsync(
        """
        SELECT (SELECT MIN(amount_minor) || ' ' || MIN(refunded_minor) || ' ' || MAX(refund_reserved_minor) FROM payments_payments) || ' '
            || (SELECT MIN(amount_minor) FROM payments_refunds) || ' ' || (SELECT MIN(amount_minor) FROM ordering_orders) || ' '
            || (SELECT MIN(quantity) FROM ordering_order_lines) || ' ' || (SELECT COUNT(*) FROM payments_ledger)
        """);
}

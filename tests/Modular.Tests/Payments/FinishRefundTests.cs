using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Modular.Payments;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>What operators do about refunds that cannot end by themselves, or whose end calls a person.</summary>
public sealed class FinishRefundTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C07_a_refund_done_at_the_provider_is_booked_once_by_an_operators_word(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await AbnormalAsync(scripted, paymentNo, 36800);
        Assert.Contains("data-act=\"finish\"", await desk.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);
        Assert.Equal("finish_bad_number", await FinishAsync(desk, refundNo, done: true, "é"));

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => FinishAsync(desk, refundNo, done: true, " HAND-7 ")));
        Assert.Equal(("finish_done", 1), (results.Min(StringComparer.Ordinal), results.Count(result => result == "finish_done")));
        Assert.Equal(5, results.Count(result => result == "finish_nothing_to_finish"));

        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(("succeeded", false, "HAND-7"), (row["status"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>(), row["providerRefundNo"]!.GetValue<string>()));
        Assert.Equal(("refunded", 0L, 1L), (await scripted.Shop.OrderStatusAsync(orderNo), await scripted.BalanceAsync("clearing", paymentNo), await scripted.Shop.EventsAsync("payment.refunded", orderNo)));
        Assert.Equal("1", await TrailAsync(scripted, refundNo, "refund_finished", "done"));
        Assert.DoesNotContain("data-act=\"finish\"", await desk.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);

        // The provider's own word, when it comes at last, says nothing new.
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 36800", scripted.First, "text/plain");
        Assert.Equal(1, await scripted.Shop.EventsAsync("payment.refunded", orderNo));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C08_a_refund_that_was_not_done_is_given_up_and_its_sum_goes_back_by_another(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] switch { "refund" => "retry DATE_OVER", "ask" => "notfound", _ => null };
        await scripted.SweepAsync();

        // The provider was called just now, and the sweep may be about to send it once more.
        Assert.Equal("finish_busy", await FinishAsync(desk, refundNo, done: false));
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(61));
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => FinishAsync(desk, refundNo, done: false)));
        Assert.Single(results, "finish_given_up");
        Assert.All(results, result => Assert.Contains(result, (string[])["finish_given_up", "finish_busy", "finish_nothing_to_finish"]));
        Assert.Single(scripted.Calls, call => call.StartsWith($"ask {scripted.First} {refundNo} ", StringComparison.Ordinal));

        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(("failed", "given_up", false), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
        Assert.Equal("1", await TrailAsync(scripted, refundNo, "refund_given_up", "given_up"));
        Assert.Equal(0, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        scripted.Says = _ => null;
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        await scripted.RefundNoAsync(paymentNo, 36800);
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("refunded", await scripted.Shop.PaymentStatusAsync(paymentNo));
        Assert.Single(scripted.Calls, call => call.StartsWith($"refund {scripted.First} {refundNo} ", StringComparison.Ordinal));

        // It went back after all: that is more than was paid, and a person is told instead of the books.
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 36800", scripted.First, "text/plain");
        row = await RowAsync(scripted, refundNo);
        Assert.Equal(("failed", "refund_beyond_paid"), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>()));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C08_a_refund_is_not_given_up_while_its_provider_cannot_say_unless_somebody_has_looked_there(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        scripted.Says = words => words[0] switch { "refund" => "retry DATE_OVER", "ask" => "unknown", _ => null };
        await scripted.SweepAsync();
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(61));

        Assert.DoesNotContain("name=\"looked\"", await desk.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);
        Assert.Equal("finish_provider_unknown", await FinishAsync(desk, refundNo, done: false));
        Assert.Equal("finish_provider_unknown", await FinishAsync(desk, refundNo, done: false));
        Assert.Equal(("processing", 100L), ((await RowAsync(scripted, refundNo))["status"]!.GetValue<string>(), (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor));
        Assert.Equal("2", await TrailAsync(scripted, refundNo, "refund_given_up", "provider_unknown"));

        // Whoever comes back from the provider's page says so, and need not wait for it.
        Assert.Contains("name=\"looked\"", await desk.PageAsync($"/ops/refunds/{refundNo}?result=finish_provider_unknown"), StringComparison.Ordinal);
        Assert.Equal("finish_given_up", await FinishAsync(desk, refundNo, done: false, looked: true));
        Assert.Equal(0, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
        Assert.Contains("the provider could not say", await scripted.Shop.ScalarAsync(
            "SELECT detail FROM kernel_audit_trail WHERE subject = @no AND outcome = 'given_up'", ("no", refundNo)), StringComparison.Ordinal);

        // Another is made in its place; then the first one's success arrives. The sum fits, and a person is told all the same.
        scripted.Says = _ => null;
        await scripted.RefundNoAsync(paymentNo, 100);
        Assert.Equal(1, await scripted.SweepAsync());
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 100", scripted.First, "text/plain");
        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(
            ("succeeded", true, "refund_done_after_all"), (row["status"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>(), row["statusReason"]!.GetValue<string>()));
        Assert.Contains($"data-refund=\"{refundNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        Assert.Equal((36600L, 2L), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.Shop.EventsAsync("payment.refunded", orderNo)));
        Assert.Equal("deal_dealt_with", await DealAsync(desk, refundNo));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task What_the_provider_says_of_a_refund_wins_over_giving_it_up(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await AbnormalAsync(scripted, paymentNo, 100);
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(61));
        scripted.Says = words => words[0] == "ask" ? "processing" : null;
        Assert.Equal("finish_under_way", await FinishAsync(desk, refundNo, done: false));
        Assert.Equal(100, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(61));
        scripted.Says = words => words[0] == "ask" ? "succeeded" : null;
        Assert.Equal("finish_found_done", await FinishAsync(desk, refundNo, done: false));
        Assert.Equal("succeeded", (await RowAsync(scripted, refundNo))["status"]!.GetValue<string>());
        Assert.Equal("1", await TrailAsync(scripted, refundNo, "refund_given_up", "found_done"));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_refund_that_goes_its_way_is_nobodys_to_end_and_viewers_only_look(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        Assert.Equal("finish_nothing_to_finish", await FinishAsync(desk, refundNo, done: true));
        Assert.Equal("finish_nothing_to_finish", await FinishAsync(desk, refundNo, done: false));
        Assert.Equal(404, (await desk.PostAsync("/ops/refunds/0123456789ABCDEFGHJKMNPQRS?handler=Finish", ("done", "true"))).Status);

        var abnormal = await AbnormalAsync(scripted, paymentNo, 200);
        Assert.Equal(403, (await viewer.PostAsync($"/ops/refunds/{abnormal}?handler=Finish", ("done", "true"))).Status);
        Assert.Equal(400, (await desk.PostBareAsync($"/ops/refunds/{abnormal}?handler=Finish", ("done", "true"))).Status);
        Assert.Equal("processing", (await RowAsync(scripted, abnormal))["status"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C07_a_refund_that_has_ended_leaves_the_exceptions_when_an_operator_has_dealt_with_it(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var failed = await scripted.RefundNoAsync(paymentNo, 100);
        scripted.Says = words => words[0] == "refund" ? "rejected TRADE_CLOSED" : null;
        await scripted.SweepAsync();
        scripted.Says = _ => null;
        var done = await scripted.RefundNoAsync(paymentNo, 200);
        await scripted.SweepAsync();
        var at = (await RowAsync(scripted, done))["refundedAt"]!.GetValue<string>();
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(1));
        await scripted.Shop.NotifyAsync($"refunded {done} {paymentNo} 201", scripted.First, "text/plain");
        Assert.Equal(("refund_amount_mismatch", at), ((await RowAsync(scripted, done))["statusReason"]!.GetValue<string>(), (await RowAsync(scripted, done))["refundedAt"]!.GetValue<string>()));
        var running = await AbnormalAsync(scripted, paymentNo, 300);

        foreach (var refundNo in new[] { failed, done })
        {
            Assert.Contains($"data-refund=\"{refundNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
            Assert.Contains("data-act=\"deal-with\"", await desk.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);
            var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DealAsync(desk, refundNo)));
            Assert.Equal(["deal_dealt_with", "deal_nothing_to_deal_with", "deal_nothing_to_deal_with", "deal_nothing_to_deal_with"], results.Order(StringComparer.Ordinal));
            Assert.Equal("1", await TrailAsync(scripted, refundNo, "refund_dealt_with", "dealt_with"));
            Assert.DoesNotContain($"data-refund=\"{refundNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        }

        Assert.Equal(("failed", "succeeded"), ((await RowAsync(scripted, failed))["status"]!.GetValue<string>(), (await RowAsync(scripted, done))["status"]!.GetValue<string>()));
        Assert.Equal("deal_nothing_to_deal_with", await DealAsync(desk, running));
        Assert.Contains($"data-refund=\"{running}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W17_whoever_asked_for_a_refund_may_withdraw_it_while_it_waits(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "0"));
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var asked = await scripted.Shop.SendAsync(new RefundPayment.Command(paymentNo, Modular.Payments.Abstractions.Money.Cny(100), "cancelled", RefundOrigin.Operator, "olivia"));
        var refundNo = Assert.IsType<RefundPayment.Outcome.Taken>(asked).Refund.RefundNo;
        Assert.Contains("data-act=\"withdraw\"", await desk.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);

        Assert.EndsWith("result=same_person", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=Approve")).Location, StringComparison.Ordinal);
        Assert.EndsWith("result=withdrawn", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=TurnDown")).Location, StringComparison.Ordinal);
        Assert.EndsWith("result=nothing_to_decide", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=TurnDown")).Location, StringComparison.Ordinal);
        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(("failed", "withdrawn", false), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
        Assert.Equal("1", await TrailAsync(scripted, refundNo, "refund_turned_down", "withdrawn"));
        Assert.Equal(0, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
        Assert.Equal(0, await scripted.SweepAsync());
    }

    [Fact]
    public async Task The_exceptions_say_how_many_there_are_when_they_cannot_list_them_all()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.Sqlite);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        for (var count = 0; count < 102; count++)
        {
            await scripted.RefundNoAsync(paymentNo, 1);
        }

        scripted.Says = words => words[0] == "refund" ? "failed" : null;
        Assert.Equal(102, await scripted.SweepAsync());
        var page = await desk.PageAsync("/ops/exceptions");
        Assert.Equal(100, Regex.Count(page, "data-refund="));
        Assert.Matches("id=\"refunds-heading\">[^<]*<small class=\"muted\">102<", page);
        Assert.Matches("data-more=\"refunds\">2 [^<]*<a href=\"/ops/refunds\\?show=attention\">", page);
    }

    private static async Task<string> DealAsync(Desk desk, string refundNo)
    {
        var reply = await desk.PostAsync($"/ops/refunds/{refundNo}?handler=DealWith", ("note", "told the shopper"));
        Assert.Equal(303, reply.Status);
        return reply.Location![(reply.Location!.IndexOf("result=", StringComparison.Ordinal) + "result=".Length)..];
    }

    private static async Task<string> AbnormalAsync(ScriptedShop scripted, string paymentNo, long minor)
    {
        var refundNo = await scripted.RefundNoAsync(paymentNo, minor);
        scripted.Says = words => words[0] is "refund" or "ask" ? "abnormal" : null;
        await scripted.SweepAsync();
        Assert.Equal("refund_abnormal", (await RowAsync(scripted, refundNo))["statusReason"]!.GetValue<string>());
        return refundNo;
    }

    private static async Task<string> FinishAsync(Desk desk, string refundNo, bool done, string? theirs = null, bool looked = false)
    {
        var reply = await desk.PostAsync($"/ops/refunds/{refundNo}?handler=Finish", ("done", done ? "true" : "false"), ("theirs", theirs), ("looked", looked ? "true" : null));
        Assert.Equal(303, reply.Status);
        return reply.Location![(reply.Location!.IndexOf("result=", StringComparison.Ordinal) + "result=".Length)..];
    }

    private static Task<string?> TrailAsync(ScriptedShop scripted, string refundNo, string what, string outcome) => scripted.Shop.ScalarAsync(
        "SELECT COUNT(*) FROM kernel_audit_trail WHERE subject = @no AND what = @what AND outcome = @outcome AND who = 'olivia'", ("no", refundNo), ("what", what), ("outcome", outcome));

    private static async Task<JsonNode> RowAsync(ScriptedShop scripted, string refundNo) => (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;
}

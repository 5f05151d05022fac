using System.Text.RegularExpressions;
using Modular.Payments;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>What is done about a difference at the operations pages: each class has its remedy, which is done once and written down.</summary>
public sealed class DifferenceDeskTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L01_foreign_money_that_was_given_back_leaves_suspense_once_and_its_difference_ends(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var day = await CompareAsync(scripted, $"payment FOREIGN1 TF1 500 3 {Noon(scripted)}\npayment FOREIGN2 TF2 0 0 {Noon(scripted)}");
        var (id, empty) = (await IdAsync(scripted, "FOREIGN1"), await IdAsync(scripted, "FOREIGN2"));
        Assert.Equal(-500, await scripted.BalanceAsync("suspense", "FOREIGN1"));
        Assert.Matches(ActOf(id, "give-back"), await desk.PageAsync(day));
        Assert.Equal(403, (await viewer.PostAsync(day + "?handler=GiveBack", ("difference", id))).Status);
        Assert.Equal(400, (await desk.PostBareAsync(day + "?handler=GiveBack", ("difference", id))).Status);
        Assert.Equal(404, (await desk.PostAsync(day + "?handler=GiveBack", ("difference", "999999"))).Status);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ActAsync(desk, day, "GiveBack", id)));
        Assert.Equal(["back_given_back", "back_not_open", "back_not_open", "back_not_open"], results.Order(StringComparer.Ordinal));
        Assert.Equal((0L, 0L), (await scripted.BalanceAsync("suspense", "FOREIGN1"), await scripted.BalanceAsync("clearing", "FOREIGN1")));
        Assert.Equal("resolved olivia", await scripted.Shop.ScalarAsync($"SELECT remedy || ' ' || resolved_by FROM payments_differences WHERE id = {id}"));
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'foreign_given_back' AND outcome = 'given_back' AND who = 'olivia'"));

        // Nothing is held of a line without money, and comparing the day again brings nothing back.
        Assert.Equal("back_nothing_held", await ActAsync(desk, day, "GiveBack", empty));
        Assert.Equal("open", await scripted.Shop.ScalarAsync($"SELECT remedy FROM payments_differences WHERE id = {empty}"));
        await CompareAsync(scripted, $"payment FOREIGN1 TF1 500 3 {Noon(scripted)}");
        Assert.Equal(0, await scripted.BalanceAsync("suspense", "FOREIGN1"));
        Assert.Contains($"/ops/reconciliation/{scripted.First}/{Day(scripted)}?difference={id}#d{id}", await desk.PageAsync("/ops/audit-trail"), StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L02_the_provider_asked_about_a_payment_that_its_bill_lacks_ends_the_difference_only_when_it_confirms_the_sum(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var day = await CompareAsync(scripted, $"payment FOREIGN1 TF1 500 3 {Noon(scripted)}");
        var id = await IdAsync(scripted, paymentNo);
        Assert.Matches(ActOf(id, "ask"), await desk.PageAsync(day));
        Assert.Matches(ActOf(id, "go"), await desk.PageAsync(day));
        Assert.Equal(403, (await viewer.PostAsync(day + "?handler=Ask", ("difference", id))).Status);
        foreach (var (answer, result) in new[] { ("unknown", "ask_unknown"), ("notfound", "ask_differs"), ("paid 36700 TX", "ask_differs"), ($"paid 36800 T{paymentNo}", "ask_confirmed"), ("unknown", "ask_not_open") })
        {
            scripted.Says = words => words[0] == "query" ? answer : null;
            Assert.Equal(result, await ActAsync(desk, day, "Ask", id));
        }

        Assert.Contains("the provider says that it was paid: 368.00 CNY", await desk.PageAsync(day), StringComparison.Ordinal);
        Assert.Equal("ask_nothing_to_ask", await ActAsync(desk, day, "Ask", await IdAsync(scripted, "FOREIGN1")));
        Assert.Equal("6", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'difference_asked' AND who = 'olivia'"));
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L03_a_payment_that_the_bill_calls_paid_is_settled_by_asking_and_its_difference_ends(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        var day = await CompareAsync(scripted, $"payment {paymentNo} T{paymentNo} 36700 0 {Noon(scripted)}");
        var id = await IdAsync(scripted, paymentNo);
        Assert.Equal("held", await scripted.Shop.PaymentStatusAsync(paymentNo));
        scripted.Says = words => words[0] == "query" ? $"paid 36700 T{paymentNo}" : null;
        Assert.Equal("ask_differs", await ActAsync(desk, day, "Ask", id));

        // Once it is the order's by an operator's word, asking finds that it stands here as in the bill.
        Assert.EndsWith("result=accept_accepted", (await desk.PostAsync($"/ops/orders/{orderNo}?handler=Accept", ("paymentNo", paymentNo))).Location, StringComparison.Ordinal);
        Assert.Equal("ask_repaired", await ActAsync(desk, day, "Ask", id));
        Assert.Equal("ask_not_open", await ActAsync(desk, day, "Ask", id));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L04_a_refund_that_was_made_at_the_provider_is_booked_once_and_agrees_with_its_bill_from_then_on(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        string[] bill = [$"payment {paymentNo} T{paymentNo} 36800 0 {Noon(scripted)}", $"refund {paymentNo} T{paymentNo} 10000 0 {Noon(scripted)} CONSOLE1", $"refund {paymentNo} T{paymentNo} 26000 0 {Noon(scripted)} CONSOLE2", $"refund {paymentNo} T{paymentNo} 800 0 {Noon(scripted)}"];
        var day = await CompareAsync(scripted, string.Join('\n', bill[..2]));
        var id = await IdOfRefundAsync(scripted, "CONSOLE1");
        Assert.Matches(ActOf(id, "book"), await desk.PageAsync(day));
        Assert.Equal(403, (await viewer.PostAsync(day + "?handler=Book", ("difference", id))).Status);
        Assert.Equal(400, (await desk.PostBareAsync(day + "?handler=Book", ("difference", id))).Status);
        Assert.Equal(404, (await desk.PostAsync(day + "?handler=Book", ("difference", "999999"))).Status);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ActAsync(desk, day, "Book", id)));

        Assert.Equal(["book_booked", "book_not_open", "book_not_open", "book_not_open"], results.Order(StringComparer.Ordinal));
        var row = await scripted.Shop.PaymentRowAsync(paymentNo);
        Assert.Equal((PaymentStatus.PartiallyRefunded, 10000L, 0L), (row.Status, row.RefundedMinor, row.RefundReservedMinor));
        Assert.Equal(("partially_refunded", 1L), (await scripted.Shop.OrderStatusAsync(orderNo), await scripted.Shop.EventsAsync("payment.refunded", orderNo)));
        Assert.Equal("succeeded console CONSOLE1 olivia", await scripted.Shop.ScalarAsync("SELECT status || ' ' || origin || ' ' || provider_refund_no || ' ' || requested_by FROM payments_refunds"));
        Assert.Equal("resolved olivia", await scripted.Shop.ScalarAsync($"SELECT remedy || ' ' || resolved_by FROM payments_differences WHERE id = {id}"));
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'refund_booked' AND outcome = 'booked' AND who = 'olivia'"));
        Assert.Contains($"/ops/refunds/{await scripted.Shop.ScalarAsync("SELECT refund_no FROM payments_refunds")}", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);
        Assert.Contains($"data-result=\"book_booked\"", await desk.PageAsync($"{day}?result=book_booked&difference={id}"), StringComparison.Ordinal);

        // The money is gone already: nobody sends anything, the line agrees, and the rest goes the same way.
        await scripted.SweepAsync();
        await CompareAsync(scripted, string.Join('\n', bill));
        Assert.Equal("4 2", await scripted.Shop.ScalarAsync("SELECT lines || ' ' || matched FROM payments_reconciliations"));
        Assert.Equal("book_booked", await ActAsync(desk, day, "Book", await IdOfRefundAsync(scripted, "CONSOLE2")));
        Assert.Equal("book_booked", await ActAsync(desk, day, "Book", (await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences WHERE refund_no IS NULL"))!));
        Assert.Equal(("refunded", "refunded"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
        Assert.DoesNotContain(scripted.Calls, call => call.StartsWith("refund ", StringComparison.Ordinal));
        await CompareAsync(scripted, string.Join('\n', Enumerable.Reverse(bill)));
        Assert.Equal("4 4", await scripted.Shop.ScalarAsync("SELECT lines || ' ' || matched FROM payments_reconciliations"));
        Assert.Equal("0", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_differences WHERE remedy = 'open'"));
        Assert.Equal((0L, 0L), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.BalanceAsync("sales", paymentNo) + await scripted.BalanceAsync("refunds", paymentNo)));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L04_a_refund_of_the_bill_that_does_not_fit_is_not_booked_and_stays_open(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var (_, unpaid) = await scripted.StartedAsync();
        await scripted.RefundNoAsync(paymentNo, 10000);
        var line = $"refund {paymentNo} T{paymentNo} 5000 0 {Noon(scripted)} TWICE";
        var nameless = $"refund {paymentNo} T{paymentNo} 700 0 {Noon(scripted)}";
        var day = await CompareAsync(scripted, string.Join(
            '\n',
            $"payment {paymentNo} T{paymentNo} 36800 0 {Noon(scripted)}", $"refund {paymentNo} T{paymentNo} 10000 0 {Noon(scripted)} SAMESUM", $"refund {paymentNo} T{paymentNo} 26801 0 {Noon(scripted)} TOOMUCH",
            $"refund {unpaid} T{unpaid} 100 0 {Noon(scripted)} UNPAID", $"payment FOREIGN1 TF1 500 3 {Noon(scripted)}", line, nameless));
        foreach (var (refundNo, result) in new[] { ("SAMESUM", "book_own_under_way"), ("TOOMUCH", "book_refund_exceeds_paid"), ("UNPAID", "book_payment_not_paid") })
        {
            var id = await IdOfRefundAsync(scripted, refundNo);
            Assert.Equal(result, await ActAsync(desk, day, "Book", id));
            Assert.Equal("open", await scripted.Shop.ScalarAsync($"SELECT remedy FROM payments_differences WHERE id = {id}"));
        }

        // A bill also lists what is under way or failed, and the provider knows better.
        foreach (var state in new[] { "processing", "failed", "abnormal" })
        {
            scripted.Says = words => words[0] == "ask" ? state : null;
            Assert.Equal("book_not_done", await ActAsync(desk, day, "Book", await IdOfRefundAsync(scripted, "TWICE")));
        }

        scripted.Says = _ => null;
        Assert.Equal("book_nothing_to_book", await ActAsync(desk, day, "Book", await IdAsync(scripted, "FOREIGN1")));
        Assert.Equal("1 36800", await scripted.Shop.ScalarAsync($"SELECT (SELECT COUNT(*) FROM payments_refunds) || ' ' || (received_minor - refunded_minor) FROM payments_payments WHERE payment_no = '{paymentNo}'"));

        // Two days' bills list the same refund before anybody books it.
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        var next = await CompareAsync(scripted, $"{line}\n{nameless}");
        using var nextDay = await Desk.OfAsync(scripted.Shop);
        foreach (var which in new[] { "refund_no = 'TWICE'", "refund_no IS NULL AND class = 'refund'" })
        {
            Assert.Equal("book_booked", await ActAsync(nextDay, day, "Book", (await scripted.Shop.ScalarAsync($"SELECT MIN(id) FROM payments_differences WHERE {which}"))!));
            Assert.Equal("book_known_already", await ActAsync(nextDay, next, "Book", (await scripted.Shop.ScalarAsync($"SELECT MAX(id) FROM payments_differences WHERE {which}"))!));
        }

        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        await scripted.SweepAsync();
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_difference_is_not_resolved_without_a_note_and_the_page_says_so(string store)
    {
        await using var scripted = await StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var day = await CompareAsync(scripted, $"payment {paymentNo} T{paymentNo} 36900 0 {Noon(scripted)}");
        var id = await IdAsync(scripted, paymentNo);
        Assert.Matches(ActOf(id, "go"), await desk.PageAsync(day));
        var bare = await desk.PostAsync(day, ("difference", id), ("note", "  "));
        Assert.Equal(400, bare.Status);
        Assert.Contains("id=\"problem\"", bare.Text, StringComparison.Ordinal);
        Assert.Contains("Say what was done about it", bare.Text, StringComparison.Ordinal);
        Assert.Equal("open", await scripted.Shop.ScalarAsync($"SELECT remedy FROM payments_differences WHERE id = {id}"));
        Assert.EndsWith($"result=resolved&difference={id}#d{id}", (await desk.PostAsync(day, ("difference", id), ("note", "told the bank"))).Location, StringComparison.Ordinal);
        Assert.Contains("data-result=\"resolved\"", await desk.PageAsync($"{day}?result=resolved&difference={id}"), StringComparison.Ordinal);
    }

    /// <summary>A shop at noon: a payment near midnight belongs to the next day's bill.</summary>
    private static async Task<ScriptedShop> StartAsync(string store)
    {
        var scripted = await ScriptedShop.StartAsync(store);
        scripted.BecomeNoon();
        return scripted;
    }

    private static async Task<string> CompareAsync(ScriptedShop scripted, string bill)
    {
        scripted.Says = words => words[0] == "bill" ? bill : null;
        Assert.Equal(202, (await scripted.Shop.Api.PostAsync("/api/reconciliations", new { provider = scripted.First, date = Day(scripted) })).Status);
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        scripted.Says = _ => null;
        return $"/ops/reconciliation/{scripted.First}/{Day(scripted)}";
    }

    private static async Task<string> IdAsync(ScriptedShop scripted, string paymentNo) =>
        (await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences WHERE payment_no = @no", ("no", paymentNo)))!;

    private static async Task<string> IdOfRefundAsync(ScriptedShop scripted, string refundNo) =>
        (await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences WHERE refund_no = @no", ("no", refundNo)))!;

    private static async Task<string> ActAsync(Desk desk, string day, string handler, string id)
    {
        var reply = await desk.PostAsync($"{day}?handler={handler}", ("difference", id));
        Assert.Equal(303, reply.Status);
        return Regex.Match(reply.Location!, "result=([a-z_]+)&").Groups[1].Value;
    }

    /// <summary>The item of a difference that offers an act.</summary>
    private static string ActOf(string id, string act) => $"(?s)<li id=\"d{id}\"(?:(?!</li>).)*data-act=\"{act}\"";

    private static string Day(ScriptedShop scripted) =>
        scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Noon(ScriptedShop scripted) => Day(scripted) + "T12:00:00+08:00";
}

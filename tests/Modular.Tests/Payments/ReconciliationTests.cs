using System.Text.Json.Nodes;
using Modular.Kernel.Audit;
using Modular.Payments;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>A bill and our own records are compared both ways; what one report repairs is repaired, the rest is told.</summary>
public sealed class ReconciliationTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L01_L02_L03_L04_L05_every_kind_of_difference_is_told_and_what_the_bill_proves_is_repaired(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, fine) = await scripted.PaidAsync();
        var (_, other) = await scripted.PaidAsync();
        var (_, absent) = await scripted.PaidAsync();
        var (_, refunding) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(refunding, 800);
        scripted.Says = words => words[0] == "refund" ? "processing" : words[0] == "query" ? "notfound" : null;
        await scripted.SweepAsync();
        var silent = await StartedAsync(scripted);

        var at = Noon(scripted);
        var bill = $"""
            payment {fine} T{fine} 36800 221 {at}
            payment {other} T{other} 36900 221 {at}
            payment {refunding} T{refunding} 36800 221 {at}
            refund {refunding} T{refunding} 800 -5 {at} {refundNo}
            payment {silent.PaymentNo} TSILENT 36800 221 {at}
            payment FOREIGN1 TFOREIGN1 500 3 {at}
            payment {fine} T{fine} 36800 221 {at}
            refund {fine} T{fine} 100 0 {at} CONSOLE9
            """;
        var day = await ReconcileAsync(scripted, bill);

        Assert.Equal("done", day["status"]!.GetValue<string>());
        Assert.Equal((8L, 2L), (day["lines"]!.GetValue<long>(), day["matched"]!.GetValue<long>()));
        Assert.Equal(
            """{"amount":1,"duplicate":1,"missing_here":1,"missing_there":1,"refund":2,"state":1}""",
            new JsonObject(day["counts"]!.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString());
        Assert.Equal(
            [
                ("amount", other, "open"), ("duplicate", fine, "open"), ("missing_here", "FOREIGN1", "open"), ("missing_there", absent, "open"),
                ("refund", fine, "open"), ("refund", refunding, "repaired"), ("state", silent.PaymentNo, "repaired"),
            ],
            Told(day));

        // What the bill proved went through the usual door.
        Assert.Equal("paid", await scripted.Shop.OrderStatusAsync(silent.OrderNo));
        Assert.Equal("partially_refunded", await scripted.Shop.PaymentStatusAsync(refunding));
        Assert.Equal(1, await scripted.Shop.EventsAsync("order.paid", silent.OrderNo));
        const string Fees = "SELECT SUM(amount_minor) FROM payments_ledger WHERE kind = 'fee' AND debit = 'fees' AND credit = 'clearing'";
        Assert.Equal($"{(5 * 221) + 3 - 5}", await scripted.Shop.ScalarAsync(Fees));
        await scripted.Shop.AssertBooksAsync();

        // The same bill again adds nothing.
        var again = await ReconcileAsync(scripted, bill);
        Assert.Equal(Told(day), Told(again));
        Assert.Equal(day["counts"]!.ToJsonString(), again["counts"]!.ToJsonString());
        Assert.Equal($"{(5 * 221) + 3 - 5}", await scripted.Shop.ScalarAsync(Fees));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L06_a_payment_just_before_midnight_that_the_provider_books_on_the_next_day_is_no_difference(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var midnight = scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).Date.AddDays(1).AddHours(-8);
        scripted.Shop.Clock.Advance(midnight.AddMinutes(-5) - scripted.Shop.Clock.GetUtcNow().UtcDateTime);
        var (_, late) = await scripted.PaidAsync();
        var today = Today(scripted);
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(20));

        var first = await ReconcileAsync(scripted, $"payment OTHER TOTHER 1 0 {midnight.AddHours(-9):s}Z", today);
        Assert.Equal([("missing_here", "OTHER", "open")], Told(first));
        var second = await ReconcileAsync(scripted, $"payment {late} T{late} 36800 0 {midnight.AddSeconds(2):s}Z", today.AddDays(1));
        Assert.Empty(Told(second));

        // A bill that lacks it for good tells so on the day after.
        var (_, never) = await scripted.PaidAsync();
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([("missing_there", never, "open")], Told(await ReconcileAsync(scripted, $"payment {late} T{late} 36800 0 {midnight.AddSeconds(2):s}Z", today.AddDays(1))));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L06_a_payment_just_before_midnight_that_only_the_bill_knows_is_not_missing_on_the_next_day(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var silent = await scripted.StartedAsync();
        var today = Today(scripted);
        var first = await ReconcileAsync(scripted, $"payment {silent.PaymentNo} T{silent.PaymentNo} 36800 0 {today:yyyy-MM-dd}T23:55:00+08:00", today);
        Assert.Equal([("state", silent.PaymentNo, "repaired")], Told(first));
        await scripted.Shop.AssertPaidOnceAsync(silent.OrderNo, silent.PaymentNo);

        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        var second = await ReconcileAsync(scripted, $"payment OTHER TOTHER 1 0 {today.AddDays(1):yyyy-MM-dd}T12:00:00+08:00", today.AddDays(1));
        Assert.Equal([("missing_here", "OTHER", "open")], Told(second));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L03_money_held_without_a_sum_is_settled_by_the_bill_that_names_it(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (whole, part) = (await scripted.StartedAsync(), await scripted.StartedAsync());
        foreach (var (_, paymentNo) in new[] { whole, part })
        {
            await scripted.Shop.NotifyAsync($"paid {paymentNo} - T{paymentNo}", scripted.First, "text/plain");
            Assert.Equal("amount_missing", (await scripted.Shop.PaymentRowAsync(paymentNo)).StatusReason);
        }

        var day = await ReconcileAsync(scripted, $"payment {whole.PaymentNo} T{whole.PaymentNo} 36800 0 {Noon(scripted)}\npayment {part.PaymentNo} T{part.PaymentNo} 36700 0 {Noon(scripted)}");
        Assert.Equal([("state", part.PaymentNo, "open"), ("state", whole.PaymentNo, "repaired")], Told(day));
        await scripted.Shop.AssertPaidOnceAsync(whole.OrderNo, whole.PaymentNo);
        Assert.Equal(("held", "amount_mismatch"), (await scripted.Shop.PaymentStatusAsync(part.PaymentNo), (await scripted.Shop.PaymentRowAsync(part.PaymentNo)).StatusReason));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C01_L01_a_second_payment_that_the_bill_tells_of_goes_back_and_its_difference_ends(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, second) = await scripted.StartedAsync();
        var first = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.Second, first, 36800);
        var day = await ReconcileAsync(scripted, $"payment {second} T{second} 36800 0 {Noon(scripted)}");
        Assert.Equal([("state", second, "repaired")], Told(day));
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("refunded", await scripted.Shop.PaymentStatusAsync(second));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L02_payments_and_refunds_that_a_bill_lacks_are_counted_whole_though_not_all_are_listed(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        await scripted.RefundNoAsync(paymentNo, 1);
        await scripted.SweepAsync();
        await scripted.Shop.ScalarAsync("UPDATE payments_refunds SET refunded_at = (SELECT paid_at FROM payments_payments WHERE payment_no = @no)", ("no", paymentNo));
        await scripted.Shop.ScalarAsync(
            """
            INSERT INTO payments_payments (payment_no, order_no, provider, scene, status, amount_minor, currency, subject, created_at, expires_at, paid_at, settled_at,
                                           received_minor, is_kept, refund_reserved_minor, refunded_minor, check_count, version)
            WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10005)
            SELECT 'MANY' || n, order_no, provider, scene, 'held', amount_minor, currency, subject, created_at, expires_at, paid_at, settled_at, received_minor, false, 0, 0, 0, 0
            FROM payments_payments, many WHERE payment_no = @no
            """,
            ("no", paymentNo));
        await scripted.Shop.ScalarAsync(
            """
            INSERT INTO payments_refunds (refund_no, payment_no, order_no, provider, amount_minor, currency, reason, origin, status, needs_attention, created_at, refunded_at,
                                          check_count, version)
            WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10006)
            SELECT 'MANY' || n, payment_no, order_no, provider, amount_minor, currency, reason, origin, status, false, created_at, refunded_at, 1, 0
            FROM payments_refunds, many WHERE payment_no = @no
            """,
            ("no", paymentNo));
        var at = await scripted.Shop.PaymentRowAsync(paymentNo);
        var date = DateOnly.FromDateTime(at.PaidAt!.Value.AddMinutes(10).ToOffset(TimeSpan.FromHours(8)).DateTime);
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        var day = await ReconcileAsync(scripted, $"payment OTHER TOTHER 1 0 {date:yyyy-MM-dd}T12:00:00+08:00\nrefund OTHER TOTHER 1 0 {date:yyyy-MM-dd}T12:00:00+08:00 CONSOLE1", date);
        Assert.Equal((10006L, 10008L), (day["counts"]!["missing_there"]!.GetValue<long>(), day["counts"]!["refund"]!.GetValue<long>()));
        Assert.Equal(2, day["lines"]!.GetValue<long>());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Open_differences_come_first_and_the_rest_is_on_the_pages_that_follow(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        await ReconcileAsync(scripted, string.Join('\n', Enumerable.Range(0, 1203).Select(n => $"payment F{n:D4} TF{n:D4} 1 0 {Noon(scripted)}")));
        await scripted.Shop.ScalarAsync("UPDATE payments_differences SET remedy = 'resolved' WHERE payment_no < 'F1200'");
        var path = $"/api/reconciliations/{scripted.First}/{Today(scripted):yyyy-MM-dd}";
        var first = await ShowAsync(scripted, Today(scripted));
        Assert.Equal(["F1200", "F1201", "F1202"], first["differences"]!.AsArray().Take(3).Select(it => it!["paymentNo"]!.GetValue<string>()));
        Assert.Equal((1000, 2), (first["differences"]!.AsArray().Count, first["nextPage"]!.GetValue<int>()));
        var second = (await scripted.Shop.Api.GetTextAsync(path + "?page=2")).Json;
        Assert.Equal((203, null), (second["differences"]!.AsArray().Count, second["nextPage"]));
        Assert.Equal(1203, first["differences"]!.AsArray().Concat(second["differences"]!.AsArray()).Select(it => it!["paymentNo"]!.GetValue<string>()).Distinct().Count());
        foreach (var bad in new[] { "0", "-1", "x", "999999999999" })
        {
            Assert.Equal("invalid_page", (await scripted.Shop.Api.GetTextAsync($"{path}?page={bad}")).Code);
        }

        // Every link to a difference leads to the page that shows it, wherever it stands.
        foreach (var paymentNo in new[] { "F1202", "F0000", "F1199" })
        {
            var id = await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences WHERE payment_no = @no", ("no", paymentNo));
            Assert.Contains($"id=\"d{id}\"", await desk.PageAsync($"/ops/reconciliation/{scripted.First}/{Today(scripted):yyyy-MM-dd}?difference={id}"), StringComparison.Ordinal);
        }

        Assert.Contains("?difference=", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        Assert.Contains("rel=\"next\"", await desk.PageAsync($"/ops/reconciliation/{scripted.First}/{Today(scripted):yyyy-MM-dd}"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task F20_a_day_without_notifications_and_queries_is_made_whole_by_the_bill_alone(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        scripted.Says = words => words[0] is "query" or "close" ? "unknown" : null;
        var started = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < 30; count++)
        {
            started.Add(await StartedAsync(scripted));
        }

        // The instance never heard of any money, and nobody asks for the day.
        var today = Today(scripted);
        var at = Noon(scripted);
        scripted.Shop.Clock.Advance(new DateTimeOffset(today.AddDays(1).ToDateTime(new TimeOnly(10, 1)), TimeSpan.FromHours(8)) - scripted.Shop.Clock.GetUtcNow());
        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        scripted.Says = words => words[0] == "bill" ? string.Join('\n', started.Select(it => $"payment {it.PaymentNo} T{it.PaymentNo} 36800 221 {at}")) : "unknown";
        Assert.Equal(1, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        var day = await ShowAsync(scripted, today);
        Assert.Equal(30, day["counts"]!["state"]!.GetValue<long>());
        foreach (var (orderNo, paymentNo) in started)
        {
            await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
            Assert.Equal(ReportSource.Bill, (await scripted.Shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
        }

        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task F20_an_outage_of_thirty_hours_ends_with_everything_settled_and_nothing_twice(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Payments:OrderExpiry", "2.00:00:00"));
        var (_, refunded) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(refunded, 36800);
        var waiting = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < 20; count++)
        {
            waiting.Add(await StartedAsync(scripted));
        }

        // The shoppers pay, nobody hears of it, and the provider answers nothing for thirty hours.
        scripted.Says = words => words[0] == "bill" ? "notready" : "unknown";
        for (var hour = 0; hour < 60; hour++)
        {
            await scripted.Shop.SendAsync(new ConfirmPayments.Command());
            await scripted.SweepAsync();
            await scripted.Shop.SendAsync(new ReconcileStatements.Command());
            scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.All(waiting, it => Assert.DoesNotContain(scripted.Calls, call => call.StartsWith("close", StringComparison.Ordinal) && call.EndsWith(it.PaymentNo, StringComparison.Ordinal)));
        scripted.Says = words => words[0] switch { "query" => $"paid 36800 T{words[2]}", "bill" => "notready", _ => null };
        for (var hour = 0; hour < 7; hour++)
        {
            scripted.Shop.Clock.Advance(TimeSpan.FromHours(1));
            await scripted.Shop.SendAsync(new ConfirmPayments.Command());
            await scripted.SweepAsync();
        }

        foreach (var (orderNo, paymentNo) in waiting)
        {
            await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        }

        Assert.Equal("refunded", await scripted.Shop.PaymentStatusAsync(refunded));
        Assert.Single(scripted.Calls.Where(call => call.StartsWith("refund ", StringComparison.Ordinal) && call.Contains(refundNo, StringComparison.Ordinal)).Distinct());
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L07_a_bill_that_breaks_off_or_whose_totals_differ_is_refused_whole(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var silent = await StartedAsync(scripted);
        var day = await ReconcileAsync(scripted, $"payment {silent.PaymentNo} TX 36800 0 {Noon(scripted)}\nbroken");
        Assert.Equal(("failed", "The totals of the bill differ from its lines."), (day["status"]!.GetValue<string>(), day["error"]!.GetValue<string>()));
        Assert.Empty(day["differences"]!.AsArray());
        await scripted.Shop.AssertUntouchedAsync(silent.OrderNo, silent.PaymentNo);

        // Nothing of it stands in the way of the whole bill.
        day = await ReconcileAsync(scripted, $"payment {silent.PaymentNo} TX 36800 0 {Noon(scripted)}");
        Assert.Equal(("done", 1), (day["status"]!.GetValue<string>(), day["lines"]!.GetValue<int>()));
        await scripted.Shop.AssertPaidOnceAsync(silent.OrderNo, silent.PaymentNo);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L08_an_empty_bill_of_a_day_with_payments_is_an_alarm_and_no_list(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        scripted.BecomeNoon();
        await scripted.PaidAsync();
        var day = await ReconcileAsync(scripted, "empty");
        Assert.Equal("failed", day["status"]!.GetValue<string>());
        Assert.Contains("1 payments were made here", day["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task T08_a_bill_that_is_not_ready_is_asked_for_again_until_it_is(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var (today, noon) = (Today(scripted), Noon(scripted));
        var waiting = await ReconcileAsync(scripted, "notready", today);
        Assert.Equal(("queued", "The bill is not made yet."), (waiting["status"]!.GetValue<string>(), waiting["error"]!.GetValue<string>()));

        // Asked for before its bill could be there, it waits for that moment, and from then on asks again and again.
        scripted.Says = words => words[0] == "bill" ? "notready" : null;
        var ready = new DateTimeOffset(today.AddDays(1).ToDateTime(new TimeOnly(10, 0)), TimeSpan.FromHours(8));
        scripted.Shop.Clock.Advance(ready - TimeSpan.FromMinutes(1) - scripted.Shop.Clock.GetUtcNow());
        Assert.Equal(0, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        Assert.Equal("queued", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());

        scripted.Says = words => words[0] == "bill" ? $"payment {paymentNo} T{paymentNo} 36800 0 {noon}" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        Assert.Equal("done", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task F20_T08_a_day_whose_bill_failed_waits_among_the_exceptions_and_is_fetched_again_by_itself(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        scripted.BecomeNoon();
        var (_, paymentNo) = await scripted.PaidAsync();
        var (today, noon) = (Today(scripted), Noon(scripted));
        scripted.Says = words => words[0] == "bill" ? "unknown" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1.5));
        string status;
        var hours = 0;
        do
        {
            scripted.Shop.Clock.Advance(TimeSpan.FromHours(1));
            await scripted.Shop.SendAsync(new ReconcileStatements.Command());
            status = (await ShowAsync(scripted, today))["status"]!.GetValue<string>();
        }
        while (status == "queued" && ++hours < 60);

        Assert.Equal("failed", status);
        await AssertWantsPersonAsync();

        // It is tried again by itself, and goes on wanting a person until it is there.
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(3));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        Assert.Equal("queued", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());
        await AssertWantsPersonAsync();
        await RequestAsync(scripted, new { provider = scripted.First, date = $"{today:yyyy-MM-dd}" });
        await AssertWantsPersonAsync();
        Assert.Contains((await scripted.Shop.SendAsync(new ListExceptions.Query())).Days, day => (day.Provider, day.Date) == (scripted.First, $"{today:yyyy-MM-dd}"));

        scripted.Says = words => words[0] == "bill" ? $"payment {paymentNo} T{paymentNo} 36800 0 {noon}" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(3));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        Assert.Equal("done", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());
        Assert.DoesNotContain((await scripted.Shop.SendAsync(new ListExceptions.Query())).Days, day => day.Date == $"{today:yyyy-MM-dd}");
        Assert.Equal(0, (await scripted.Shop.SendAsync(new PaymentsOverview.Query())).FailedDays);

        // A day that was done and is compared once more waits, and wants nobody.
        await RequestAsync(scripted, new { provider = scripted.First, date = $"{today:yyyy-MM-dd}" });
        Assert.Equal(0, (await scripted.Shop.SendAsync(new PaymentsOverview.Query())).FailedDays);

        async Task AssertWantsPersonAsync()
        {
            Assert.Equal((1, "The script does not say."), (
                (await scripted.Shop.SendAsync(new PaymentsOverview.Query())).FailedDays,
                Assert.Single((await scripted.Shop.SendAsync(new ListExceptions.Query())).Days, day => day.Date == $"{today:yyyy-MM-dd}").Error));
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_merchants_bill_lists_the_trades_of_both_instances_and_each_keeps_its_own(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, mine) = await scripted.PaidAsync();
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var theirs = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
        Assert.Equal((200, "success"), await scripted.NotifyPaidAsync(scripted.Second, theirs, 36800));

        var at = Noon(scripted);
        var bill = $"""
            payment {mine} T{mine} 36800 221 {at}
            payment {theirs} T{theirs} 36800 100 {at}
            refund {theirs} T{theirs} 5 -1 {at} CONSOLE1
            payment FOREIGN1 TFOREIGN1 500 3 {at}
            """;
        var first = await ReconcileAsync(scripted, bill);
        Assert.Equal([("missing_here", "FOREIGN1", "open")], Told(first));
        Assert.Equal((2L, 1L), (first["lines"]!.GetValue<long>(), first["matched"]!.GetValue<long>()));

        var second = await ReconcileAsync(scripted, bill, provider: scripted.Second);
        Assert.Equal([("refund", theirs, "open")], Told(second));
        Assert.Equal((2L, 1L), (second["lines"]!.GetValue<long>(), second["matched"]!.GetValue<long>()));

        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_ledger WHERE kind = 'foreign'"));
        Assert.Equal("323", await scripted.Shop.ScalarAsync("SELECT SUM(amount_minor) FROM payments_ledger WHERE kind = 'fee'"));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task L04_refunds_without_a_number_are_told_one_by_one_and_spoil_nothing(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var at = Noon(scripted);
        var bill = $"""
            payment {paymentNo} T{paymentNo} 36800 0 {at}
            refund {paymentNo} T{paymentNo} 100 0 {at}
            refund {paymentNo} T{paymentNo} 100 0 {at}
            """;
        var day = await ReconcileAsync(scripted, bill);
        Assert.Equal([("refund", paymentNo, "open"), ("refund", paymentNo, "open")], Told(day));
        Assert.Equal(Told(day), Told(await ReconcileAsync(scripted, bill)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Days_that_are_over_are_compared_by_themselves_after_ten_in_beijing_also_after_an_outage(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        await scripted.PaidAsync();
        var today = Today(scripted);
        scripted.Says = words => words[0] == "bill" ? "payment OTHER TOTHER 1 0 2026-01-01T00:00:00Z" : null;

        var ten = TimeSpan.FromHours(34) - scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).TimeOfDay;
        scripted.Shop.Clock.Advance(ten - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        Assert.Equal("done", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());

        scripted.Shop.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(3, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        Assert.Equal(0, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
    }

    [Fact]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.Sqlite);
        var cases = new (Reply Reply, int Status, string Code)[]
        {
            (await RequestAsync(scripted, new { provider = "nobody", date = "2026-01-01" }), 400, "unknown_provider"),
            (await RequestAsync(scripted, new { provider = scripted.First, date = "2999-01-01" }), 400, "invalid_date"),
            (await RequestAsync(scripted, new { provider = scripted.First, date = "2026-1-1" }), 400, "invalid_date"),
            (await RequestAsync(scripted, new { provider = scripted.First }), 400, "invalid_date"),
            (await scripted.Shop.Api.GetTextAsync($"/api/reconciliations/{scripted.First}/2026-01-01"), 404, "reconciliation_not_found"),
        };
        Assert.All(cases, it => Assert.Equal((it.Status, it.Code), (it.Reply.Status, it.Reply.Code)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_audit_names_a_row_that_breaks_a_promise(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        await scripted.Shop.AssertBooksAsync();
        await scripted.Shop.ScalarAsync("UPDATE payments_payments SET received_minor = received_minor + 1 WHERE payment_no = @no", ("no", paymentNo));
        var broken = (await scripted.Shop.SendAsync(new RunAudit())).Where(finding => finding.Broken.Count > 0).ToArray();
        Assert.Equal(["received_is_booked", "booked_is_received", "kept_is_exact"], broken.Select(finding => finding.Rule.Name));
        Assert.All(broken, finding => Assert.Equal([paymentNo], finding.Broken));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task I1_I6_I12_the_audit_names_money_and_work_that_came_to_rest_in_the_wrong_place(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (shop, paid) = (scripted.Shop, await scripted.PaidAsync());
        var held = await scripted.StartedAsync();
        await scripted.NotifyPaidAsync(scripted.First, held.PaymentNo, 36700);
        var accepted = await scripted.StartedAsync();
        await scripted.NotifyPaidAsync(scripted.First, accepted.PaymentNo, 36600);
        Assert.Equal(AcceptHeld.Outcome.Accepted, await shop.SendAsync(new AcceptHeld.Command(accepted.PaymentNo, new Actor("olivia", "operator"))));
        await shop.AssertBooksAsync();

        await BreaksAsync("accepted_is_booked", paid.PaymentNo, "UPDATE payments_payments SET status_reason = 'accepted' WHERE payment_no = @no");
        await BreaksAsync("suspense_is_held", held.PaymentNo, "UPDATE payments_payments SET status = 'closed', status_reason = 'given_back' WHERE payment_no = @no");
        await BreaksAsync("suspense_is_held", paid.PaymentNo, "UPDATE payments_payments SET status = 'held', is_kept = false WHERE payment_no = @no");
        await BreaksAsync("message_has_payment", "NOWHERE", "UPDATE payments_inbox SET payment_no = 'NOWHERE' WHERE payment_no = @no", paid.PaymentNo);
        await BreaksAsync("paid_is_fulfilled", accepted.OrderNo, "UPDATE ordering_orders SET fulfilled_at = NULL WHERE order_no = @no", after: TimeSpan.FromHours(25));

        var (waiting, opened) = (await scripted.StartedAsync(), await scripted.PaidAsync());
        await BreaksAsync("checks_are_made", waiting.PaymentNo, "UPDATE ordering_orders SET close_due_at = NULL WHERE order_no = @no", waiting.OrderNo, TimeSpan.FromHours(25));
        await shop.SendAsync(new ConfirmPayments.Command());
        var refundNo = await scripted.RefundNoAsync(opened.PaymentNo, 100);
        await BreaksAsync("checks_are_made", refundNo, "SELECT 1 WHERE @no = @no", after: TimeSpan.FromHours(25));
        await scripted.SweepAsync();
        var late = await shop.PlaceOrderAsync("courtyard-room");
        await BreaksAsync("orders_are_closed", late, "SELECT 1 WHERE @no = @no", after: TimeSpan.FromHours(26));
        await scripted.PaidAsync();
        var eventId = await shop.ScalarAsync("SELECT MIN(id) FROM kernel_outbox WHERE due_at IS NOT NULL");
        await BreaksAsync("events_are_on_time", eventId!, "SELECT 1 WHERE @no = @no", after: TimeSpan.FromHours(25), dispatch: false);

        // A movement that nothing else explains: rows are only added.
        await shop.ScalarAsync(
            "INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency, payment_no) "
            + "SELECT booked_at, provider, 'held_returned', payment_no, 'suspense', 'clearing', amount_minor + 1, currency, payment_no FROM payments_ledger WHERE payment_no = @no AND kind = 'held'",
            ("no", held.PaymentNo));
        var broken = await BrokenAsync();
        Assert.Contains(("returned_was_held", held.PaymentNo), broken);
        Assert.Contains(("suspense_is_held", held.PaymentNo), broken);

        async Task BreaksAsync(string rule, string row, string sql, string? no = null, TimeSpan after = default, bool dispatch = true)
        {
            if (dispatch)
            {
                await shop.SendAsync(new Modular.Kernel.Outbox.DispatchEvents());
                Assert.DoesNotContain((rule, row), await BrokenAsync());
            }

            await shop.ScalarAsync(sql, ("no", no ?? row));
            scripted.Shop.Clock.Advance(after);
            Assert.Contains((rule, row), await BrokenAsync());
        }

        async Task<IEnumerable<(string, string)>> BrokenAsync() =>
            (await shop.SendAsync(new RunAudit())).SelectMany(finding => finding.Broken.Select(row => (finding.Rule.Name, row))).ToArray();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task I12_a_payment_that_is_unknown_for_a_week_is_among_the_exceptions(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        scripted.Says = words => words[0] == "bill" ? "empty" : "unknown";
        await CheckAsync(TimeSpan.FromMinutes(1));
        await CheckAsync(TimeSpan.FromDays(6.9));
        Assert.Empty((await scripted.Shop.SendAsync(new ListExceptions.Query())).Unknown);
        await CheckAsync(TimeSpan.FromHours(3));
        using var desk = await Desk.OfAsync(scripted.Shop);
        Assert.Contains($"data-payment=\"{paymentNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        Assert.Equal(1, (await scripted.Shop.SendAsync(new PaymentsOverview.Query())).UnknownForLong);

        scripted.Says = words => words[0] == "query" ? $"paid 36800 T{paymentNo}" : null;
        await CheckAsync(TimeSpan.FromHours(2));
        Assert.DoesNotContain("id=\"unknown\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);

        async Task CheckAsync(TimeSpan after)
        {
            scripted.Shop.Clock.Advance(after);
            Assert.Equal(1, await scripted.Shop.SendAsync(new ConfirmPayments.Command()));
        }
    }

    private static async Task<(string OrderNo, string PaymentNo)> StartedAsync(ScriptedShop scripted)
    {
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        return (orderNo, (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>());
    }

    private static async Task<JsonNode> ReconcileAsync(ScriptedShop scripted, string bill, DateOnly? day = null, string? provider = null)
    {
        provider ??= scripted.First;
        var usual = scripted.Says;
        scripted.Says = words => words[0] == "bill" ? bill.ReplaceLineEndings("\n") : usual(words);
        var date = day ?? Today(scripted);
        var asked = await RequestAsync(scripted, new { provider, date = date.ToString("yyyy-MM-dd", null) });
        Assert.Equal((202, $"/api/reconciliations/{provider}/{date:yyyy-MM-dd}"), (asked.Status, asked.Location));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        scripted.Says = usual;
        return await ShowAsync(scripted, date, provider);
    }

    private static Task<Reply> RequestAsync(ScriptedShop scripted, object body) => scripted.Shop.Api.PostAsync("/api/reconciliations", body);

    private static async Task<JsonNode> ShowAsync(ScriptedShop scripted, DateOnly day, string? provider = null) =>
        (await scripted.Shop.Api.GetTextAsync($"/api/reconciliations/{provider ?? scripted.First}/{day:yyyy-MM-dd}")).Json;

    private static (string Class, string? PaymentNo, string Remedy)[] Told(JsonNode day) =>
    [
        .. day["differences"]!.AsArray()
            .Select(it => (it!["class"]!.GetValue<string>(), it["paymentNo"]?.GetValue<string>(), it["remedy"]!.GetValue<string>()))
            .OrderBy(it => it, Comparer<(string, string?, string)>.Create((x, y) => (string.CompareOrdinal(x.Item1, y.Item1), string.CompareOrdinal(x.Item3, y.Item3)).CompareTo((0, 0)))),
    ];

    private static DateOnly Today(ScriptedShop scripted) => DateOnly.FromDateTime(scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime);

    private static string Noon(ScriptedShop scripted) => $"{Today(scripted):yyyy-MM-dd}T12:00:00+08:00";
}

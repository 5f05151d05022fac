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
        scripted.Shop.Clock.Advance(midnight.AddSeconds(-5) - scripted.Shop.Clock.GetUtcNow().UtcDateTime);
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
    public async Task F20_a_day_without_notifications_and_queries_is_made_whole_by_the_bill_alone(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        scripted.Says = words => words[0] is "query" or "close" ? "unknown" : null;
        var started = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < 30; count++)
        {
            started.Add(await StartedAsync(scripted));
        }

        var today = Today(scripted);
        var at = Noon(scripted);
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(30));
        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        var day = await ReconcileAsync(scripted, string.Join('\n', started.Select(it => $"payment {it.PaymentNo} T{it.PaymentNo} 36800 221 {at}")), today);
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
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(12) - scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).TimeOfDay + TimeSpan.FromDays(1));
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
        scripted.Shop.Clock.Advance(ready - TimeSpan.FromSeconds(1) - scripted.Shop.Clock.GetUtcNow());
        Assert.Equal(0, await scripted.Shop.SendAsync(new ReconcileStatements.Command()));
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(1));
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
        Assert.Contains((await scripted.Shop.SendAsync(new ListExceptions.Query())).Days, day => (day.Provider, day.Date) == (scripted.First, $"{today:yyyy-MM-dd}"));

        scripted.Says = words => words[0] == "bill" ? $"payment {paymentNo} T{paymentNo} 36800 0 {noon}" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(3));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        Assert.Equal("done", (await ShowAsync(scripted, today))["status"]!.GetValue<string>());
        Assert.DoesNotContain((await scripted.Shop.SendAsync(new ListExceptions.Query())).Days, day => day.Date == $"{today:yyyy-MM-dd}");
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

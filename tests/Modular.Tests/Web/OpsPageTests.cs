using System.Globalization;
using System.Text;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Payments.Calls;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>The operations pages show what waits for a person, let operators and nobody else act, and write down who did what.</summary>
public sealed class OpsPageTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W14_a_viewer_sees_every_page_and_is_refused_every_action(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 20000);
        var (heldOrder, held) = await HeldAsync(scripted);
        var (day, difference) = await DifferenceAsync(scripted, "payment FOREIGN1 TF 500 3 {0}T12:00:00+08:00");
        await scripted.Shop.NotifyAsync("nonsense", scripted.First, "text/plain");
        var message = await scripted.Shop.ScalarAsync("SELECT MAX(id) FROM payments_inbox");

        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        using var person = await Desk.OfAsync(scripted.Shop);
        var pages = Pages(orderNo, paymentNo, refundNo, heldOrder, $"{scripted.First}/{day}");
        foreach (var page in pages)
        {
            var seen = await viewer.PageAsync(page);
            Assert.Contains("id=\"to-webhooks\"", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("data-act=", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("name=\"note\"", seen, StringComparison.Ordinal);
            Assert.Equal(302, (await scripted.Shop.Web.GetTextAsync(page)).Status);
        }

        Assert.Contains("data-act=\"accept\"", await person.PageAsync($"/ops/orders/{heldOrder}"), StringComparison.Ordinal);
        Assert.Contains("data-act=\"approve\"", await person.PageAsync($"/ops/refunds/{refundNo}"), StringComparison.Ordinal);

        var actions = new (string Path, (string, string?)[] Form)[]
        {
            ($"/ops/orders/{heldOrder}?handler=Accept", [("paymentNo", held)]),
            ($"/ops/orders/{heldOrder}?handler=Ask", [("paymentNo", held)]),
            ($"/ops/payments/{paymentNo}/refund", [("amount", "1"), ("reason", "x"), ("key", "k")]),
            ($"/ops/payments/{paymentNo}/refund?handler=Take", [("amount", "1"), ("reason", "x"), ("key", "k")]),
            ($"/ops/refunds/{refundNo}?handler=Approve", []),
            ($"/ops/refunds/{refundNo}?handler=TurnDown", []),
            ("/ops/reconciliation", [("provider", scripted.First), ("date", day)]),
            ($"/ops/reconciliation/{scripted.First}/{day}", [("difference", difference), ("note", "x")]),
            ($"/ops/inbox/{message}", []),
        };
        foreach (var (path, form) in actions)
        {
            Assert.Equal((path, 403), (path, (await viewer.PostAsync(path, form)).Status));

            // An operator's browser that another site makes send a form has no token.
            Assert.Equal((path, 400), (path, (await person.PostBareAsync(path, form)).Status));
            Assert.Equal((path, 400), (path, (await person.PostBareAsync(path, [.. form, ("__RequestVerificationToken", "forged")])).Status));
        }

        Assert.Equal("held", await scripted.Shop.PaymentStatusAsync(held));
        Assert.Equal("awaiting_approval", await scripted.Shop.ScalarAsync("SELECT status FROM payments_refunds WHERE refund_no = @no", ("no", refundNo)));
        Assert.Equal("open", await scripted.Shop.ScalarAsync("SELECT remedy FROM payments_differences"));
        Assert.Equal("0", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail"));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Every_action_asks_before_it_acts(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 20000);
        var (heldOrder, _) = await HeldAsync(scripted);
        var (day, _) = await DifferenceAsync(scripted, "payment FOREIGN1 TF 500 3 {0}T12:00:00+08:00");
        await scripted.Shop.NotifyAsync("nonsense", scripted.First, "text/plain");
        var waiting = await scripted.Shop.PlaceOrderAsync();
        await scripted.Shop.StartPaymentAsync(waiting, "qr", scripted.First);

        using var desk = await Desk.OfAsync(scripted.Shop);
        var asking = 0;
        string[] pages =
        [
            .. Pages(orderNo, paymentNo, refundNo, heldOrder, $"{scripted.First}/{day}"), $"/ops/orders/{waiting}",
            $"/ops/inbox/{await scripted.Shop.ScalarAsync("SELECT MAX(id) FROM payments_inbox")}",
        ];
        foreach (var page in pages)
        {
            foreach (System.Text.RegularExpressions.Match form in System.Text.RegularExpressions.Regex.Matches(await desk.PageAsync(page), "(?s)<form[^>]*method=\"post\".*?</form>"))
            {
                // These change nothing, or lead to the question.
                if (form.Value.Contains("id=\"sign-out\"", StringComparison.Ordinal) || page is "/ops/diagnose" or "/ops/preflight" or "/ops/audit" || form.Value.Contains("id=\"ask\"", StringComparison.Ordinal))
                {
                    continue;
                }

                asking++;
                var before = form.Value[..form.Value.IndexOf("<button", StringComparison.Ordinal)];
                Assert.True(before.Contains("<summary>", StringComparison.Ordinal) || page == "/ops/reconciliation", $"{page} acts at once: {form.Value}");
            }
        }

        // Accept, ask, approve, turn down, resolve, compare a day, process again.
        Assert.InRange(asking, 7, 20);
        Assert.Matches("(?s)<details[^>]*id=\"ask-day\"[^>]*>.*?<form", await desk.PageAsync("/ops/reconciliation"));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_refund_above_the_limit_is_decided_by_another_operator_once(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        var (_, paymentNo) = await scripted.PaidAsync();
        using var desk = await Desk.OfAsync(scripted.Shop);
        await desk.PostAsync($"/ops/payments/{paymentNo}/refund?handler=Take", ("amount", "200"), ("reason", "own"), ("key", "a"));
        var own = await scripted.Shop.ScalarAsync("SELECT refund_no FROM payments_refunds");
        Assert.Contains("id=\"own\"", await desk.PageAsync($"/ops/refunds/{own}"), StringComparison.Ordinal);
        Assert.EndsWith("result=same_person", (await desk.PostAsync($"/ops/refunds/{own}?handler=Approve")).Location, StringComparison.Ordinal);

        var other = await scripted.RefundNoAsync(paymentNo, 11000);
        Assert.Contains($"data-refund=\"{other}\"", await desk.PageAsync("/ops/refunds?show=approval"), StringComparison.Ordinal);
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => desk.PostAsync($"/ops/refunds/{other}?handler=Approve")));
        Assert.Equal(1, replies.Count(reply => reply.Location!.EndsWith("result=approved", StringComparison.Ordinal)));
        Assert.Equal(3, replies.Count(reply => reply.Location!.EndsWith("result=nothing_to_decide", StringComparison.Ordinal)));
        await scripted.SweepAsync();
        Assert.Equal("succeeded", Desk.Attribute(await desk.PageAsync($"/ops/refunds/{other}"), "data-status"));

        var trail = await desk.PageAsync("/ops/audit-trail?what=refund_approved");
        Assert.Contains("data-outcome=\"approved\"", trail, StringComparison.Ordinal);
        Assert.Contains("data-outcome=\"same_person\"", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("data-what=\"refund_requested\"", trail, StringComparison.Ordinal);
        Assert.Contains($">{own}</code>", await desk.PageAsync($"/ops/audit-trail?subject={own}&who=olivia"), StringComparison.Ordinal);
        Assert.Contains("id=\"nothing\"", await desk.PageAsync("/ops/audit-trail?who=nobody"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_audit_trail_can_only_grow(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        await desk.PostAsync("/ops/reconciliation", ("provider", "nobody"), ("date", "2026-01-01"));
        Assert.Equal("unknown_provider", await scripted.Shop.ScalarAsync("SELECT outcome FROM kernel_audit_trail"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => scripted.Shop.ScalarAsync("UPDATE kernel_audit_trail SET who = 'nobody'"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => scripted.Shop.ScalarAsync("DELETE FROM kernel_audit_trail"));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task X05_a_spreadsheet_runs_nothing_of_what_a_bill_or_an_operator_wrote(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (day, difference) = await DifferenceAsync(scripted, "payment =1+1 @SUM(A1) 500 3 {0}T12:00:00+08:00");
        using var desk = await Desk.OfAsync(scripted.Shop);
        var page = $"/ops/reconciliation/{scripted.First}/{day}";
        Assert.EndsWith($"result=resolved&difference={difference}#d{difference}", (await desk.PostAsync(page, ("difference", difference), ("note", "+cmd|' /C calc'!A0, \"x\""))).Location, StringComparison.Ordinal);
        Assert.EndsWith($"result=not_open&difference={difference}#d{difference}", (await desk.PostAsync(page, ("difference", difference), ("note", "again"))).Location, StringComparison.Ordinal);

        using var response = await desk.Client.GetAsync(new Uri(page + "?handler=Csv", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var row = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n")[1];
        Assert.StartsWith($"{difference},missing_here,\"'=1+1\",,\"'@SUM(A1)\",", row, StringComparison.Ordinal);
        Assert.EndsWith(",CNY,resolved,\"'+cmd|' /C calc'!A0, \"\"x\"\"\",olivia", row, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1", "\"'=1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-5.00", "\"'-5.00\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("预订", "预订")]
    [InlineData("1=1", "1=1")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void X05_cells_that_begin_like_a_formula_are_kept_text(string? value, string cell) => Assert.Equal(cell, SafeCsv.Cell(value));

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task What_waits_for_a_person_is_counted_at_home_and_listed_with_its_remedy(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (heldOrder, held) = await HeldAsync(scripted);
        var (_, paymentNo) = await scripted.PaidAsync();
        var abnormal = await scripted.RefundNoAsync(paymentNo, 100);
        scripted.Says = words => words[0] == "refund" ? "abnormal" : null;
        await scripted.SweepAsync();
        await scripted.Shop.NotifyAsync($"paid NOBODYKNOWS 1 TN", scripted.First, "text/plain");
        await scripted.Shop.NotifyAsync($"refunded CONSOLE1 {paymentNo} 5", scripted.First, "text/plain");
        await DifferenceAsync(scripted, "payment FOREIGN1 TF 500 3 {0}T12:00:00+08:00");
        await scripted.Shop.ScalarAsync("UPDATE kernel_outbox SET due_at = NULL, error = 'HttpRequestException'");
        var waiting = (await scripted.Shop.StartPaymentAsync(await scripted.Shop.PlaceOrderAsync(), "qr", scripted.First))["paymentNo"]!.GetValue<string>();

        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var page = await viewer.PageAsync("/ops/exceptions");
        Assert.All(
            [$"href=\"/ops/orders/{heldOrder}\"", held, "accept it, or refund it", $"href=\"/ops/refunds/{abnormal}\"", "refund_abnormal", "There is no such payment", "The refund was not made here", "data-difference=", "data-event="],
            text => Assert.Contains(text, page, StringComparison.Ordinal));

        var home = await viewer.PageAsync("/ops");
        foreach (var id in new[] { "open-payments", "held-payments", "refunds-attention", "open-differences" })
        {
            Assert.Matches($"id=\"{id}\">\\s*<a href=\"[^\"]+\"><span class=\"figure\">1</span>", home);
        }

        Assert.Contains($"data-payment=\"{waiting}\"", await viewer.PageAsync("/ops/payments"), StringComparison.Ordinal);
        Assert.DoesNotContain($"data-payment=\"{held}\"", await viewer.PageAsync("/ops/payments"), StringComparison.Ordinal);
        Assert.Contains($"data-refund=\"{abnormal}\"", await viewer.PageAsync("/ops/refunds?show=attention"), StringComparison.Ordinal);

        // The given-up event is a broken promise, and the audit's page says so.
        var audit = (await viewer.PostAsync("/ops/audit")).Text;
        Assert.Contains("data-rule=\"events_are_delivered\" data-kept=\"false\"", audit, StringComparison.Ordinal);
        Assert.Contains("data-rule=\"kept_is_exact\" data-kept=\"true\"", audit, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Notifications_that_stop_are_the_first_thing_that_operators_see(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var warning = $"silent\" data-instance=\"{scripted.First}\"";
        var first = Today(scripted);
        for (var count = 0; count < 3; count++)
        {
            await scripted.PaidAsync();
        }

        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.DoesNotContain(warning, await PageAsync("/ops"), StringComparison.Ordinal);

        // A day later the first payment comes by notification, and the next three do not.
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        var second = Today(scripted);
        await scripted.PaidAsync();
        var last = await PaidUnheardAsync();
        Assert.DoesNotContain(warning, await PageAsync("/ops"), StringComparison.Ordinal);

        // By now the provider would have tried.
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Contains(warning, await PageAsync("/ops"), StringComparison.Ordinal);
        Assert.Matches("data-metric=\"modular:silent\"[\\s\\S]{0,80}1", await PageAsync("/hangfire"));

        // A notification that comes late, after the query, ends the warning.
        Assert.Equal(200, (await scripted.NotifyPaidAsync(scripted.First, last, 36800, $"Q{last}")).Status);
        Assert.DoesNotContain(warning, await PageAsync("/ops"), StringComparison.Ordinal);

        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        await PaidUnheardAsync();
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(3));
        var page = await PageAsync("/ops/confirmations");
        Assert.Contains(warning, page, StringComparison.Ordinal);
        Assert.Contains($"data-day=\"{scripted.First}/{Today(scripted)}\" data-silent=\"true\"", page, StringComparison.Ordinal);
        Assert.Contains($"data-day=\"{scripted.First}/{second}\" data-silent=\"false\"", page, StringComparison.Ordinal);
        Assert.Contains($"data-day=\"{scripted.First}/{first}\" data-silent=\"false\"", page, StringComparison.Ordinal);
        Assert.Matches($"data-day=\"{scripted.First}/{Today(scripted)}\"[\\s\\S]*?data-source=\"notify\">0<[\\s\\S]*?data-source=\"poll\">3<", page);

        // A sign-in does not last for days.
        async Task<string> PageAsync(string path)
        {
            using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
            return await viewer.PageAsync(path);
        }

        async Task<string> PaidUnheardAsync()
        {
            scripted.Says = words => words[0] == "query" ? $"paid 36800 Q{words[2]}" : null;
            var paymentNo = "";
            for (var count = 0; count < 3; count++)
            {
                scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(1));
                paymentNo = (await scripted.StartedAsync()).PaymentNo;
            }

            scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(30));
            Assert.Equal(3, await scripted.Shop.SendAsync(new ConfirmPayments.Command()));
            return paymentNo;
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_timeline_holds_every_call_to_the_provider_and_what_it_was_made_for(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        scripted.Says = words => words[0] == "query" ? "unknown" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(16));
        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        scripted.Says = _ => null;
        scripted.Pay(paymentNo);
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await scripted.Shop.SendAsync(new ConfirmPayments.Command());
        var refundNo = await scripted.RefundNoAsync(paymentNo, 6800);
        await scripted.Shop.SendAsync(new SendRefunds.Command());

        await Eventually.BecomesAsync("4", () => scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_calls"));
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var page = await viewer.PageAsync($"/ops/orders/{orderNo}");
        Assert.Matches(
            "data-what=\"call_start\"[\\s\\S]*title=\"started · start_payment\"[\\s\\S]*data-what=\"call_query\"[\\s\\S]*title=\"unknown · confirm_payments\"[\\s\\S]*script"
            + $"[\\s\\S]*title=\"paid · confirm_payments\"[\\s\\S]*data-what=\"settled\"[\\s\\S]*data-what=\"call_refund\"[\\s\\S]*title=\"[a-z]+ · send_refunds\"[\\s\\S]*/ops/refunds/{refundNo}",
            page);

        // They go with the inbox's messages.
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(181));
        Assert.Equal(4, await scripted.Shop.SendAsync(new ForgetCalls.Command()));
    }

    [Fact]
    public async Task The_dashboard_leads_back_and_shows_the_shop_s_figures()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.Sqlite);
        await scripted.Shop.StartPaymentAsync(await scripted.Shop.PlaceOrderAsync(), "qr", scripted.First);
        using var viewer = await Desk.OfAsync(scripted.Shop, "victor");
        var page = await viewer.PageAsync("/hangfire/");
        Assert.All(
            ["/ops/payments", "/ops/exceptions", "Unconfirmed payments", "Oldest, minutes", "Refused in 24 hours", "Open differences"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.Matches("data-metric=\"modular:unconfirmed\"[\\s\\S]{0,80}1", page);
    }

    private static string[] Pages(string orderNo, string paymentNo, string refundNo, string heldOrder, string day) =>
    [
        "/ops", "/ops/payments", "/ops/exceptions", "/ops/refunds", "/ops/refunds?show=all", $"/ops/refunds/{refundNo}", "/ops/reconciliation", $"/ops/reconciliation/{day}",
        "/ops/inbox", "/ops/webhooks", "/ops/confirmations", "/ops/diagnose", "/ops/preflight", "/ops/audit", "/ops/audit-trail", "/ops/search", $"/ops/orders/{orderNo}",
        $"/ops/orders/{heldOrder}", $"/ops/payments/{paymentNo}/refund",
    ];

    private static async Task<(string OrderNo, string PaymentNo)> HeldAsync(ScriptedShop scripted)
    {
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36700);
        return (orderNo, paymentNo);
    }

    /// <summary>Compares today with a bill that no payment of ours fits, and gives the day and the difference of the bill's own line.</summary>
    private static async Task<(string Day, string? Id)> DifferenceAsync(ScriptedShop scripted, string line)
    {
        var day = Today(scripted);
        var usual = scripted.Says;
        // What was paid today is in tomorrow's bill at the latest, so that only the bill's own line differs.
        scripted.Says = words => words[0] == "bill" ? string.Format(CultureInfo.InvariantCulture, line, day) : usual(words);
        await scripted.Shop.ScalarAsync("UPDATE payments_payments SET billed_on = '2000-01-01'");
        await scripted.Shop.SendAsync(new RequestReconciliation.Command(scripted.First, day));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        scripted.Says = usual;
        return (day, await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences WHERE class = 'missing_here'"));
    }

    private static string Today(ScriptedShop scripted) =>
        scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

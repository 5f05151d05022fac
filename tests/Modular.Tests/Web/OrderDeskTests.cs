using System.Globalization;
using System.Net;
using Modular.Kernel.Audit;
using Modular.Kernel.Outbox;
using Modular.Kernel.Web;
using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>An order's page tells why its money has not arrived, and what is done there is done once and written down.</summary>
public sealed class OrderDeskTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_sentence_follows_an_order_from_the_first_look_to_its_money(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Payments:ConfirmSchedule", "60,60,60,60,60"));
        using var desk = await Desk.OfAsync(scripted.Shop, "victor");
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        Assert.Equal("nobody_began", await WhyAsync(desk, orderNo));

        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        Assert.Equal("not_asked", await WhyAsync(desk, orderNo));

        await CheckAsync(scripted, "notfound");
        Assert.Equal("not_opened", await WhyAsync(desk, orderNo));
        await CheckAsync(scripted, "pending");
        Assert.Equal("waiting", await WhyAsync(desk, orderNo));

        await CheckAsync(scripted, "unknown");
        var since = Shown.Time((await scripted.Shop.PaymentRowAsync(paymentNo)).UnknownSince!.Value);
        await CheckAsync(scripted, "unknown");
        Assert.NotEqual(since, Wall(scripted.Shop));
        Assert.Equal("unknown", await WhyAsync(desk, orderNo));
        Assert.Contains($"{scripted.First} has not been able to say since {since}", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);

        await CheckAsync(scripted, "pending");
        Assert.Equal("waiting", await WhyAsync(desk, orderNo));
        await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800);
        Assert.Equal("paid_not_fulfilled", await WhyAsync(desk, orderNo));
        await scripted.Shop.SendAsync(new DispatchEvents());
        Assert.Equal("paid", await WhyAsync(desk, orderNo));

        await scripted.RefundNoAsync(paymentNo, 800);
        await scripted.SweepAsync();
        Assert.Equal("partially_refunded", await WhyAsync(desk, orderNo));
        await scripted.RefundNoAsync(paymentNo, 36000);
        await scripted.SweepAsync();
        Assert.Equal("refunded", await WhyAsync(desk, orderNo));

        // Everything that happened is told, in the order of time.
        // The record of the calls follows in a moment; its last two are the refunds.
        var page = "";
        await Eventually.BecomesAsync(true, async () => (page = await desk.PageAsync($"/ops/orders/{orderNo}")).Split("data-what=\"call_refund\"").Length == 3);
        Assert.All(
            ["placed", "attempt", "call_start", "call_query", "message_notify", "settled", "booked", "paid", "fulfilled", "event", "event_delivered", "refund_asked", "refund_done"],
            what => Assert.Contains($"data-what=\"{what}\"", page, StringComparison.Ordinal));
        Assert.True(page.IndexOf("data-what=\"placed\"", StringComparison.Ordinal) < page.IndexOf("data-what=\"settled\"", StringComparison.Ordinal));
        Assert.True(page.IndexOf("data-what=\"settled\"", StringComparison.Ordinal) < page.IndexOf("data-what=\"refund_done\"", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_sentence_names_a_refused_notification_and_money_that_came_late(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        using var desk = await Desk.OfAsync(shop, "victor");
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), shop.Alipay.AppKey));
        Assert.Equal("refused", await WhyAsync(desk, orderNo));
        Assert.Contains("was refused (", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);

        shop.Clock.Advance(TimeSpan.FromHours(1));
        await shop.SendAsync(new CloseOrders.Command());
        Assert.Equal("closed", await shop.OrderStatusAsync(orderNo));
        Assert.StartsWith("closed", await WhyAsync(desk, orderNo), StringComparison.Ordinal);
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));
        await shop.SendAsync(new DispatchEvents());
        Assert.Equal("paid_late", await WhyAsync(desk, orderNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Held_money_is_accepted_once_however_often_it_is_asked_for_and_the_books_agree(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await HeldAsync(scripted, 36700);
        using var desk = await Desk.OfAsync(scripted.Shop);
        Assert.Equal("held", await WhyAsync(desk, orderNo));
        Assert.Contains($"href=\"/ops/orders/{orderNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.PostAsync($"/ops/orders/{orderNo}?handler=Accept", ("paymentNo", paymentNo))));
        Assert.All(replies, reply => Assert.Equal(303, reply.Status));
        Assert.Equal(1, replies.Count(reply => reply.Location!.EndsWith("result=accept_accepted", StringComparison.Ordinal)));
        Assert.Equal(5, replies.Count(reply => reply.Location!.EndsWith("result=accept_not_held", StringComparison.Ordinal)));

        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal((36700, 0, -36700), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.BalanceAsync("suspense", paymentNo), await scripted.BalanceAsync("sales", paymentNo)));
        await scripted.Shop.AssertBooksAsync();
        await scripted.Shop.SendAsync(new DispatchEvents());
        Assert.Equal("paid_accepted", await WhyAsync(desk, orderNo));
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'held_accepted' AND outcome = 'accepted' AND who = 'olivia' AND subject = @no", ("no", paymentNo)));

        // It is refunded like any other money afterwards.
        await scripted.RefundNoAsync(paymentNo, 36700);
        await scripted.SweepAsync();
        Assert.Equal("refunded", await scripted.Shop.OrderStatusAsync(orderNo));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Held_money_that_goes_back_or_comes_second_is_not_accepted(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, paymentNo) = await HeldAsync(scripted, 36700);
        await scripted.RefundNoAsync(paymentNo, 36700);
        Assert.Equal("held_goes_back", await WhyAsync(desk, orderNo));
        Assert.EndsWith("result=accept_goes_back", (await desk.PostAsync($"/ops/orders/{orderNo}?handler=Accept", ("paymentNo", paymentNo))).Location, StringComparison.Ordinal);

        // A payment of another order is not this order's to accept, and one that is fine needs nobody.
        var (fine, kept) = await scripted.PaidAsync();
        Assert.Equal(404, (await desk.PostAsync($"/ops/orders/{orderNo}?handler=Accept", ("paymentNo", kept))).Status);
        Assert.EndsWith("result=accept_not_held", (await desk.PostAsync($"/ops/orders/{fine}?handler=Accept", ("paymentNo", kept))).Location, StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task B01_money_held_without_a_sum_is_the_orders_when_its_provider_says_how_much(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, paymentNo) = await UnbookedAsync(scripted, "-");
        Assert.Contains("data-act=\"give-back\"", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);

        // No sum again says nothing new; another sum is held like any other.
        await scripted.Shop.NotifyAsync($"paid {paymentNo} - T2{paymentNo}", scripted.First, "text/plain");
        Assert.Equal("amount_missing", (await scripted.Shop.PaymentRowAsync(paymentNo)).StatusReason);
        scripted.Says = words => words[0] == "query" ? $"paid 36800 T{paymentNo}" : null;
        Assert.EndsWith("result=asked_known", (await desk.PostAsync($"/ops/orders/{orderNo}?handler=Ask", ("paymentNo", paymentNo))).Location, StringComparison.Ordinal);
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal((36800, 0), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.BalanceAsync("suspense", paymentNo)));

        var (shortOrder, shortNo) = await UnbookedAsync(scripted, "-");
        await scripted.Shop.NotifyAsync($"paid {shortNo} 36700 T{shortNo}", scripted.First, "text/plain");
        Assert.Equal(("held", "amount_mismatch", 36700L), (await scripted.Shop.PaymentStatusAsync(shortNo), (await scripted.Shop.PaymentRowAsync(shortNo)).StatusReason, (await scripted.Shop.PaymentRowAsync(shortNo)).ReceivedMinor));
        await scripted.RefundNoAsync(shortNo, 100);
        Assert.DoesNotContain("data-act=\"give-back\"", await desk.PageAsync($"/ops/orders/{shortOrder}"), StringComparison.Ordinal);
        Assert.EndsWith("result=back_goes_back", (await desk.PostAsync($"/ops/orders/{shortOrder}?handler=GiveBack", ("paymentNo", shortNo))).Location, StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task B02_money_that_cannot_be_booked_is_given_back_at_the_provider_and_its_order_is_paid_anew(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        foreach (var sum in new[] { "-", "5000:USD" })
        {
            var (orderNo, paymentNo) = await UnbookedAsync(scripted, sum);
            Assert.Equal(409, (await scripted.Shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = scripted.First, scene = "qr" })).Status);
            var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => desk.PostAsync($"/ops/orders/{orderNo}?handler=GiveBack", ("paymentNo", paymentNo))));
            Assert.Equal(1, replies.Count(reply => reply.Location!.EndsWith("result=back_given_back", StringComparison.Ordinal)));
            Assert.Equal(3, replies.Count(reply => reply.Location!.EndsWith("result=back_not_held", StringComparison.Ordinal)));
            Assert.Equal(("closed", "given_back", 0L), (
                await scripted.Shop.PaymentStatusAsync(paymentNo), (await scripted.Shop.PaymentRowAsync(paymentNo)).StatusReason, await scripted.BalanceAsync("suspense", paymentNo)));
            Assert.Equal("1", await scripted.Shop.ScalarAsync(
                "SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'held_given_back' AND outcome = 'given_back' AND who = 'olivia' AND subject = @no", ("no", paymentNo)));

            // News of the same money opens nothing, and the order takes another payment.
            await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800);
            Assert.Equal("closed", await scripted.Shop.PaymentStatusAsync(paymentNo));
            var again = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
            await scripted.NotifyPaidAsync(scripted.First, again, 36800);
            await scripted.Shop.AssertPaidOnceAsync(orderNo, again);
        }

        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C08_a_second_payment_whose_refund_fails_for_good_is_given_back_at_the_provider_and_ends(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (orderNo, second) = await scripted.StartedAsync();
        var first = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.Second, first, 36800);
        await scripted.NotifyPaidAsync(scripted.First, second, 36800);
        var refundNo = await scripted.Shop.ScalarAsync("SELECT refund_no FROM payments_refunds WHERE payment_no = @no", ("no", second));
        Assert.DoesNotContain("data-act=\"give-back\"", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);
        Assert.Equal("back_goes_back", await BackAsync());
        scripted.Says = words => words[0] == "refund" ? "rejected USER_ACCOUNT_ABNORMAL" : null;
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal(303, (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=DealWith", ("note", "the account is closed"))).Status);
        Assert.EndsWith("result=accept_order_is_paid", (await desk.PostAsync($"/ops/orders/{orderNo}?handler=Accept", ("paymentNo", second))).Location, StringComparison.Ordinal);
        Assert.Contains(await scripted.Shop.SendAsync(new RunAudit()), finding => finding.Rule.Name == "second_payment_goes_back" && finding.Broken.SequenceEqual([second]));

        Assert.Contains("data-act=\"give-back\"", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BackAsync()));
        Assert.Equal(["back_given_back", "back_not_held", "back_not_held", "back_not_held"], results.Order(StringComparer.Ordinal));
        Assert.Equal(("closed", "given_back"), (await scripted.Shop.PaymentStatusAsync(second), (await scripted.Shop.PaymentRowAsync(second)).StatusReason));
        Assert.Equal((0, 0), (await scripted.BalanceAsync("suspense", second), await scripted.BalanceAsync("clearing", second)));
        await scripted.Shop.AssertPaidOnceAsync(orderNo, first);
        Assert.DoesNotContain("data-act=\"refund\" href=\"/ops/payments/" + second, await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);
        await scripted.Shop.AssertBooksAsync();

        // Nothing of it goes back a second time here, and that it did so at the provider is told and not booked.
        Assert.Equal("payment_not_paid", (await scripted.RefundAsync(second, 1)).Code);
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {second} 36800", scripted.First, "text/plain");
        var row = (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;
        Assert.Equal(("failed", "refund_beyond_paid", true), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
        Assert.Equal(0, await scripted.BalanceAsync("suspense", second));
        await scripted.Shop.AssertBooksAsync();

        async Task<string> BackAsync()
        {
            var reply = await desk.PostAsync($"/ops/orders/{orderNo}?handler=GiveBack", ("paymentNo", second));
            return reply.Location![(reply.Location!.IndexOf("result=", StringComparison.Ordinal) + "result=".Length)..];
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_refund_form_pressed_many_times_is_one_refund(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        using var desk = await Desk.OfAsync(scripted.Shop);
        var path = $"/ops/payments/{paymentNo}/refund";
        var key = KeyOf(await desk.PageAsync(path));

        // Looking at it first does nothing.
        (string, string?)[] form = [("amount", "68.00"), ("reason", "少住一晚"), ("key", key)];
        Assert.Contains("id=\"confirm\"", (await desk.PostAsync(path, form)).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.PostAsync(path + "?handler=Take", form)));
        Assert.All(replies, reply => Assert.Equal(303, reply.Status));
        Assert.Equal(6800, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_refunds WHERE payment_no = @no AND origin = 'operator' AND requested_by = 'olivia'", ("no", paymentNo)));
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'refund_requested'"));
        Assert.Contains("data-what=\"refund_asked\"", await desk.PageAsync($"/ops/orders/{orderNo}"), StringComparison.Ordinal);

        Assert.Equal(400, (await desk.PostAsync(path + "?handler=Take", ("amount", "1"), ("reason", "other"), ("key", key))).Status);
        foreach (var (amount, reason) in new[] { ("0", "x"), ("-1", "x"), ("1.234", "x"), ("", "x"), ("1", ""), ("1", new string('x', 81)), ("999999", "x") })
        {
            var refused = await desk.PostAsync(path + "?handler=Take", ("amount", amount), ("reason", reason), ("key", "k" + amount.Length));
            Assert.Equal(400, refused.Status);
            Assert.Contains("id=\"problem\"", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(6800, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_provider_asked_by_hand_settles_once_and_the_trail_tells_who_asked(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        using var desk = await Desk.OfAsync(scripted.Shop);
        scripted.Says = words => words[0] == "query" ? "unknown" : null;
        Assert.EndsWith("result=asked_unknown", (await AskAsync()).Location, StringComparison.Ordinal);

        scripted.Says = words => words[0] == "query" ? "paid 36800 TX1" : null;
        Assert.EndsWith("result=asked_known", (await AskAsync()).Location, StringComparison.Ordinal);
        Assert.EndsWith("result=asked_known", (await AskAsync()).Location, StringComparison.Ordinal);
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Person, (await scripted.Shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
        Assert.Equal("3", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail WHERE what = 'payment_asked' AND subject = @no", ("no", paymentNo)));

        Task<Reply> AskAsync() => desk.PostAsync($"/ops/orders/{orderNo}?handler=Ask", ("paymentNo", paymentNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Any_number_leads_to_its_order(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        await scripted.Shop.ScalarAsync("UPDATE payments_refunds SET provider_refund_no = 'PR-77' WHERE refund_no = @no", ("no", refundNo));
        using var desk = await Desk.OfAsync(scripted.Shop, "victor");
        foreach (var number in new[] { orderNo, paymentNo, "T" + paymentNo, refundNo, "PR-77", $" {orderNo.ToLowerInvariant()} " })
        {
            var reply = await desk.GetAsync("/ops/search?q=" + Uri.EscapeDataString(number));
            Assert.Equal((303, $"/ops/orders/{orderNo}"), (reply.Status, reply.Location));
        }

        // The same number at two instances is two orders, and nothing is guessed.
        var other = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var second = (await scripted.Shop.StartPaymentAsync(other, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.Second, second, 36800, "T" + paymentNo);
        var list = await desk.PageAsync("/ops/search?q=T" + paymentNo);
        Assert.Contains($"href=\"/ops/orders/{orderNo}\"", list, StringComparison.Ordinal);
        Assert.Contains($"href=\"/ops/orders/{other}\"", list, StringComparison.Ordinal);
        Assert.Contains("id=\"nothing\"", await desk.PageAsync("/ops/search?q=' OR 1=1 --"), StringComparison.Ordinal);
        Assert.Equal(404, (await desk.GetAsync("/ops/orders/nothing")).Status);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W07_what_strangers_and_operators_write_stays_text(string store)
    {
        const string Script = "<script>alert(1)</script>";
        await using var scripted = await ScriptedShop.StartAsync(
            store,
            ("Modular:Catalogue:0:Sku", "evil"), ("Modular:Catalogue:0:Name", $"{Script}\"'&"), ("Modular:Catalogue:0:Price", "368.00"));
        var (orderNo, paymentNo) = await scripted.PaidAsync(36800, "evil");
        using var desk = await Desk.OfAsync(scripted.Shop);
        var path = $"/ops/payments/{paymentNo}/refund";
        var confirm = await desk.PostAsync(path, ("amount", "1"), ("reason", Script), ("key", "w07"));
        Assert.Equal(303, (await desk.PostAsync(path + "?handler=Take", ("amount", "1"), ("reason", Script), ("key", "w07"))).Status);
        var refundNo = await scripted.Shop.ScalarAsync("SELECT refund_no FROM payments_refunds");
        var day = $"{scripted.First}/{await DifferenceAsync(scripted, desk, Script)}";

        var pages = new[]
        {
            confirm.Text, await desk.PageAsync($"/ops/orders/{orderNo}"), await desk.PageAsync($"/ops/refunds/{refundNo}"), await desk.PageAsync("/ops/refunds"),
            await desk.PageAsync("/ops/audit-trail"), await desk.PageAsync($"/ops/reconciliation/{day}"),
        };
        Assert.All(pages, page =>
        {
            Assert.DoesNotContain(Script, page, StringComparison.Ordinal);
            Assert.Contains(WebUtility.HtmlEncode(Script), page, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(Script, await desk.PageAsync($"/ops/search?q={Uri.EscapeDataString(Script)}"), StringComparison.Ordinal);
    }

    private static async Task<string> DifferenceAsync(ScriptedShop scripted, Desk desk, string note)
    {
        var day = scripted.Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        scripted.Says = words => words[0] == "bill" ? $"payment FOREIGN1 TF 500 3 {day}T12:00:00+08:00" : null;
        await desk.PostAsync("/ops/reconciliation", ("provider", scripted.First), ("date", day));
        await scripted.Shop.SendAsync(new ReconcileStatements.Command());
        var id = await scripted.Shop.ScalarAsync("SELECT id FROM payments_differences ORDER BY id LIMIT 1");
        await desk.PostAsync($"/ops/reconciliation/{scripted.First}/{day}", ("difference", id), ("note", note));
        return day;
    }

    private static async Task<string?> WhyAsync(Desk desk, string orderNo) => Desk.Attribute(await desk.PageAsync($"/ops/orders/{orderNo}"), "data-why");

    private static string KeyOf(string page) => System.Text.RegularExpressions.Regex.Match(page, "name=\"key\" value=\"([0-9a-f]+)\"").Groups[1].Value;

    private static async Task CheckAsync(ScriptedShop scripted, string answer)
    {
        scripted.Says = words => words[0] == "query" ? answer : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await scripted.Shop.SendAsync(new ConfirmPayments.Command()));
        scripted.Says = _ => null;
    }

    private static async Task<(string OrderNo, string PaymentNo)> UnbookedAsync(ScriptedShop scripted, string sum)
    {
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"paid {paymentNo} {sum} T{paymentNo}", scripted.First, "text/plain"));
        Assert.Equal(("held", null), (await scripted.Shop.PaymentStatusAsync(paymentNo), (await scripted.Shop.PaymentRowAsync(paymentNo)).ReceivedMinor));
        return (orderNo, paymentNo);
    }

    private static async Task<(string OrderNo, string PaymentNo)> HeldAsync(ScriptedShop scripted, long minor)
    {
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.First, paymentNo, minor);
        Assert.Equal("held", await scripted.Shop.PaymentStatusAsync(paymentNo));
        return (orderNo, paymentNo);
    }

    private static string Wall(TestShop shop) => Shown.Time(shop.Clock.GetUtcNow());
}

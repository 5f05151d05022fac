using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Modular.Kernel.Audit;
using Modular.Payments;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Money that goes back: reserved before it is sent, numbered once, never more than came.</summary>
public sealed class RefundTests
{
    public static TheoryData<string> Stores => Shops.All;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_partial_and_then_a_full_refund_move_payment_order_and_ledger(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync(36800);

        var part = await scripted.RefundAsync(paymentNo, 6800);
        Assert.Equal((202, "processing"), (part.Status, part.Json["status"]!.GetValue<string>()));
        Assert.Equal($"/api/refunds/{part.Json["refundNo"]}", part.Location);
        Assert.Equal("succeeded", await scripted.Shop.PaymentStatusAsync(paymentNo));
        Assert.DoesNotContain(scripted.Calls, call => call.StartsWith("refund", StringComparison.Ordinal));

        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("succeeded", await StatusAsync(scripted, part.Json["refundNo"]!.GetValue<string>()));
        Assert.Equal(("partially_refunded", "partially_refunded"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
        Assert.Equal(30000, await scripted.BalanceAsync("clearing", paymentNo));

        await scripted.RefundNoAsync(paymentNo, 30000);
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal(("refunded", "refunded"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
        Assert.Equal((0, -36800, 36800), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.BalanceAsync("sales", paymentNo), await scripted.BalanceAsync("refunds", paymentNo)));
        Assert.Equal(2, await scripted.Shop.EventsAsync("payment.refunded", orderNo));
        Assert.Equal(0, await scripted.SweepAsync());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C03_thirty_two_clients_at_once_never_get_more_than_was_paid(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        for (var round = 0; round < 3; round++)
        {
            var (_, paymentNo) = await scripted.PaidAsync(36800);
            var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => scripted.RefundAsync(paymentNo, 5000)));
            Assert.Equal(7, replies.Count(reply => reply.Status == 202));
            Assert.All(replies.Where(reply => reply.Status != 202), reply => Assert.Equal((409, "refund_exceeds_paid"), (reply.Status, reply.Code)));

            await Task.WhenAll(scripted.SweepAsync(), scripted.SweepAsync(), scripted.SweepAsync());
            var row = await scripted.Shop.PaymentRowAsync(paymentNo);
            Assert.Equal((35000L, 0L), (row.RefundedMinor, row.RefundReservedMinor));
            Assert.Equal(1800, await scripted.BalanceAsync("clearing", paymentNo));
        }
    }

    [Fact]
    public async Task The_database_itself_refuses_to_give_back_more_than_came()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.PostgreSql);
        var (_, paymentNo) = await scripted.PaidAsync(36800);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => scripted.Shop.ScalarAsync(
            "UPDATE payments_payments SET refund_reserved_minor = 36801 WHERE payment_no = @no", ("no", paymentNo)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C14_P12_the_ledger_can_only_grow(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        await scripted.PaidAsync();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => scripted.Shop.ScalarAsync("UPDATE payments_ledger SET amount_minor = 1"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => scripted.Shop.ScalarAsync("DELETE FROM payments_ledger"));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_repeated_request_is_the_same_refund_and_another_body_under_its_key_is_refused(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => scripted.RefundAsync(paymentNo, 100, "once")));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.All(replies, reply => Assert.Equal(202, reply.Status));
        Assert.Equal(100, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        var other = await scripted.RefundAsync(paymentNo, 101, "once");
        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
    }

    [Fact]
    public async Task A_request_that_arrives_twice_at_once_is_not_refused_because_of_itself()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.PostgreSql);
        var (_, paymentNo) = await scripted.PaidAsync();
        await using var connection = new Npgsql.NpgsqlConnection(scripted.Shop.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        // Both have looked for an answer and found none when the first of them gets the payment's row.
        Task<Reply[]> replies;
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM payments_payments WHERE payment_no = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = paymentNo } } };
            await hold.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            replies = Task.WhenAll(scripted.RefundAsync(paymentNo, 36800, "once"), scripted.RefundAsync(paymentNo, 36800, "once"));
            await Testing.Hosting.Eventually.BecomesAsync("2", async () => await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") ?? "");
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var answers = await replies;
        Assert.All(answers, reply => Assert.Equal((202, answers[0].Text), (reply.Status, reply.Text)));
        Assert.Equal(36800, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
    }

    [Fact]
    public async Task C05_bad_requests_say_what_is_wrong_and_reserve_nothing()
    {
        await using var scripted = await ScriptedShop.StartAsync(Testing.Hosting.Stores.Sqlite);
        var (_, paymentNo) = await scripted.PaidAsync(36800);
        var unpaidOrder = await scripted.Shop.PlaceOrderAsync();
        var unpaid = (await scripted.Shop.StartPaymentAsync(unpaidOrder, "qr", scripted.First))["paymentNo"]!.GetValue<string>();

        var cases = new (Reply Reply, int Status, string Code)[]
        {
            (await scripted.RefundAsync(paymentNo, 0), 400, "validation_failed"),
            (await scripted.RefundAsync(paymentNo, -1), 400, "validation_failed"),
            (await scripted.RefundAsync(paymentNo, 36801), 409, "refund_exceeds_paid"),
            (await scripted.RefundAsync(paymentNo, long.MaxValue), 409, "refund_exceeds_paid"),
            (await scripted.RefundAsync(paymentNo, 1, currency: "USD"), 409, "currency_mismatch"),
            (await scripted.RefundAsync(unpaid, 1), 409, "payment_not_paid"),
            (await scripted.RefundAsync("0123456789ABCDEFGHJKMNPQRS", 1), 404, "payment_not_found"),
            (await scripted.Shop.Api.PostAsync($"/api/payments/{paymentNo}/refunds", "{}"), 400, "validation_failed"),
            (await scripted.Shop.Api.PostAsync($"/api/payments/{paymentNo}/refunds", """{"amount":{"value":1.5,"currency":"CNY"},"reason":"x"}"""), 400, "malformed_json"),
            (await scripted.Shop.Api.PostAsync($"/api/payments/{paymentNo}/refunds", """{"amount":{"value":1,"currency":"CNY"},"reason":""}"""), 400, "validation_failed"),
        };
        Assert.All(cases, it => Assert.Equal((it.Status, it.Code), (it.Reply.Status, it.Reply.Code)));
        Assert.Equal(0, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);
        Assert.Equal(401, (await scripted.Shop.Web.PostAsync($"/api/payments/{paymentNo}/refunds", "{}")).Status);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C04_a_refund_whose_answer_was_lost_keeps_its_number_for_ever(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 36800);

        scripted.Says = words => words[0] is "refund" or "ask" ? "unknown" : null;
        for (var day = 0; day < 12; day++)
        {
            await scripted.SweepAsync();
            scripted.Shop.Clock.Advance(TimeSpan.FromHours(7));
        }

        // Not known at the provider: it is sent again, and only then.
        scripted.Says = words => words[0] == "ask" ? "notfound" : null;
        await scripted.SweepAsync();
        Assert.Equal("succeeded", await StatusAsync(scripted, refundNo));
        var sent = scripted.Calls.Where(call => call.StartsWith("refund ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, sent.Length);
        Assert.Single(scripted.Calls.Where(call => call.StartsWith("refund ", StringComparison.Ordinal) || call.StartsWith("ask ", StringComparison.Ordinal)).Select(call => call.Split(' ')[2]).Distinct());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Accepted_is_not_done_until_the_provider_says_so(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] is "refund" or "ask" ? "processing" : null;
        await scripted.SweepAsync();
        Assert.Equal(("processing", "paid"), (await StatusAsync(scripted, refundNo), await scripted.Shop.OrderStatusAsync(orderNo)));

        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 36800", scripted.First, "text/plain"));
        Assert.Equal(("succeeded", "refunded"), (await StatusAsync(scripted, refundNo), await scripted.Shop.OrderStatusAsync(orderNo)));

        // The same news again, and news of the past, change nothing.
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 36800", scripted.First, "text/plain"));
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"abnormal {refundNo} {paymentNo} 36800", scripted.First, "text/plain"));
        Assert.Equal("succeeded", await StatusAsync(scripted, refundNo));
        Assert.Equal(1, await scripted.Shop.EventsAsync("payment.refunded", orderNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C07_a_refund_that_fails_frees_its_sum_and_one_that_is_abnormal_goes_to_a_person(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync(36800);
        var failing = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] == "refund" ? "failed" : null;
        await scripted.SweepAsync();
        Assert.Equal("failed", await StatusAsync(scripted, failing));

        var refused = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] == "refund" ? "rejected TRADE_HAS_FINISHED" : null;
        await scripted.SweepAsync();
        var row = (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refused}")).Json;
        Assert.Equal(("failed", "TRADE_HAS_FINISHED"), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>()));

        var abnormal = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] == "refund" ? "abnormal" : null;
        await scripted.SweepAsync();
        row = (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{abnormal}")).Json;
        Assert.Equal(("processing", "refund_abnormal", true), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
        Assert.Equal("refund_exceeds_paid", (await scripted.RefundAsync(paymentNo, 1)).Code);
        Assert.Equal("paid", await scripted.Shop.OrderStatusAsync(orderNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C08_a_refund_without_money_in_the_account_is_tried_again_with_its_number_and_shown_to_a_person(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 36800);
        scripted.Says = words => words[0] switch { "refund" => "retry NOT_ENOUGH", "ask" => "notfound", _ => null };
        await scripted.SweepAsync();
        var row = (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;
        Assert.Equal(("processing", "NOT_ENOUGH", true), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));

        scripted.Says = words => words[0] == "ask" ? "notfound" : null;
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(6));
        await scripted.SweepAsync();
        row = (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;
        Assert.Equal(("succeeded", false), (row["status"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C08_a_refund_that_is_unknown_for_a_day_or_under_way_for_seven_goes_to_a_person(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        await WaitAsync("unknown", TimeSpan.Zero, null);
        await WaitAsync("unknown", TimeSpan.FromHours(23), null);
        await WaitAsync("unknown", TimeSpan.FromHours(7), "overdue");
        using var desk = await Desk.OfAsync(scripted.Shop);
        Assert.Contains($"data-refund=\"{refundNo}\"", await desk.PageAsync("/ops/exceptions"), StringComparison.Ordinal);

        // The provider can say again, and works on it.
        await WaitAsync("processing", TimeSpan.FromHours(7), null);
        await WaitAsync("processing", TimeSpan.FromDays(5), null);
        await WaitAsync("processing", TimeSpan.FromDays(1), "overdue");
        await scripted.Shop.AssertBooksAsync();

        scripted.Says = _ => "succeeded";
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(7));
        await scripted.SweepAsync();
        Assert.Equal(("succeeded", false), (await StatusAsync(scripted, refundNo), (await RowAsync(scripted, refundNo))["needsAttention"]!.GetValue<bool>()));

        async Task WaitAsync(string answer, TimeSpan wait, string? reason)
        {
            scripted.Says = words => words[0] is "refund" or "ask" ? answer : null;
            scripted.Shop.Clock.Advance(wait);
            Assert.Equal(1, await scripted.SweepAsync());
            var row = await RowAsync(scripted, refundNo);
            Assert.Equal(("processing", reason is not null, reason), (row["status"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>(), row["statusReason"]?.GetValue<string>()));
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_audit_tells_of_a_refund_that_nobody_is_shown_though_it_is_overdue(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        scripted.Says = words => words[0] is "refund" or "ask" ? "processing" : null;
        await scripted.SweepAsync();
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromHours(1));
        await scripted.SweepAsync();
        await scripted.Shop.AssertBooksAsync();

        scripted.Shop.Clock.Advance(TimeSpan.FromHours(9));
        var broken = Assert.Single(await scripted.Shop.SendAsync(new RunAudit()), finding => finding.Broken.Count > 0);
        Assert.Equal(("overdue_is_shown", refundNo), (broken.Rule.Name, Assert.Single(broken.Broken)));
        await scripted.SweepAsync();
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task B16_a_refund_that_was_not_made_here_is_kept_for_a_person_and_books_nothing(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"refunded CONSOLE1 {paymentNo} 100", scripted.First, "text/plain"));
        Assert.Equal((400, "fail"), await scripted.Shop.NotifyAsync("refunded CONSOLE2 SOMEBODYELSE 100", scripted.First, "text/plain"));

        var kept = await scripted.Shop.InboxRowAsync($"refunded CONSOLE1 {paymentNo} 100", scripted.First);
        Assert.Equal(("accepted", "unknown_refund"), (kept!.Verdict, kept.Reason));
        Assert.Equal(36800, await scripted.BalanceAsync("clearing", paymentNo));
        Assert.Equal("paid", await scripted.Shop.OrderStatusAsync(orderNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task B16_a_report_with_another_amount_or_payment_moves_nothing_and_calls_a_person(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var (_, other) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} 36800", scripted.First, "text/plain");
        Assert.Equal("refund_amount_mismatch", (await RowAsync(scripted, refundNo))["statusReason"]!.GetValue<string>());
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {other} 100", scripted.First, "text/plain");
        Assert.Equal("refund_of_other_payment", (await RowAsync(scripted, refundNo))["statusReason"]!.GetValue<string>());
        Assert.Equal(36800, await scripted.BalanceAsync("clearing", paymentNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_notification_that_names_no_amount_makes_the_provider_be_asked_at_once(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        scripted.Says = words => words[0] is "refund" or "ask" ? "processing" : null;
        await scripted.SweepAsync();
        scripted.Says = words => words[0] == "ask" ? "succeeded" : null;
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} -", scripted.First, "text/plain"));
        Assert.Equal("processing", await StatusAsync(scripted, refundNo));
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("succeeded", await StatusAsync(scripted, refundNo));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task B16_a_failed_refund_that_a_notification_calls_done_is_asked_about_once_and_never_sent_again(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await FailedAsync(scripted, paymentNo, 100);
        scripted.Says = words => words[0] == "ask" ? "notfound" : null;
        Assert.Equal((200, "success"), await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} -", scripted.First, "text/plain"));
        Assert.Equal(1, await scripted.SweepAsync());
        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(("failed", "refund_contradicted", true), (row["status"]!.GetValue<string>(), row["statusReason"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));

        scripted.Shop.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await scripted.SweepAsync());
        Assert.Equal(["ask", "refund"], scripted.Calls.Where(call => call.Contains(refundNo, StringComparison.Ordinal)).Select(call => call.Split(' ')[0]).Order());

        // Another one went back after all, and the provider says so when it is asked.
        var wrong = await FailedAsync(scripted, paymentNo, 200);
        scripted.Says = words => words[0] == "ask" ? "succeeded" : null;
        await scripted.Shop.NotifyAsync($"refunded {wrong} {paymentNo} -", scripted.First, "text/plain");
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("succeeded", await StatusAsync(scripted, wrong));
        Assert.Equal(36600, await scripted.BalanceAsync("clearing", paymentNo));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W17_a_notification_does_not_send_a_refund_that_waits_for_approval(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 20000);
        await scripted.Shop.NotifyAsync($"refunded {refundNo} {paymentNo} -", scripted.First, "text/plain");
        Assert.Equal(0, await scripted.SweepAsync());
        Assert.DoesNotContain(scripted.Calls, call => call.Contains(refundNo, StringComparison.Ordinal));
        Assert.Equal(("awaiting_approval", "refund_contradicted"), (
            await scripted.Shop.ScalarAsync("SELECT status FROM payments_refunds WHERE refund_no = @no", ("no", refundNo)),
            (await RowAsync(scripted, refundNo))["statusReason"]!.GetValue<string>()));

        Assert.EndsWith("result=approved", (await desk.PostAsync($"/ops/refunds/{refundNo}?handler=Approve")).Location, StringComparison.Ordinal);
        Assert.Equal(1, await scripted.SweepAsync());
        var row = await RowAsync(scripted, refundNo);
        Assert.Equal(("succeeded", false), (row["status"]!.GetValue<string>(), row["needsAttention"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData(Testing.Hosting.Stores.PostgreSql, 1000)]
    [InlineData(Testing.Hosting.Stores.Sqlite, 100)]
    public async Task C01_of_two_payments_at_the_same_instant_one_is_kept_and_the_other_goes_back_by_itself(string store, int orders)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var pairs = new ConcurrentBag<(string OrderNo, string First, string Second)>();
        await Parallel.ForAsync(0, orders, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (_, _) =>
        {
            var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
            var first = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
            var second = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.Second))["paymentNo"]!.GetValue<string>();
            pairs.Add((orderNo, first, second));
            var answers = await Task.WhenAll(scripted.NotifyPaidAsync(scripted.First, first, 36800), scripted.NotifyPaidAsync(scripted.Second, second, 36800));
            Assert.All(answers, answer => Assert.Equal((200, "success"), answer));
        });
        Assert.Equal(orders, await scripted.SweepAsync());

        foreach (var (orderNo, first, second) in pairs)
        {
            var rows = new[] { await scripted.Shop.PaymentRowAsync(first), await scripted.Shop.PaymentRowAsync(second) };
            Assert.Equal([PaymentStatus.Succeeded, PaymentStatus.Refunded], rows.Select(row => row.Status).Order());
            Assert.Equal(rows.Single(row => row.IsKept).PaymentNo, await scripted.Shop.ScalarAsync("SELECT payment_no FROM ordering_orders WHERE order_no = @no", ("no", orderNo)));
        }

        Assert.Equal(orders, scripted.Calls.Count(call => call.StartsWith("refund ", StringComparison.Ordinal)));
        Assert.Equal($"{orders}", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_outbox WHERE type = 'order.paid'"));
        Assert.Equal($"{orders * 36800L}", await scripted.Shop.ScalarAsync(
            "SELECT SUM(CASE WHEN debit = 'clearing' THEN amount_minor ELSE 0 END) - SUM(CASE WHEN credit = 'clearing' THEN amount_minor ELSE 0 END) FROM payments_ledger"));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Late_money_goes_back_by_itself_where_the_shop_says_so(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Payments:LatePayment", "refund"));
        var orderNo = await scripted.Shop.PlaceOrderAsync("courtyard-room");
        var paymentNo = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        scripted.Says = words => words[0] == "query" ? "closed" : null;
        await scripted.Shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });
        Assert.Equal("closed", await scripted.Shop.PaymentStatusAsync(paymentNo));

        await scripted.NotifyPaidAsync(scripted.First, paymentNo, 36800);
        Assert.Equal("held", await scripted.Shop.PaymentStatusAsync(paymentNo));
        await scripted.SweepAsync();
        Assert.Equal("refunded", await scripted.Shop.PaymentStatusAsync(paymentNo));
        Assert.Equal("pending", await scripted.Shop.OrderStatusAsync(orderNo));

        // The order can still be paid by another payment: what went back was never its money.
        scripted.Says = _ => null;
        var again = (await scripted.Shop.StartPaymentAsync(orderNo, "qr", scripted.First))["paymentNo"]!.GetValue<string>();
        await scripted.NotifyPaidAsync(scripted.First, again, 36800);
        await scripted.Shop.AssertPaidOnceAsync(orderNo, again);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Late_money_of_a_replaced_payment_goes_back_as_well_once_its_order_is_closed(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Payments:LatePayment", "refund"));
        var (closed, late) = await SupersededAsync();
        var (open, early) = await SupersededAsync();
        await scripted.NotifyPaidAsync(scripted.First, early, 36800);
        await scripted.Shop.AssertPaidOnceAsync(open, early);

        // The order closes while its first attempt, which the provider does not know, is still watched.
        var expiry = (await scripted.Shop.PaymentRowAsync(late)).ExpiresAt;
        scripted.Shop.Clock.Advance(expiry.AddSeconds(2) - scripted.Shop.Clock.GetUtcNow());
        await scripted.Shop.SendAsync(new Modular.Ordering.CloseOrders.Command());
        Assert.Equal(("closed", "superseded"), (await scripted.Shop.OrderStatusAsync(closed), await scripted.Shop.PaymentStatusAsync(late)));

        await scripted.NotifyPaidAsync(scripted.First, late, 36800);
        Assert.Equal(("held", "paid_late"), (await scripted.Shop.PaymentStatusAsync(late), (await scripted.Shop.PaymentRowAsync(late)).StatusReason));
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal(("refunded", "closed"), (await scripted.Shop.PaymentStatusAsync(late), await scripted.Shop.OrderStatusAsync(closed)));
        await scripted.Shop.AssertBooksAsync();

        async Task<(string OrderNo, string PaymentNo)> SupersededAsync()
        {
            var started = await scripted.StartedAsync();
            await scripted.Shop.StartPaymentAsync(started.OrderNo, "qr", scripted.Second);
            Assert.Equal("superseded", await scripted.Shop.PaymentStatusAsync(started.PaymentNo));
            return started;
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task I6_an_order_whose_money_went_back_before_it_was_fulfilled_is_not_fulfilled(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (whole, wholeNo) = await scripted.PaidAsync();
        var (part, partNo) = await scripted.PaidAsync();
        await scripted.RefundNoAsync(wholeNo, 36800);
        await scripted.RefundNoAsync(partNo, 100);
        Assert.Equal(2, await scripted.SweepAsync());
        await scripted.Shop.SendAsync(new Modular.Kernel.Outbox.DispatchEvents());
        const string Fulfilled = "SELECT fulfilled_at FROM ordering_orders WHERE order_no = @no";
        Assert.Null(await scripted.Shop.ScalarAsync(Fulfilled, ("no", whole)));
        Assert.NotNull(await scripted.Shop.ScalarAsync(Fulfilled, ("no", part)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C06_refunds_of_a_payment_keep_their_distance_also_after_the_jobs_paused(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Providers:{first}:MaxRefunds", "9"));
        var (_, paymentNo) = await scripted.PaidAsync();
        var refunds = new List<string>();
        for (var count = 0; count < 3; count++)
        {
            refunds.Add(await scripted.RefundNoAsync(paymentNo, 1));
        }

        // All of them are due by now, and claimed together.
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(1));
        for (var count = 1; count <= 3; count++)
        {
            await scripted.SweepAsync();
            Assert.Equal(count, scripted.Calls.Count(call => call.StartsWith("refund ", StringComparison.Ordinal)));
            await scripted.SweepAsync();
            Assert.Equal(count, scripted.Calls.Count(call => call.StartsWith("refund ", StringComparison.Ordinal)));
            if (count < 3)
            {
                // Of what was not sent, the provider is not asked either, and the day of its sending is open.
                Assert.Null(await scripted.Shop.ScalarAsync("SELECT sent_at FROM payments_refunds WHERE refund_no = @no", ("no", refunds[2])));
            }

            scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(66));
        }

        Assert.DoesNotContain(scripted.Calls, call => call.StartsWith("ask ", StringComparison.Ordinal));
        Assert.Equal(3, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundedMinor);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C06_the_providers_limits_are_checked_before_it_is_called(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Providers:{first}:MaxRefunds", "2"));
        var (_, paymentNo) = await scripted.PaidAsync();
        await scripted.RefundNoAsync(paymentNo, 1);
        await scripted.RefundNoAsync(paymentNo, 1);
        Assert.Equal("refund_limit_reached", (await scripted.RefundAsync(paymentNo, 1)).Code);

        // The second one keeps the provider's minute, and the moment that lies between taking and calling.
        Assert.Equal(1, await scripted.SweepAsync());
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(66));
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal(2, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundedMinor);

        var (_, old) = await scripted.PaidAsync();
        scripted.Shop.Clock.Advance(TimeSpan.FromDays(366));
        Assert.Equal("refund_window_over", (await scripted.RefundAsync(old, 1)).Code);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task C06_refunds_of_a_payment_keep_their_distance_from_when_the_others_are_sent(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Providers:{first}:MaxRefunds", "9"), ("Modular:Refunds:ConfirmAbove", "10000"));
        using var desk = await Desk.OfAsync(scripted.Shop);
        var (_, paymentNo) = await scripted.PaidAsync();
        for (var count = 0; count < 3; count++)
        {
            await scripted.RefundNoAsync(paymentNo, 1);
        }

        // All asked for in the same moment: one a minute.
        for (var count = 0; count < 3; count++)
        {
            Assert.Equal(1, await scripted.SweepAsync());
            Assert.Equal(0, await scripted.SweepAsync());
            scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(66));
        }

        // An approval waits for the one that was sent just now, though it was asked for long before.
        var large = new[] { await scripted.RefundNoAsync(paymentNo, 20000), await scripted.RefundNoAsync(paymentNo, 12000) };
        scripted.Shop.Clock.Advance(TimeSpan.FromHours(1));
        Assert.EndsWith("result=approved", (await desk.PostAsync($"/ops/refunds/{large[0]}?handler=Approve")).Location, StringComparison.Ordinal);
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.EndsWith("result=approved", (await desk.PostAsync($"/ops/refunds/{large[1]}?handler=Approve")).Location, StringComparison.Ordinal);
        Assert.Equal(0, await scripted.SweepAsync());
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(66));
        Assert.Equal(1, await scripted.SweepAsync());
        Assert.Equal("succeeded", await StatusAsync(scripted, large[1]));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W17_above_the_limit_a_second_operator_must_confirm(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        var (_, paymentNo) = await scripted.PaidAsync();
        var asked = await scripted.Shop.SendAsync(new RefundPayment.Command(
            paymentNo, Modular.Payments.Abstractions.Money.Cny(20000), "cancelled", RefundOrigin.Operator, "olivia"));
        var refundNo = Assert.IsType<RefundPayment.Outcome.Taken>(asked).Refund.RefundNo;
        Assert.Equal(0, await scripted.SweepAsync());
        Assert.Equal(20000, (await scripted.Shop.PaymentRowAsync(paymentNo)).RefundReservedMinor);

        Assert.Equal(ApproveRefund.Outcome.SamePerson, await scripted.Shop.SendAsync(new ApproveRefund.Command(refundNo, "olivia", Approve: true)));
        Assert.Equal(0, await scripted.SweepAsync());
        Assert.Equal(ApproveRefund.Outcome.Approved, await scripted.Shop.SendAsync(new ApproveRefund.Command(refundNo, "oscar", Approve: true)));
        Assert.Equal(ApproveRefund.Outcome.NothingToDecide, await scripted.Shop.SendAsync(new ApproveRefund.Command(refundNo, "oscar", Approve: false)));
        Assert.Equal(1, await scripted.SweepAsync());

        var second = Assert.IsType<RefundPayment.Outcome.Taken>(await scripted.Shop.SendAsync(new RefundPayment.Command(
            paymentNo, Modular.Payments.Abstractions.Money.Cny(16800), "cancelled", RefundOrigin.Operator, "olivia"))).Refund.RefundNo;
        Assert.Equal(ApproveRefund.Outcome.TurnedDown, await scripted.Shop.SendAsync(new ApproveRefund.Command(second, "oscar", Approve: false)));
        Assert.Equal((0L, 20000L), (await scripted.Shop.PaymentRowAsync(paymentNo) is var row ? row.RefundReservedMinor : -1, row.RefundedMinor));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task W17_a_sum_in_parts_needs_the_second_operator_as_soon_as_the_parts_pass_the_limit(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store, ("Modular:Refunds:ConfirmAbove", "10000"));
        var (_, paymentNo) = await scripted.PaidAsync();
        await FailedAsync(scripted, paymentNo, 9000);
        scripted.Says = _ => null;

        // What failed gave nothing back and does not count.
        await scripted.RefundNoAsync(paymentNo, 6000);
        Assert.Equal(1, await scripted.SweepAsync());
        await scripted.RefundNoAsync(paymentNo, 4000);
        Assert.Equal(1, await scripted.SweepAsync());
        var beyond = await scripted.RefundNoAsync(paymentNo, 1);
        Assert.Equal(0, await scripted.SweepAsync());
        Assert.Equal("awaiting_approval", (await RowAsync(scripted, beyond))["statusReason"]!.GetValue<string>());

        // At once as well: of four quarters of the limit and one more, the last waits.
        var (_, other) = await scripted.PaidAsync();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => scripted.RefundNoAsync(other, 2500)));
        Assert.Equal(4, await scripted.SweepAsync());
        Assert.Equal((10000L, 2500L), (await scripted.Shop.PaymentRowAsync(other) is var row ? row.RefundedMinor : -1, row.RefundReservedMinor));
    }

    private static async Task<string> FailedAsync(ScriptedShop scripted, string paymentNo, long minor)
    {
        var refundNo = await scripted.RefundNoAsync(paymentNo, minor);
        scripted.Says = words => words[0] == "refund" ? "failed" : null;
        await scripted.SweepAsync();
        Assert.Equal("failed", await StatusAsync(scripted, refundNo));
        return refundNo;
    }

    private static async Task<JsonNode> RowAsync(ScriptedShop scripted, string refundNo) => (await scripted.Shop.Api.GetTextAsync($"/api/refunds/{refundNo}")).Json;

    private static async Task<string> StatusAsync(ScriptedShop scripted, string refundNo) => (await RowAsync(scripted, refundNo))["status"]!.GetValue<string>();
}

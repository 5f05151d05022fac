using Hangfire;
using Modular.Kernel.Outbox;
using Modular.Kernel.Telemetry;
using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Web.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Modular.Tests.Jobs;

/// <summary>Jobs are wake-ups: one that runs twice, or fails for hours, changes nothing about what has to be done.</summary>
public sealed class SweepTests
{
    // Longer than any sweep's claim of a row.
    private static readonly TimeSpan Overtaken = TimeSpan.FromSeconds(61);

    public static TheoryData<string> All => Shops.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task F18_a_refund_whose_sweep_is_overtaken_by_another_goes_out_under_one_number_and_counts_once(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        await using var beside = await scripted.BesideAsync();
        var (orderNo, paymentNo) = await scripted.PaidAsync();
        var refundNo = await scripted.RefundNoAsync(paymentNo, 36800);
        var overtaken = 0;
        scripted.Says = words =>
        {
            if (words[0] == "refund" && Interlocked.Exchange(ref overtaken, 1) == 0)
            {
                // The first sweep is still in its call when its claim runs out, and the provider has not heard of the refund.
                scripted.Shop.Clock.Advance(Overtaken);
                Assert.Equal(1, beside.SendAsync(new SendRefunds.Command()).GetAwaiter().GetResult());
            }

            return null;
        };

        Assert.Equal(1, await scripted.SweepAsync());

        Assert.Equal([$"ask {scripted.First} {refundNo}", $"refund {scripted.First} {refundNo}", $"refund {scripted.First} {refundNo}"], scripted.Calls
            .Where(call => call.StartsWith("refund", StringComparison.Ordinal) || call.StartsWith("ask", StringComparison.Ordinal))
            .Select(call => string.Join(' ', call.Split(' ')[..3])).Order(StringComparer.Ordinal));
        Assert.Equal(("refunded", "refunded"), (await scripted.Shop.PaymentStatusAsync(paymentNo), await scripted.Shop.OrderStatusAsync(orderNo)));
        Assert.Equal((0L, 1L), (await scripted.BalanceAsync("clearing", paymentNo), await scripted.Shop.EventsAsync("payment.refunded", orderNo)));
        await scripted.Shop.AssertBooksAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task F18_a_payment_whose_sweep_is_overtaken_by_another_is_settled_once(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        await using var beside = await scripted.BesideAsync();
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        scripted.Pay(paymentNo);
        var overtaken = 0;
        scripted.Says = words =>
        {
            if (words[0] == "query" && Interlocked.Exchange(ref overtaken, 1) == 0)
            {
                scripted.Shop.Clock.Advance(Overtaken);
                Assert.Equal(1, beside.SendAsync(new ConfirmPayments.Command()).GetAwaiter().GetResult());
            }

            return null;
        };
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(16));

        Assert.Equal(1, await scripted.Shop.SendAsync(new ConfirmPayments.Command()));

        Assert.Equal(2, scripted.Calls.Count(call => call.StartsWith("query", StringComparison.Ordinal)));
        await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(36800, await scripted.BalanceAsync("clearing", paymentNo));
        Assert.Equal(1, (await scripted.Shop.PaymentRowAsync(paymentNo)).Version);
        await scripted.Shop.AssertBooksAsync();
    }

    [Fact]
    public async Task F18_jobs_that_Hangfire_runs_many_times_at_once_do_their_work_once()
    {
        const int Payments = 10;
        const int Copies = 12;
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql, ("Modular:Jobs:Enabled", "true"));
        await using var beside = await scripted.BesideAsync();
        var orders = new List<(string OrderNo, string PaymentNo)>();
        for (var count = 0; count < Payments; count++)
        {
            orders.Add(await scripted.StartedAsync());
            scripted.Pay(orders[^1].PaymentNo);
        }

        var jobs = scripted.Shop.Services.GetRequiredService<IBackgroundJobClient>();
        scripted.Shop.Clock.Advance(TimeSpan.FromSeconds(16));
        Enqueue(sweeps => sweeps.ConfirmPaymentsAsync(CancellationToken.None));
        foreach (var (orderNo, paymentNo) in orders)
        {
            await Eventually.BecomesAsync("paid", () => scripted.Shop.OrderStatusAsync(orderNo));
            await scripted.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
            await scripted.RefundNoAsync(paymentNo, 6800);
        }

        Enqueue(sweeps => sweeps.SendRefundsAsync(CancellationToken.None));
        Enqueue(sweeps => sweeps.DispatchEventsAsync(CancellationToken.None));
        await Eventually.BecomesAsync($"{Payments} {Payments}", () => scripted.Shop.ScalarAsync(
            "SELECT (SELECT COUNT(*) FROM payments_refunds WHERE status = 'succeeded') || ' ' || (SELECT COUNT(*) FROM ordering_orders WHERE fulfilled_at IS NOT NULL)"));

        Assert.Equal(Payments, scripted.Calls.Count(call => call.StartsWith("refund ", StringComparison.Ordinal)));
        Assert.Equal($"{Payments}", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_outbox WHERE type = 'payment.refunded'"));

        // It is told after it is committed.
        await Eventually.BecomesAsync(true, () => Task.FromResult(orders.All(order => Fulfilled(order.OrderNo) > 0)));
        Assert.All(orders, order => Assert.Equal(1, Fulfilled(order.OrderNo)));
        await scripted.Shop.AssertBooksAsync();

        int Fulfilled(string orderNo) => scripted.Shop.Log.Lines.Concat(beside.Log.Lines).Count(line => line.Contains($"Order {orderNo} fulfilled", StringComparison.Ordinal));

        void Enqueue(System.Linq.Expressions.Expression<Func<Sweeps, Task>> job)
        {
            for (var copy = 0; copy < Copies; copy++)
            {
                jobs.Enqueue(job);
            }
        }
    }

    [Fact]
    public async Task A_job_that_somebody_removed_at_the_dashboard_is_missed()
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.Sqlite, ("Modular:Jobs:Enabled", "true"));
        await Eventually.BecomesAsync("healthy", async () => (await JobsAsync())["status"]!.GetValue<string>());
        scripted.Shop.Services.GetRequiredService<IRecurringJobManager>().RemoveIfExists("send-refunds");
        var jobs = await JobsAsync();
        Assert.Equal(("degraded", "removed"), (jobs["status"]!.GetValue<string>(), jobs["data"]!["send-refunds"]!.GetValue<string>()));
        Assert.Single(jobs["data"]!.AsObject());

        async Task<System.Text.Json.Nodes.JsonNode> JobsAsync() => (await scripted.Shop.Web.GetTextAsync("/health/ready")).Json["checks"]!["jobs"]!;
    }

    [Fact]
    public async Task F19_a_sweep_that_fails_for_hours_is_told_and_its_work_is_still_due_afterwards()
    {
        // Hangfire gives a job up after ten retries.
        const int Retries = 10;
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql, ("Modular:Jobs:Enabled", "true"));
        var shop = scripted.Shop;
        var (orderNo, paymentNo) = await scripted.StartedAsync();
        scripted.Pay(paymentNo);
        await shop.RefuseAsync("payments_payments", "UPDATE OF next_check_at", "XX000");
        shop.Clock.Advance(TimeSpan.FromHours(6));
        var jobs = shop.Services.GetRequiredService<IBackgroundJobClient>();
        for (var run = 0; run <= Retries; run++)
        {
            jobs.Enqueue<Sweeps>(sweeps => sweeps.ConfirmPaymentsAsync(CancellationToken.None));
        }

        var failed = shop.Services.GetRequiredService<JobStorage>().GetMonitoringApi();
        await Eventually.BecomesAsync(true, () => Task.FromResult(failed.FailedCount() > Retries));

        // Operators see it, the payment waits, and everything else goes on; runs that found the payment held by another do not count.
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await Eventually.BecomesAsync(true, async () => (await shop.Web.GetTextAsync("/health/ready")).Text.Contains("confirm-payments", StringComparison.Ordinal));
        Assert.Equal(200, (await shop.Web.GetTextAsync("/health/ready")).Status);
        Assert.Equal("degraded", (await shop.Web.GetTextAsync("/health/ready")).Json["checks"]!["jobs"]!["status"]!.GetValue<string>());
        using var desk = await Desk.OfAsync(shop);
        Assert.Contains($"data-payment=\"{paymentNo}\"", await desk.PageAsync("/ops/payments"), StringComparison.Ordinal);
        Assert.Contains("ConfirmPayments", (await desk.GetAsync("/hangfire/jobs/failed")).Text.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromHours(6));
        Assert.InRange(await shop.AllowAsync("payments_payments"), Retries + 1, long.MaxValue);
        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);

        // It may have been settled by the job that closes orders, and then nothing is left to show that this one works again.
        shop.Clock.Advance(TimeSpan.FromSeconds(91));
        await Eventually.BecomesAsync("healthy", async () => (await shop.Web.GetTextAsync("/health/ready")).Json["checks"]!["jobs"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task F19_a_run_that_finds_the_work_held_by_another_does_not_hide_that_the_sweep_fails()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql, ("Modular:Jobs:Enabled", "true"));
        var shop = scripted.Shop;
        var (_, paymentNo) = await scripted.StartedAsync();
        await shop.RefuseAsync("payments_payments", "UPDATE OF next_check_at", "XX000");
        shop.Clock.Advance(TimeSpan.FromSeconds(16));
        var meter = shop.Services.GetRequiredService<ShopMeter>();
        await Eventually.BecomesAsync(true, () => Task.FromResult(meter.FailingSweeps.ContainsKey("confirm-payments")));

        await using (var connection = new NpgsqlConnection(shop.ConnectionString))
        {
            await connection.OpenAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var hold = new NpgsqlCommand("SELECT 1 FROM payments_payments WHERE payment_no = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = paymentNo } } };
            await hold.ExecuteNonQueryAsync(stop);
            await using var scope = shop.Services.CreateAsyncScope();
            Assert.Equal(0, await scope.ServiceProvider.GetRequiredService<Sweeps>().ConfirmPaymentsAsync(stop));
        }

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        var jobs = (await shop.Web.GetTextAsync("/health/ready")).Json["checks"]!["jobs"]!;
        Assert.Equal("degraded", jobs["status"]!.GetValue<string>());
        Assert.Contains("confirm-payments", jobs["data"]!.AsObject());
    }
}

using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.AlipayDirect;

/// <summary>Payments through Alipay's legacy gateway, from the shop's own door to the sandbox and back.</summary>
public sealed class DirectPayingTests(DirectPayingTests.LegacyShop fixture) : IClassFixture<DirectPayingTests.LegacyShop>
{
    private const string Hostile = "预订'庭院\"<客房>&镕 50%+1订单";

    public static TheoryData<string> Dialects => [AlipayDirectParty.Utf8, AlipayDirectParty.Gbk, AlipayDirectParty.Rsa];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_payment_whose_subject_has_every_hostile_character_is_paid_by_its_notification(string instance)
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(instance, Hostile);
        Assert.Equal((Hostile, "¥0.01"), (payment.Text("subject"), payment.Text("amount")));
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);

        await shop.PaidAsync(payment);

        Assert.Equal((200, "success", "ACKNOWLEDGED"), await shop.NotifiedAsync(payment));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(ReportSource.Notify, (await shop.PaymentRowAsync(payment.PaymentNo)).ConfirmedBy);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_payment_whose_notification_is_lost_is_paid_by_the_question_that_the_return_causes(string instance)
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(instance, Hostile);
        await shop.SilentAsync(payment.PaymentNo);
        var back = await shop.PaidAsync(payment);
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);

        var reply = await shop.Web.GetTextAsync(back);

        Assert.Equal((303, $"/orders/{payment.OrderNo}"), (reply.Status, reply.Location));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(ReportSource.Return, (await shop.PaymentRowAsync(payment.PaymentNo)).ConfirmedBy);
        Assert.Equal("accepted", (await shop.InboxRowAsync("", instance, "return", back.Split('?')[1]))?.Verdict);
    }

    [Fact]
    public async Task What_a_router_adds_to_a_return_does_not_break_it()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Gbk);
        await shop.SilentAsync(payment.PaymentNo);
        var back = await shop.PaidAsync(payment);

        var reply = await shop.Web.GetTextAsync(back.Replace("?", "?m=Home&c=Pay&", StringComparison.Ordinal) + "&a=back");

        Assert.Equal((303, $"/orders/{payment.OrderNo}"), (reply.Status, reply.Location));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
    }

    [Fact]
    public async Task What_a_router_adds_to_a_notification_does_not_break_it_and_the_doctor_agrees()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Utf8);
        await shop.SilentAsync(payment.PaymentNo);
        await shop.PaidAsync(payment);
        var routed = await RoutedAsync(shop, payment);

        Assert.Equal((200, "success"), await shop.NotifyAsync(routed, AlipayDirectParty.Utf8));

        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        var request = Convert.ToBase64String(System.Text.Encoding.Latin1.GetBytes($"POST /payments/{AlipayDirectParty.Utf8}/notify HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\n{routed}"));
        var diagnosis = await shop.Api.PostAsync("/api/diagnoses", new { provider = AlipayDirectParty.Utf8, request });
        Assert.Equal("valid", diagnosis.Json["verdict"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_return_that_is_older_than_a_minute_changes_nothing_and_is_kept_as_stale()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Utf8);
        await shop.SilentAsync(payment.PaymentNo, queryLagSeconds: 3600);
        var back = await shop.PaidAsync(payment);
        shop.Clock.Advance(TimeSpan.FromSeconds(61));

        var reply = await shop.Web.GetTextAsync(back);

        Assert.Equal(303, reply.Status);
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        var row = await shop.InboxRowAsync("", AlipayDirectParty.Utf8, "return", back.Split('?')[1]);
        Assert.Equal(("refused", "stale"), (row?.Verdict, row?.Reason));
    }

    [Fact]
    public async Task A_genuine_return_that_is_too_old_to_be_confirmed_has_the_payment_asked_about_by_the_sweep()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Utf8);
        await shop.SilentAsync(payment.PaymentNo);
        await shop.WaitLongAsync(payment.PaymentNo);
        var back = await shop.PaidAsync(payment);
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True((await shop.PaymentRowAsync(payment.PaymentNo)).NextCheckAt > shop.Clock.GetUtcNow());

        await shop.Web.GetTextAsync(back);

        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(ReportSource.Poll, (await shop.PaymentRowAsync(payment.PaymentNo)).ConfirmedBy);
    }

    [Theory]
    [InlineData("Hang")]
    [InlineData("Html")]
    [InlineData("Http500")]
    [InlineData("Empty")]
    [InlineData("SystemError")]
    public async Task A_notification_that_alipay_does_not_confirm_in_time_is_neither_believed_nor_acknowledged_and_the_sweep_pays(string kind)
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Gbk);
        await shop.FaultsAsync(new { gateway = AlipaySteps.Gateway(kind, "notify_verify") });

        await shop.PaidAsync(payment);

        var (status, body, state) = await shop.NotifiedAsync(payment);
        Assert.InRange(status, 500, 599);
        Assert.NotEqual("success", body);
        Assert.Equal("PENDING", state);
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(15));
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal(ReportSource.Poll, (await shop.PaymentRowAsync(payment.PaymentNo)).ConfirmedBy);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("invalid")]
    public async Task S01_a_notification_that_alipay_denies_is_refused(string word)
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Rsa);
        await shop.FaultsAsync(new { notify = new { notifyVerify = word }, trade = new { queryLagSeconds = 3600 } });

        await shop.PaidAsync(payment);

        Assert.Equal((400, "fail", "PENDING"), await shop.NotifiedAsync(payment));
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal("stale", await shop.ScalarAsync("SELECT reason FROM payments_inbox WHERE payment_no = @no AND verdict = 'refused'", ("no", payment.PaymentNo)));
    }

    [Fact]
    public async Task S01_whoever_stole_the_key_still_cannot_pay_with_it()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Utf8);
        var forged = AlipayDirectParty.Sign(AlipayDirectParty.PaidFields(payment.PaymentNo, "0.01"));

        var answer = await shop.NotifyAsync(forged, AlipayDirectParty.Utf8);

        Assert.Equal((400, "fail"), answer);
        await shop.AssertUntouchedAsync(payment.OrderNo, payment.PaymentNo);
        Assert.Equal("stale", (await shop.InboxRowAsync(forged, AlipayDirectParty.Utf8))?.Reason);
    }

    [Theory]
    [InlineData("total_fee", "9.99")]
    [InlineData("seller_id", "2088000000000099")]
    public async Task S05_a_notification_about_another_amount_or_seller_pays_nothing(string field, string value)
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Gbk);
        await shop.FaultsAsync(new { notify = new { resignTampered = new Dictionary<string, string> { [field] = value } }, trade = new { queryLagSeconds = 3600 } });

        await shop.PaidAsync(payment);

        await shop.NotifiedAsync(payment);
        Assert.Equal("pending", await shop.OrderStatusAsync(payment.OrderNo));
        Assert.Equal(0, await shop.EventsAsync("order.paid", payment.OrderNo));
    }

    [Fact]
    public async Task A_payment_of_the_basic_product_is_finished_and_counts_as_paid()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Basic);

        await shop.PaidAsync(payment);

        Assert.Equal((200, "success", "ACKNOWLEDGED"), await shop.NotifiedAsync(payment));
        Assert.Equal("TRADE_FINISHED", await shop.TradeStatusAsync(payment.PaymentNo));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
    }

    [Fact]
    public async Task A_payment_that_is_finished_later_stays_paid_once()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Gbk);
        await shop.PaidAsync(payment);
        Assert.Equal("ACKNOWLEDGED", (await shop.NotifiedAsync(payment)).State);

        await shop.StepAsync(payment.PaymentNo, "finish");

        await Eventually.BecomesAsync("2", () => shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox WHERE payment_no = @no AND verdict = 'accepted'", ("no", payment.PaymentNo)));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
    }

    [Fact]
    public async Task Where_phishing_is_fought_each_start_fetches_a_key_and_one_that_is_too_old_is_refused()
    {
        var shop = await fixture.FreshAsync();
        var orderNo = await shop.PlaceOrderAsync();
        var started = await shop.StartDirectAsync(orderNo, AlipayDirectParty.Careful);
        shop.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("ILLEGAL_ANTI_PHISHING_KEY", (await shop.GoAsync(orderNo, started)).Text("error-code"));

        var again = await shop.StartDirectAsync(orderNo, AlipayDirectParty.Careful);
        Assert.Equal(started["paymentNo"]!.GetValue<string>(), again["paymentNo"]!.GetValue<string>());
        var payment = await shop.GoAsync(orderNo, again);
        Assert.True(payment.Text("login") is not null, payment.Cashier);
        await shop.PaidAsync(payment);

        Assert.Equal("ACKNOWLEDGED", (await shop.NotifiedAsync(payment)).State);
        await shop.AssertPaidOnceAsync(orderNo, payment.PaymentNo);
    }

    [Fact]
    public async Task Where_the_contract_has_no_time_limits_payments_are_paid_without_one()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Plain);

        await shop.PaidAsync(payment);

        Assert.Equal((200, "success", "ACKNOWLEDGED"), await shop.NotifiedAsync(payment));
        await shop.AssertPaidOnceAsync(payment.OrderNo, payment.PaymentNo);
    }

    [Fact]
    public async Task Where_the_contract_has_no_time_limits_the_shop_ends_the_payment_itself()
    {
        var shop = await fixture.FreshAsync();
        var payment = await shop.AtCashierAsync(AlipayDirectParty.Plain);
        await shop.StepAsync(payment.PaymentNo, "open");
        shop.Clock.Advance(TimeSpan.FromMinutes(31));

        // Nothing but the shop's own closing ends it: a day later it would still take money.
        Assert.Equal("WAIT_BUYER_PAY", await shop.TradeStatusAsync(payment.PaymentNo));
        await shop.SendAsync(new CloseOrders.Command());

        Assert.Equal(
            ("closed", "closed", "TRADE_CLOSED"),
            (await shop.OrderStatusAsync(payment.OrderNo), await shop.PaymentStatusAsync(payment.PaymentNo), await shop.TradeStatusAsync(payment.PaymentNo)));
    }

    [Fact]
    public async Task An_expired_order_closes_here_and_at_the_gateway()
    {
        var shop = await fixture.FreshAsync();
        var orderNo = await shop.PlaceOrderAsync();
        var started = await shop.StartDirectAsync(orderNo, AlipayDirectParty.Gbk);

        // The gateway counts from here, so that its own end comes after the order's.
        shop.Clock.Advance(TimeSpan.FromMinutes(5));
        var payment = await shop.GoAsync(orderNo, started);
        await shop.StepAsync(payment.PaymentNo, "open");
        shop.Clock.Advance(TimeSpan.FromMinutes(25));

        await shop.SendAsync(new CloseOrders.Command());

        Assert.Equal(("closed", "closed", "TRADE_CLOSED"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(payment.PaymentNo), await shop.TradeStatusAsync(payment.PaymentNo)));
        Assert.Equal((1, 0), (await shop.EventsAsync("order.closed", orderNo), await shop.EventsAsync("order.paid", orderNo)));
    }

    /// <summary>The payment's notification, whose delivery was lost, as a router in between hands it on.</summary>
    private static async Task<string> RoutedAsync(TestShop shop, DirectPayment payment)
    {
        using var response = await shop.Sandbox.GetAsync(new Uri($"/sandbox/notifications?outTradeNo={payment.PaymentNo}", UriKind.Relative), TestContext.Current.CancellationToken);
        var fields = Assert.Single((await TestShop.JsonAsync(response, 200)).AsArray())!["fields"]!.AsObject()
            .Where(field => field.Key is not ("sign" or "sign_type"))
            .ToDictionary(field => field.Key, field => field.Value!.GetValue<string>());
        return $"m=Home&c=Pay&{AlipayDirectParty.Sign(fields)}&a=notify&s=";
    }

    /// <summary>A shop with the legacy gateway; its tests run one after the other, because they move the clock and make the sandbox misbehave.</summary>
    public sealed class LegacyShop : IAsyncLifetime
    {
        private TestShop shop = null!;

        public async ValueTask InitializeAsync() => shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });

        /// <summary>The shop, with nothing going wrong.</summary>
        public async Task<TestShop> FreshAsync()
        {
            await shop.FaultsAsync(new { });
            return shop;
        }

        public ValueTask DisposeAsync() => shop.DisposeAsync();
    }
}

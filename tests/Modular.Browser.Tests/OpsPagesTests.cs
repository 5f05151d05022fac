using System.Globalization;
using Microsoft.Playwright;
using Modular.Payments;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class OpsPagesTests(Surroundings surroundings)
{
    public static TheoryData<string> Sizes => ["phone", "desktop"];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Every_page_of_the_operators_fits_and_is_quiet(string size)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:Refunds:ConfirmAbove"] = "20000" },
        });
        var (orderNo, paymentNo) = await PaidAsync(shop, "courtyard-room", "368.00");
        var (heldOrder, _) = await PaidAsync(shop, "courtyard-room", "367.00");
        await shop.StartedAsync("lakeside-studio", "qr");
        var (forgedOrder, forged) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(forged, "0.01"), shop.Alipay.AppKey));
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields("NOBODYKNOWS", "0.01")));
        await shop.SendAsync(new RefundPayment.Command(paymentNo, Payments.Abstractions.Money.Cny(6800), "少住一晚", RefundOrigin.Api, "key-0"));
        await shop.SendAsync(new RefundPayment.Command(paymentNo, Payments.Abstractions.Money.Cny(30000), "客人取消了行程，全额退还房费", RefundOrigin.Api, "key-0"));
        var refundNo = await shop.ScalarAsync("SELECT refund_no FROM payments_refunds WHERE status = 'awaiting_approval'");
        await shop.ScalarAsync("UPDATE payments_refunds SET needs_attention = true, status_reason = 'refund_abnormal', status_detail = 'The provider cannot give the money back by itself (a closed card or account).' WHERE status = 'processing'");
        await shop.SendAsync(new Kernel.Outbox.DispatchEvents());
        var day = await DayAsync(shop);

        await using var person = await surroundings.VisitAsync($"ops-{size}", size == "phone" ? Browsers.Phone : Browsers.Desktop, shop);
        await person.GoAsync("/ops");
        await person.Page.Locator("#name").FillAsync("olivia");
        await person.Page.Locator("#password").FillAsync(TestShop.OperatorPassword);
        await person.Page.Locator("#sign-in").ClickAsync();
        await person.Page.WaitForURLAsync("**/ops");

        foreach (var (name, path) in new[]
        {
            ("home", "/ops"), ("payments", "/ops/payments"), ("exceptions", "/ops/exceptions"), ("refunds", "/ops/refunds"), ("refund", $"/ops/refunds/{refundNo}"),
            ("reconciliation", "/ops/reconciliation"), ("day", $"/ops/reconciliation/alipay/{day}"), ("inbox", "/ops/inbox"), ("confirmations", "/ops/confirmations"),
            ("diagnose", "/ops/diagnose"), ("preflight", "/ops/preflight"), ("audit", "/ops/audit"), ("trail", "/ops/audit-trail"), ("search", "/ops/search?q=NOBODYKNOWS"),
            ("order", $"/ops/orders/{orderNo}"), ("order-held", $"/ops/orders/{heldOrder}"), ("order-refused", $"/ops/orders/{forgedOrder}"),
            ("ask-refund", $"/ops/payments/{(await HeldPaymentAsync(shop))}/refund"),
        })
        {
            Assert.Equal(200, (await person.GoAsync(path))!.Status);
            await Expect(person.Page.Locator(".ops-nav")).ToBeVisibleAsync();
            await person.FitsAsync();
            await person.ShotAsync(name);
        }

        // A search, an action with its confirmation, and the trail that tells of it.
        await person.Page.Locator("#ops-search input").FillAsync(heldOrder);
        await person.Page.Locator("#ops-search button").ClickAsync();
        await person.Page.WaitForURLAsync($"**/ops/orders/{heldOrder}");
        await person.Page.Locator("[data-act=accept] summary").ClickAsync();
        await person.ShotAsync("accepting");
        await person.Page.Locator("[data-act=accept] button").ClickAsync();
        await Expect(person.Page.Locator("#result")).ToHaveAttributeAsync("data-result", "accept_accepted");
        Assert.Equal("paid", await shop.OrderStatusAsync(heldOrder));
        await person.GoAsync("/ops/audit-trail");
        await Expect(person.Page.Locator("#trail [data-what=held_accepted]")).ToHaveCountAsync(1);
        await person.ShotAsync("trail-after");
        await person.GoAsync("/ops/audit");
        await person.Page.Locator("#run-audit").ClickAsync();
        await Expect(person.Page.Locator("#findings")).ToBeVisibleAsync();
        await person.FitsAsync();
        await person.ShotAsync("audited");
        person.SawNoTrouble();
    }

    private static async Task<(string OrderNo, string PaymentNo)> PaidAsync(TestShop shop, string sku, string yuan)
    {
        var started = await shop.StartedAsync(sku);
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(started.PaymentNo, yuan))));
        return started;
    }

    private static Task<string?> HeldPaymentAsync(TestShop shop) => shop.ScalarAsync("SELECT payment_no FROM payments_payments WHERE status = 'held'");

    /// <summary>A day whose bill was compared, as the rows tell it.</summary>
    private static async Task<string> DayAsync(TestShop shop)
    {
        var day = shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var now = shop.Clock.GetUtcNow().UtcTicks;
        await shop.ScalarAsync(
            """
            INSERT INTO payments_reconciliations (provider, day, status, lines, matched, fees_minor, currency, counts, requested_at, finished_at, tries, run)
            VALUES ('alipay', @day, 'done', 12, 10, 221, 'CNY', '{"amount":1,"missing_here":1}', @now, @now, 1, 1);
            INSERT INTO payments_differences (reconciliation_id, class, subject, payment_no, provider_trade_no, currency, there_minor, there_state, there_at, remedy, found_at, run)
            VALUES (1, 'missing_here', 'x', 'FOREIGN1', '2026112222001445678901234567', 'CNY', 500, '交易', @now, 'open', @now, 1),
                   (1, 'amount', 'y', (SELECT payment_no FROM payments_payments WHERE status = 'held'), NULL, 'CNY', 36800, '交易', @now, 'open', @now, 1)
            """,
            ("day", day), ("now", now));
        return day;
    }
}

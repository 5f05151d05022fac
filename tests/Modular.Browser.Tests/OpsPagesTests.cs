using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Webhooks;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed partial class OpsPagesTests(Surroundings surroundings)
{
    private const string Subject = "预订庭院客房订单";
    private const string ShortStay = "少住一晚";
    private const string Cancelled = "客人取消了行程，全额退还房费";

    // A secret of webhooks, in the way of Standard Webhooks.
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    public static TheoryData<string> Looks => ["phone", "desktop", "phone-english", "dark-english"];

    private static BrowserNewContextOptions Browser(string look) => look switch
    {
        "phone" => Browsers.Phone,
        "phone-english" => new(Browsers.Phone) { Locale = "en-US" },
        "dark-english" => new(Browsers.English) { ColorScheme = ColorScheme.Dark },
        _ => Browsers.Desktop,
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_of_the_operators_fits_is_quiet_and_readable(string look)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, message) => Receiver.AnswerAsync(context, message.Type == "order.paid" ? 500 : 204, "no room");
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?>
            {
                ["Modular:Refunds:ConfirmAbove"] = "20000",
                ["Modular:Webhooks:erp:Url"] = receiver.Address.ToString(), ["Modular:Webhooks:erp:Secret"] = Secret,
                ["Modular:Webhooks:old:Url"] = receiver.Address.ToString(),
                ["Modular:Providers:broken:Plugin"] = "Modular.Payments.Alipay",
            },
        });
        var (orderNo, paymentNo) = await PaidAsync(shop, "courtyard-room", "368.00");
        var (heldOrder, _) = await PaidAsync(shop, "courtyard-room", "367.00");
        var (_, waiting) = await shop.StartedAsync("lakeside-studio", "qr");
        var (forgedOrder, forged) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(forged, "0.01"), shop.Alipay.AppKey));
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields("NOBODYKNOWS", "0.01")));
        await shop.SendAsync(new RefundPayment.Command(paymentNo, Payments.Abstractions.Money.Cny(6800), ShortStay, RefundOrigin.Api, "key-0"));
        await shop.SendAsync(new RefundPayment.Command(paymentNo, Payments.Abstractions.Money.Cny(30000), Cancelled, RefundOrigin.Api, "key-0"));
        var refundNo = await shop.ScalarAsync("SELECT refund_no FROM payments_refunds WHERE status = 'awaiting_approval'");
        var abnormal = await shop.ScalarAsync("UPDATE payments_refunds SET needs_attention = true, status_reason = 'refund_abnormal', status_detail = 'The provider cannot give the money back by itself (a closed card or account).' WHERE status = 'processing' RETURNING refund_no");
        await shop.ScalarAsync("UPDATE payments_payments SET last_checked_at = created_at, check_count = 1, last_answer = 'The provider did not answer in time.', unknown_since = created_at WHERE payment_no = @no", ("no", waiting));
        await shop.SendAsync(new Kernel.Outbox.DispatchEvents());
        await shop.SendAsync(new SendDeliveries.Command());
        var delivery = await shop.ScalarAsync("SELECT MIN(id) FROM webhooks_deliveries WHERE status = 'pending'");
        var refused = await shop.ScalarAsync("SELECT id FROM payments_inbox WHERE cause IS NOT NULL");
        var day = await DayAsync(shop);

        // All that is wrong is told at once.
        var faults = new List<string>();
        await using var person = await surroundings.VisitAsync($"ops-{look}", Browser(look), shop);
        await person.GoAsync("/ops");
        await ShowsAsync("#sign-in", "login");
        await person.FillLoginAsync("olivia", TestShop.OperatorPassword);
        await person.Page.ArrivesAtAsync("**/ops");

        foreach (var (name, path) in new[]
        {
            ("home", "/ops"), ("payments", "/ops/payments"), ("exceptions", "/ops/exceptions"), ("refunds", "/ops/refunds"), ("refund", $"/ops/refunds/{refundNo}"),
            ("refund-abnormal", $"/ops/refunds/{abnormal}"), ("refunds-attention", "/ops/refunds?show=attention"),
            ("reconciliation", "/ops/reconciliation"), ("day", $"/ops/reconciliation/alipay/{day}"), ("inbox", "/ops/inbox"), ("message", $"/ops/inbox/{refused}"),
            ("confirmations", "/ops/confirmations"), ("webhooks", "/ops/webhooks"), ("webhooks-nothing", "/ops/webhooks?status=given_up"), ("delivery", $"/ops/webhooks/{delivery}"),
            ("diagnose", "/ops/diagnose"), ("diagnose-message", $"/ops/diagnose?message={refused}"), ("preflight", "/ops/preflight"), ("audit", "/ops/audit"), ("trail", "/ops/audit-trail"),
            ("search", "/ops/search"), ("search-nothing", "/ops/search?q=NOBODYKNOWS"), ("order", $"/ops/orders/{orderNo}"), ("order-held", $"/ops/orders/{heldOrder}"),
            ("order-refused", $"/ops/orders/{forgedOrder}"), ("ask-refund", $"/ops/payments/{await HeldPaymentAsync(shop)}/refund"),
        })
        {
            await SeesAsync(name, path);
        }

        // What the pages show after their buttons.
        await person.GoAsync($"/ops/diagnose?message={refused}");
        await person.Page.Locator("#diagnose-message button").ClickAsync();
        await ShowsAsync("#diagnosis", "diagnosed");
        await person.GoAsync("/ops/preflight");
        await person.Page.Locator("#instances button").First.ClickAsync();
        await ShowsAsync("#found", "preflighted");
        await person.GoAsync($"/ops/payments/{await HeldPaymentAsync(shop)}/refund");
        await person.Page.Locator("#reason").FillAsync(ShortStay);
        await person.Page.Locator("#ask button").ClickAsync();
        await ShowsAsync("#confirm", "ask-refund-confirm");
        await person.GoAsync("/ops/reconciliation");
        await person.Page.Locator("#ask-day summary").ClickAsync();
        await ShowsAsync("#ask-day form", "reconciliation-ask");
        await person.GoAsync("/ops/webhooks");
        await person.Page.Locator("[data-endpoint=erp] [data-act=pause] summary").ClickAsync();
        await ShowsAsync("[data-endpoint=erp] [data-action=pause]", "webhooks-pause");

        // A search, an action with its confirmation, and the trail that tells of it.
        await person.Page.Locator("#ops-search input").FillAsync(heldOrder);
        await person.Page.Locator("#ops-search button").ClickAsync();
        await person.Page.ArrivesAtAsync($"**/ops/orders/{heldOrder}");
        await person.Page.Locator("[data-act=accept] summary").ClickAsync();
        await ShowsAsync("[data-act=accept] button", "accepting");
        await person.Page.Locator("[data-act=accept] button").ClickAsync();
        await Expect(person.Page.Locator("#result")).ToHaveAttributeAsync("data-result", "accept_accepted");
        Assert.Equal("paid", await shop.OrderStatusAsync(heldOrder));
        await person.GoAsync("/ops/audit-trail");
        await Expect(person.Page.Locator("#trail [data-what=held_accepted]")).ToHaveCountAsync(1);
        await ShowsAsync("#trail", "trail-after");
        await SeesAsync("order-accepted", $"/ops/orders/{heldOrder}");
        await person.GoAsync("/ops/audit");
        await person.Page.Locator("#run-audit").ClickAsync();
        await ShowsAsync("#findings", "audited");

        // A refund that somebody made at the provider.
        await person.GoAsync($"/ops/reconciliation/alipay/{day}");
        await person.Page.Locator("[data-act=book] summary").ClickAsync();
        await ShowsAsync("[data-act=book] button", "booking");
        await person.Page.Locator("[data-act=book] button").ClickAsync();
        await Expect(person.Page.Locator("#result")).ToHaveAttributeAsync("data-result", "book_booked");
        await ShowsAsync("#result", "booked");
        Assert.Equal("partially_refunded", await shop.OrderStatusAsync(heldOrder));

        // Hangfire's own pages, with the ways back and the figures that the shop adds to them.
        foreach (var (name, path) in new[] { ("dashboard", "/hangfire"), ("dashboard-recurring", "/hangfire/recurring") })
        {
            Assert.Equal(200, (await person.GoAsync(path))!.Status);
            await Expect(person.Page.Locator(".navbar a[href='/ops/exceptions']")).ToHaveCountAsync(1);
            await person.ShotAsync(name);
        }

        person.SawNoTrouble();
        Assert.True(faults.Count == 0, string.Join('\n', faults.Distinct()));

        async Task SeesAsync(string name, string path)
        {
            Assert.Equal(200, (await person.GoAsync(path))!.Status);
            await ShowsAsync(".ops-nav", name);
        }

        async Task ShowsAsync(string selector, string name)
        {
            await Expect(person.Page.Locator(selector)).ToBeVisibleAsync();
            await person.ShotAsync(name);
            await person.FitsAsync();
            faults.AddRange(await FaultsAsync(person, look));
        }
    }

    [Fact]
    public async Task No_link_of_the_operators_pages_is_dead()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        var (orderNo, paymentNo) = await PaidAsync(shop, "courtyard-room", "368.00");
        await PaidAsync(shop, "courtyard-room", "367.00");
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields("NOBODYKNOWS", "0.01")));
        await shop.SendAsync(new RefundPayment.Command(paymentNo, Payments.Abstractions.Money.Cny(6800), ShortStay, RefundOrigin.Api, "key-0"));
        await DayAsync(shop);
        await using var person = await surroundings.VisitAsync("ops-links", Browsers.Desktop, shop);
        await person.SignInAsync("victor", "/ops");

        var (seen, ahead) = (new HashSet<string> { "/ops" }, new Queue<string>(["/ops"]));
        while (ahead.TryDequeue(out var path))
        {
            await using var answer = await person.Context.APIRequest.GetAsync(new Uri(shop.Address, path).ToString());
            Assert.True(answer.Status == 200, $"{path} answered {answer.Status}.");
            foreach (Match link in Links().Matches(await answer.TextAsync()))
            {
                var next = System.Net.WebUtility.HtmlDecode(link.Groups[1].Value).Split('#')[0];
                if (next.StartsWith("/ops", StringComparison.Ordinal) && seen.Add(next))
                {
                    ahead.Enqueue(next);
                }
            }
        }

        Assert.Contains($"/ops/orders/{orderNo}", seen);
        Assert.InRange(seen.Count, 25, 200);
    }

    /// <summary>What a person would be ashamed of and a machine can see.</summary>
    private static async Task<IReadOnlyList<string>> FaultsAsync(Visitor person, string look)
    {
        var faults = await person.Page.EvaluateAsync<string[]>(
            """
            () => {
              const faults = [];
              const shown = (e) => e.checkVisibility() && e.getClientRects().length > 0;
              const words = (root) => {
                const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
                while (walker.nextNode()) {
                  const parent = walker.currentNode.parentElement;
                  if (walker.currentNode.data.trim() && shown(parent)) found.push([walker.currentNode.data.trim(), parent]);
                }
                return found;
              };
              const rgb = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
              const light = ({ r, g, b }) => [r, g, b].map((c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
              const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.a === 1) return c; } return { r: 255, g: 255, b: 255 }; };
              for (const [text, e] of words(document.body)) {
                if (!e.closest("code, pre, body [lang], .fact-list dd, option") && /[a-z]_[a-z]/.test(text)) faults.push(`raw word: ${text}`);
                if (e.closest(":disabled, option, .skip")) continue;
                const style = getComputedStyle(e), [a, b] = [light(rgb(style.color)), light(ground(e))];
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${text}`);
              }
              document.querySelectorAll("table").forEach((table) => { if (!table.querySelector("thead th[scope=col]")) faults.push(`table without heads: ${table.id}`); });
              document.querySelectorAll("main a, main button, main summary").forEach((e) => { if (shown(e) && !(e.ariaLabel || e.innerText).trim()) faults.push(`nameless: ${e.outerHTML}`); });
              document.querySelectorAll("main input:not([type=hidden]), main select, main textarea").forEach((e) => { if (!e.labels.length && !e.ariaLabel) faults.push(`unlabelled: ${e.outerHTML}`); });
              document.querySelectorAll(".scroll").forEach((e) => { if (e.scrollWidth > e.clientWidth) faults.push(`table wider than its place: ${e.scrollWidth} > ${e.clientWidth}`); });
              document.querySelectorAll("main .card").forEach((card) => card.querySelectorAll("*").forEach((e) => {
                if (shown(e) && !e.closest("pre, .scroll") && e.getBoundingClientRect().right > card.getBoundingClientRect().right + 1) faults.push(`sticks out: ${e.outerHTML.slice(0, 120)}`);
              }));
              return faults;
            }
            """);
        var found = faults.Select(fault => $"{person.Page.Url}: {fault}").ToList();
        if (look.EndsWith("english", StringComparison.Ordinal))
        {
            var text = await person.Page.Locator("main").InnerTextAsync();
            foreach (var data in new[] { Subject, ShortStay, Cancelled, "预订一分钱测试订单", "交易" })
            {
                text = text.Replace(data, "", StringComparison.Ordinal);
            }

            found.AddRange(Chinese().Matches(text).Select(it => $"{person.Page.Url}: Chinese on an English page: {it.Value}"));
        }

        return found;
    }

    [GeneratedRegex("<a [^>]*href=\"([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex("[\\u4e00-\\u9fff].*")]
    private static partial Regex Chinese();

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
            VALUES ('alipay', @day, 'done', 12, 10, 221, 'CNY', '{"amount":1,"missing_here":1,"refund":1}', @now, @now, 1, 1);
            INSERT INTO payments_differences (reconciliation_id, class, subject, payment_no, refund_no, provider_trade_no, currency, there_minor, there_state, there_at, remedy, found_at, run)
            VALUES (1, 'missing_here', 'x', 'FOREIGN1', NULL, '2026112222001445678901234567', 'CNY', 500, '交易', @now, 'open', @now, 1),
                   (1, 'amount', 'y', (SELECT payment_no FROM payments_payments WHERE status = 'held'), NULL, NULL, 'CNY', 36800, '交易', @now, 'open', @now, 1),
                   (1, 'refund', (SELECT payment_no FROM payments_payments WHERE status = 'held') || '/5030000', (SELECT payment_no FROM payments_payments WHERE status = 'held'), '5030000', NULL, 'CNY', 1200,
                    '交易', @now, 'open', @now, 1)
            """,
            ("day", day), ("now", now));
        return day;
    }
}

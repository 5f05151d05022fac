using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>PostgreSQL stores no U+0000. Whoever sends one is refused; nothing fails, and nothing changes.</summary>
public sealed class UnstorableTextTests
{
    private const string Text = "a%00b";

    [Fact]
    public async Task An_address_with_text_that_no_row_can_hold_is_refused()
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var (orderNo, _) = await scripted.PaidAsync();
        using var desk = await Desk.OfAsync(scripted.Shop);
        foreach (var query in new[] { "search?q", "inbox?number", "inbox?verdict", "inbox?instance", "inbox?from", "inbox?until", "inbox?cause", "webhooks?endpoint", "webhooks?status", "webhooks?orderNo", "audit-trail?who", "audit-trail?what", "audit-trail?subject", "refunds?show", "refunds?before", $"orders/{orderNo}?result", "diagnose?instance" })
        {
            Assert.Equal((query, 400), (query, (await desk.GetAsync($"/ops/{query}={Text}")).Status));
        }

        Assert.Equal(400, (await scripted.Shop.Api.GetTextAsync($"/api/webhooks/deliveries?endpoint={Text}")).Status);
        Assert.Equal(400, (await scripted.Shop.Api.GetTextAsync($"/api/webhooks/deliveries?orderNo={Text}")).Status);
        foreach (var path in new[] { "/api/orders/", "/api/payments/", "/api/refunds/", $"/api/reconciliations/{scripted.First}/", "/payments/", "/orders/" })
        {
            Assert.InRange((await scripted.Shop.Api.GetTextAsync(path + Text)).Status, 400, 404);
        }

        // What comes from a provider is the plugin's to judge, and kept.
        Assert.InRange((await scripted.Shop.Web.GetTextAsync($"/payments/{scripted.First}/return?out_trade_no={Text}")).Status, 200, 404);
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox WHERE verdict = 'refused'"));
    }

    [Fact]
    public async Task A_form_with_text_that_no_row_can_hold_is_refused_and_changes_nothing()
    {
        await using var scripted = await ScriptedShop.StartAsync(Stores.PostgreSql);
        var (_, paymentNo) = await scripted.PaidAsync();
        scripted.Says = words => words[0] == "refund" ? "rejected USER_ACCOUNT_ABNORMAL" : null;
        var refundNo = await scripted.RefundNoAsync(paymentNo, 100);
        Assert.Equal(1, await scripted.SweepAsync());
        using var desk = await Desk.OfAsync(scripted.Shop);
        var entries = await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail");

        foreach (var (path, field) in new[] { ($"/ops/refunds/{refundNo}?handler=DealWith", "note"), ($"/ops/refunds/{refundNo}?handler=Finish", "theirs"), ("/ops/preflight", "instance"), ("/ops/webhooks?handler=Pause", "endpoint"), ("/ops/reconciliation", "provider"), ("/ops/diagnose", "request"), ($"/ops/payments/{paymentNo}/refund?handler=Take", "reason"), ($"/ops/payments/{paymentNo}/refund?handler=Take", "key") })
        {
            (string, string?)[] form = [("amount", "1"), ("reason", "x"), ("key", "k"), ("provider", scripted.First), ("date", "2026-01-01"), ("done", "true"), ("looked", "true")];
            Assert.Equal((path, field, 400), (path, field, (await desk.PostAsync(path, [.. form.Where(pair => pair.Item1 != field), (field, "a\0b")])).Status));
        }

        Assert.Equal(entries, await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail"));
        Assert.Equal("t", (await scripted.Shop.ScalarAsync("SELECT needs_attention::text FROM payments_refunds WHERE refund_no = @no", ("no", refundNo)))![..1]);
        Assert.Equal("1", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_refunds"));
    }
}

using System.Security.Cryptography;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Coming back from the cashier proves nothing: it only makes the shop ask.</summary>
public sealed class HandleReturnTests(OwnShops shops) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task S20_a_genuine_signed_return_settles_nothing_and_the_query_that_it_causes_does(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, back) = await PaidInSilenceAsync(shop, queryLagSeconds: 60);

        var early = await shop.Web.GetTextAsync(back);
        Assert.Equal((303, $"/orders/{orderNo}"), (early.Status, early.Location));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        var late = await shop.Web.GetTextAsync(back);
        Assert.Equal((303, $"/orders/{orderNo}"), (late.Status, late.Location));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Return, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
        Assert.Equal((2, "accepted"), ((await RowAsync(shop, back))!.Copies, (await RowAsync(shop, back))!.Verdict));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R12_a_stranger_who_replays_a_return_sees_nothing_behind_the_redirect(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, _, back) = await PaidInSilenceAsync(shop);

        var redirect = await shop.Web.GetTextAsync(back);

        Assert.Equal($"/orders/{orderNo}", redirect.Location);
        Assert.False(redirect.Headers.Contains("Set-Cookie"));
        Assert.Equal(404, (await shop.Web.GetTextAsync(redirect.Location!)).Status);
        Assert.Equal(404, (await shop.Web.GetTextAsync(redirect.Location + "/events")).Status);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task S20_a_forged_return_leads_nowhere_and_is_kept(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, back) = await PaidInSilenceAsync(shop);
        var (otherOrder, other) = await shop.StartedAsync("loft-suite");
        using var stranger = RSA.Create(2048);
        var fields = ReturnFields(paymentNo);
        var wrongApp = ReturnFields(paymentNo);
        wrongApp["app_id"] = "2021000000000009";
        (string Query, string Reason)[] forgeries =
        [
            (back.Split('?')[1].Replace(paymentNo, other, StringComparison.Ordinal), "wrong_signature"),
            (back.Split('?')[1] + "&total_amount=699.00", "malformed"),
            (AlipayParty.Form(fields), "missing_signature"),
            (shop.Alipay.Sign(fields, stranger), "wrong_signature"),
            (shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")), "not_for_here"),
            (shop.Alipay.Sign(wrongApp), "wrong_account"),
        ];

        foreach (var (query, reason) in forgeries)
        {
            var reply = await shop.Web.GetTextAsync("/payments/alipay/return?" + query);

            Assert.Equal((303, "/pay/returned?state=refused"), (reply.Status, reply.Location));
            var row = await shop.InboxRowAsync("", kind: "return", query: query);
            Assert.Equal(("refused", reason), (row?.Verdict, row?.Reason));
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        await shop.AssertUntouchedAsync(otherOrder, other);
    }

    [Fact]
    public async Task A_return_without_anything_or_to_nowhere_is_answered_politely()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);

        var bare = await shop.Web.GetTextAsync("/payments/alipay/return");
        Assert.Equal((303, "/pay/returned?state=refused"), (bare.Status, bare.Location));
        Assert.Equal(404, (await shop.Web.GetTextAsync("/payments/nobody/return?out_trade_no=1")).Status);

        var unknown = await shop.Web.GetTextAsync("/payments/alipay/return?" + shop.Alipay.Sign(ReturnFields("0123456789ABCDEFGHJKMNPQRS")));
        Assert.Equal((303, "/pay/returned?state=refused"), (unknown.Status, unknown.Location));
    }

    [Fact]
    public async Task W04_a_return_leads_only_to_pages_of_this_shop()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (orderNo, _, back) = await PaidInSilenceAsync(shop);

        foreach (var suffix in new[] { "&next=https://evil.example", "&return_url=//evil.example", "#//evil.example" })
        {
            var reply = await shop.Web.GetTextAsync(back + suffix, ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"));
            Assert.True(reply.Location == $"/orders/{orderNo}" || reply.Location == "/pay/returned?state=refused", reply.Location);
        }
    }

    private static SortedDictionary<string, string> ReturnFields(string paymentNo) => new(StringComparer.Ordinal)
    {
        ["app_id"] = AlipayParty.AppId,
        ["auth_app_id"] = AlipayParty.AppId,
        ["charset"] = "utf-8",
        ["method"] = "alipay.trade.page.pay.return",
        ["out_trade_no"] = paymentNo,
        ["seller_id"] = AlipayParty.SellerId,
        ["timestamp"] = "2026-11-25 20:00:03",
        ["total_amount"] = "0.01",
        ["trade_no"] = "2026112522001400000000000001",
        ["version"] = "1.0",
    };

    private static Task<InboxMessage?> RowAsync(TestShop shop, string back) => shop.InboxRowAsync("", kind: "return", query: back.Split('?')[1]);

    private static async Task<(string OrderNo, string PaymentNo, string Back)> PaidInSilenceAsync(TestShop shop, double? queryLagSeconds = 3600)
    {
        var orderNo = await shop.PlaceOrderAsync();
        var started = await shop.StartPaymentAsync(orderNo);
        var paymentNo = started["paymentNo"]!.GetValue<string>();
        await shop.GoToCashierAsync(started);
        await shop.SilentAsync(paymentNo, queryLagSeconds: queryLagSeconds);
        var paid = await shop.StepAsync(paymentNo, "pay");
        return (orderNo, paymentNo, new Uri(paid["returnUrl"]!.GetValue<string>()).PathAndQuery);
    }
}

using System.Text.Json.Nodes;
using Modular.Ordering;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using static Modular.Tests.WeChat.WeChatSteps;

namespace Modular.Tests.WeChat;

/// <summary>Both generations of WeChat Pay take an order to paid, over the real plugins and the sandbox.</summary>
public sealed class WeChatPayingTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private static readonly string[] JsapiNames = ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"];
    private static readonly string[] AppNames = ["appid", "noncestr", "package", "partnerid", "prepayid", "sign", "timestamp"];

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task A_scanned_code_is_paid_and_the_notification_settles_it(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, action) = await shop.WeChatPaymentAsync(instance);
        Assert.Equal("qr", action["type"]!.GetValue<string>());
        Assert.StartsWith("weixin://wxpay/bizpayurl", action["content"]!.GetValue<string>(), StringComparison.Ordinal);

        await shop.StepAsync(paymentNo, "pay");

        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Notify, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
    }

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task F20_without_notifications_the_sweep_settles_it(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        await shop.SilentAsync(paymentNo);
        await shop.StepAsync(paymentNo, "pay");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        shop.Clock.Advance(TimeSpan.FromSeconds(15));
        await shop.SendAsync(new ConfirmPayments.Command());

        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Poll, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task Inside_WeChat_the_payer_must_be_known_and_the_bridges_parameters_are_exactly_the_documented_ones(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orderNo = await shop.PlaceOrderAsync();
        var without = await shop.StartWeChatAsync(orderNo, instance, "wechat", openId: null);
        Assert.Equal(400, without.Status);
        Assert.Contains("open_id_required", without.Text, StringComparison.Ordinal);

        var reply = await shop.StartWeChatAsync(orderNo, instance, "wechat");
        Assert.Equal(201, reply.Status);
        var action = reply.Json["action"]!;
        Assert.Equal(("invoke", "wechat-jsapi"), (action["type"]!.GetValue<string>(), action["client"]!.GetValue<string>()));
        Assert.Equal(JsapiNames, action["parameters"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(WeChatParty.AppId, action["parameters"]!["appId"]!.GetValue<string>());
        Assert.Equal(instance == V3 ? "RSA" : "HMAC-SHA256", action["parameters"]!["signType"]!.GetValue<string>());

        // Again with the prepay that is still valid: the same payment, a fresh signature.
        var again = await shop.StartWeChatAsync(orderNo, instance, "wechat");
        Assert.Equal((200, reply.Json["paymentNo"]!.GetValue<string>()), (again.Status, again.Json["paymentNo"]!.GetValue<string>()));
        Assert.Equal(action["parameters"]!["package"]!.GetValue<string>(), again.Json["action"]!["parameters"]!["package"]!.GetValue<string>());
        Assert.NotEqual(action["parameters"]!["paySign"]!.GetValue<string>(), again.Json["action"]!["parameters"]!["paySign"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task Another_payer_gets_a_payment_of_their_own(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, first, _) = await shop.WeChatPaymentAsync(instance, "wechat");

        var other = await shop.StartWeChatAsync(orderNo, instance, "wechat", openId: "oSomebodyElse000000000000001");

        Assert.Equal(201, other.Status);
        Assert.NotEqual(first, other.Json["paymentNo"]!.GetValue<string>());
        // v2 may not close it in its first five minutes.
        Assert.Equal(instance == V3 ? "closed" : "superseded", await shop.PaymentStatusAsync(first));
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task A_phone_goes_to_the_H5_page_with_the_way_back_and_coming_back_asks(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, action) = await shop.WeChatPaymentAsync(instance, "mobile");
        Assert.Equal("redirect", action["type"]!.GetValue<string>());
        var url = new Uri(action["url"]!.GetValue<string>());
        Assert.Contains("checkmweb?prepay_id=", url.AbsoluteUri, StringComparison.Ordinal);
        var back = Uri.UnescapeDataString(url.Query.Split("redirect_url=")[1]);
        Assert.Equal($"{shop.Address}payments/{instance}/return?payment={paymentNo}", back);

        await shop.SilentAsync(paymentNo);
        await shop.StepAsync(paymentNo, "pay");
        var stranger = await shop.Web.GetTextAsync(new Uri(back).PathAndQuery);
        Assert.Equal((303, "/pay/returned?state=refused"), (stranger.Status, stranger.Location));

        // Whoever came, the provider was asked and the truth is known; the order's page opens for the shopper alone.
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(ReportSource.Return, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
        var withCookie = await shop.Web.GetTextAsync(new Uri(back).PathAndQuery, ("Cookie", $"order-{orderNo}={shop.KeyFor(orderNo)}"));
        Assert.Equal((303, $"/orders/{orderNo}"), (withCookie.Status, withCookie.Location));
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task A_return_that_names_no_payment_of_ours_changes_nothing_and_is_not_kept(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var query in new[] { "", "payment=", "payment=1&payment=2", "payment=00000000000000000000000000", "payment=%3Cscript%3E" })
        {
            var reply = await shop.Web.GetTextAsync($"/payments/{instance}/return?{query}");
            Assert.Equal((303, "/pay/returned?state=refused"), (reply.Status, reply.Location));
        }
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task An_app_gets_exactly_the_documented_parameters(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (_, _, action) = await shop.WeChatPaymentAsync(instance, "app");
        Assert.Equal(("invoke", "wechat-app"), (action["type"]!.GetValue<string>(), action["client"]!.GetValue<string>()));
        Assert.Equal(AppNames, action["parameters"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("Sign=WXPay", action["parameters"]!["package"]!.GetValue<string>());
        Assert.Equal(WeChatParty.MchId, action["parameters"]!["partnerid"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task Another_method_ends_the_earlier_attempt_and_has_a_number_of_its_own(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, earlier, _) = await shop.WeChatPaymentAsync(instance);

        var later = await shop.StartWeChatAsync(orderNo, instance, "mobile");

        Assert.Equal(201, later.Status);
        var number = later.Json["paymentNo"]!.GetValue<string>();
        Assert.NotEqual(earlier, number);
        if (instance == V2)
        {
            Assert.Equal(("superseded", "NOTPAY"), (await shop.PaymentStatusAsync(earlier), await shop.TradeStatusAsync(earlier)));
            shop.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(30));
            await shop.SendAsync(new ConfirmPayments.Command());
        }

        Assert.Equal(("closed", "CLOSED"), (await shop.PaymentStatusAsync(earlier), await shop.TradeStatusAsync(earlier)));
        Assert.Equal("pending", await shop.PaymentStatusAsync(number));
    }

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task An_order_that_is_not_paid_is_closed_there_and_here(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        var row = await shop.PaymentRowAsync(paymentNo);

        shop.Clock.Advance(row.ExpiresAt - shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        await shop.SendAsync(new CloseOrders.Command());

        Assert.Equal(("closed", "closed", "CLOSED"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo), await shop.TradeStatusAsync(paymentNo)));
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task F12_a_payment_that_is_made_while_its_order_changes_method_is_not_lost(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        await shop.SilentAsync(paymentNo);
        await shop.StepAsync(paymentNo, "pay");

        var later = await shop.StartWeChatAsync(orderNo, "alipay", "pc");

        Assert.Equal((409, "order_already_paid"), (later.Status, later.Code));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData(V3, "Http500")]
    [InlineData(V3, "Html")]
    [InlineData(V3, "Empty")]
    [InlineData(V3, "Close")]
    [InlineData(V3, "Unsigned")]
    [InlineData(V3, "WrongSignature")]
    [InlineData(V3, "SystemError")]
    [InlineData(V2, "Http500")]
    [InlineData(V2, "Html")]
    [InlineData(V2, "Empty")]
    [InlineData(V2, "Close")]
    [InlineData(V2, "Unsigned")]
    [InlineData(V2, "WrongSignature")]
    [InlineData(V2, "SystemError")]
    public async Task S16_F09_an_answer_that_proves_nothing_starts_and_settles_nothing_and_keeps_the_number(string instance, string fault)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orderNo = await shop.PlaceOrderAsync();
        await shop.FaultsAsync(new { gateway = AlipaySteps.AfterWork(fault) });

        var unknown = await shop.StartWeChatAsync(orderNo, instance, "qr");
        Assert.Equal((503, "provider_unknown"), (unknown.Status, unknown.Code));
        var payment = Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray())!;
        Assert.Equal("pending", payment["status"]!.GetValue<string>());
        var paymentNo = payment["paymentNo"]!.GetValue<string>();

        await shop.SilentAsync(paymentNo, AlipaySteps.Gateway(fault));
        await shop.StepAsync(paymentNo, "pay");
        var confirm = await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });
        Assert.Equal((503, "provider_unknown"), (confirm.Status, confirm.Code));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        await shop.SilentAsync(paymentNo);
        Assert.Equal(409, (await shop.StartWeChatAsync(orderNo, instance, "qr")).Status);
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task The_openid_is_stored_nowhere()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        const string secret = "oNobodyMayStoreThis00000001";
        var orderNo = await shop.PlaceOrderAsync();
        Assert.Equal(201, (await shop.StartWeChatAsync(orderNo, V3, "wechat", secret)).Status);
        var row = await shop.ScalarAsync("SELECT row_to_json(p)::text FROM payments_payments p WHERE order_no = @no", ("no", orderNo));
        Assert.DoesNotContain(secret, row, StringComparison.Ordinal);
        Assert.DoesNotContain(shop.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task S17_T10_a_certificate_rotation_and_the_switch_to_public_key_mode_under_continuous_payments_lose_and_refuse_nothing()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orders = new List<(string OrderNo, string PaymentNo)>();
        async Task PayAsync(int count, object? rotation = null)
        {
            for (var n = 0; n < count; n++)
            {
                var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
                orders.Add((orderNo, paymentNo));
            }

            if (rotation is not null)
            {
                await shop.ControlAsync("/sandbox/wechat/rotate", rotation);
            }

            foreach (var (_, paymentNo) in orders[^count..])
            {
                await shop.StepAsync(paymentNo, "pay");
            }
        }

        // Certificates, a rotation with both valid, the old one gone while payments are under way, then the grey release of the public key; all in a row.
        await shop.ControlAsync("/sandbox/wechat/public-key", new { share = 0.0 });
        await PayAsync(5);
        await PayAsync(5, new { drop = false });
        await PayAsync(5, new { drop = true });
        foreach (var share in new[] { 0.1, 0.5, 1.0 })
        {
            await shop.ControlAsync("/sandbox/wechat/public-key", new { share });
            await PayAsync(5);
        }

        foreach (var (orderNo, paymentNo) in orders)
        {
            await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
            Assert.Equal(ReportSource.Notify, (await shop.PaymentRowAsync(paymentNo)).ConfirmedBy);
        }

        Assert.Null(await shop.ScalarAsync("SELECT MIN(reason || ': ' || detail) FROM payments_inbox WHERE instance = 'wechatpay' AND kind = 'notify' AND verdict = 'refused'"));
    }
}

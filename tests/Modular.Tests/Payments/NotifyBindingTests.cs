using System.Security.Cryptography;
using CsCheck;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>The right money to the right order: a genuine message is worth nothing for another amount, account or number.</summary>
public sealed class NotifyBindingTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B01_another_amount_is_acknowledged_and_held_and_changes_no_order(string store)
    {
        var shop = await shops.OnAsync(store);
        string[] amounts = ["0.02", "0.00", "1000000000.00", "-0.01", "0,01", "1e-2", "0.010", ""];
        string?[] reasons = ["amount_mismatch", "amount_missing"];
        foreach (var amount in amounts)
        {
            var (orderNo, paymentNo) = await shop.StartedAsync();

            Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, amount))));

            Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
            Assert.Equal("held", await shop.PaymentStatusAsync(paymentNo));
            Assert.Equal(0, await shop.EventsAsync("order.paid", orderNo));
            Assert.Contains((await shop.PaymentRowAsync(paymentNo)).StatusReason, reasons);
        }
    }

    [Fact]
    public async Task B01_only_the_exact_amount_settles()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        const long price = 368_00;
        await Gen.OneOf(Gen.Long[1, 100_000], Gen.Long[price - 2, price + 2], Gen.Long[1, 99_999_999_999]).SampleAsync(
            async paid =>
            {
                var (orderNo, paymentNo) = await shop.StartedAsync("courtyard-room");
                await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, Money.Cny(paid).ToDecimalString())));
                return await shop.OrderStatusAsync(orderNo) == (paid == price ? "paid" : "pending")
                    && await shop.PaymentStatusAsync(paymentNo) == (paid == price ? "succeeded" : "held");
            },
            iter: 30, threads: 1);
    }

    [Fact]
    public async Task B02_another_currency_is_held()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var currency in new[] { "USD", "cny", "HKD" })
        {
            var (orderNo, paymentNo) = await shop.StartedAsync();
            var fields = AlipayParty.PaidFields(paymentNo, "0.01");
            fields["trans_currency"] = currency;

            Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(fields)));

            Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
            Assert.Equal("currency_mismatch", (await shop.PaymentRowAsync(paymentNo)).StatusReason);
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B03_B04_a_message_about_another_app_or_seller_is_refused_and_kept(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        foreach (var (name, value) in new[] { ("app_id", "2021000000000009"), ("seller_id", "2088000000000009"), ("app_id", AlipayParty.AppId + " ") })
        {
            var fields = AlipayParty.PaidFields(paymentNo, "0.01");
            fields[name] = value;
            await RefusedAsync(shop, shop.Alipay.Sign(fields), "wrong_account");
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B07_an_unknown_number_is_refused_below_500_and_kept(string store)
    {
        var shop = await shops.OnAsync(store);
        foreach (var number in new[] { Modular.Kernel.Numbers.Next(shop.Clock), "1", "x' OR '1'='1", new string('9', 64) })
        {
            await RefusedAsync(shop, shop.Alipay.Sign(AlipayParty.PaidFields(number, "0.01")), "unknown_payment");
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B08_the_message_of_a_cheap_order_pays_no_dear_one(string store)
    {
        var shop = await shops.OnAsync(store);
        var (_, cheap) = await shop.StartedAsync();
        var (dearOrder, dear) = await shop.StartedAsync("loft-suite");
        var genuine = shop.Alipay.Sign(AlipayParty.PaidFields(cheap, "0.01"));
        Assert.Equal((200, "success"), await shop.NotifyAsync(genuine));

        await RefusedAsync(shop, genuine.Replace(cheap, dear, StringComparison.Ordinal), "wrong_signature");

        await shop.AssertUntouchedAsync(dearOrder, dear);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B09_one_trade_number_pays_one_payment(string store)
    {
        var shop = await shops.OnAsync(store);
        var (_, first) = await shop.StartedAsync();
        var (secondOrder, second) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(first, "0.01");
        await shop.NotifyAsync(shop.Alipay.Sign(fields));

        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(second, "0.01", fields["trade_no"]))));

        Assert.Equal("pending", await shop.OrderStatusAsync(secondOrder));
        var row = await shop.PaymentRowAsync(second);
        Assert.Equal((PaymentStatus.Held, "trade_no_reused"), (row.Status, row.StatusReason));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task B05_B06_a_message_for_one_instance_is_refused_at_the_others(string store)
    {
        using var otherKey = RSA.Create(2048);
        await using var shop = await StartWithOthersAsync(store, otherKey);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

        // Another key does not verify it; the same key verifies it and it names another account.
        await RefusedAsync(shop, form, "wrong_signature", "other-key");
        await RefusedAsync(shop, form, "wrong_account", "other-app");
        await RefusedAsync(shop, form, "unknown_payment", "twin");

        // Genuinely from the other merchant, about a number that is ours: its own instance does not know it, ours does not trust it.
        var foreign = AlipayParty.PaidFields(paymentNo, "0.01");
        (foreign["app_id"], foreign["seller_id"]) = ("2021000000000002", "2088000000000002");
        await RefusedAsync(shop, shop.Alipay.Sign(foreign, otherKey), "unknown_payment", "other-key");
        await RefusedAsync(shop, shop.Alipay.Sign(foreign, otherKey), "wrong_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        Assert.Equal((200, "success"), await shop.NotifyAsync(form));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    private static Task<TestShop> StartWithOthersAsync(string store, RSA otherKey)
    {
        return TestShop.StartAsync(new TestShopOptions
        {
            Store = store,
            Configure = builder =>
            {
                string[] shared = ["Plugin", "Gateway", "PrivateKey", "AlipayPublicKey"];
                foreach (var (instance, app, seller, key) in new[]
                {
                    ("other-key", "2021000000000002", "2088000000000002", otherKey.ExportSubjectPublicKeyInfoPem()),
                    ("other-app", "2021000000000003", AlipayParty.SellerId, null),
                    ("twin", AlipayParty.AppId, AlipayParty.SellerId, null),
                })
                {
                    var own = $"Modular:Providers:{instance}";
                    foreach (var name in shared)
                    {
                        builder.Configuration[$"{own}:{name}"] = builder.Configuration[$"Modular:Providers:alipay:{name}"];
                    }

                    builder.Configuration[$"{own}:AppId"] = app;
                    builder.Configuration[$"{own}:SellerId"] = seller;
                    builder.Configuration[$"{own}:AlipayPublicKey"] = key ?? builder.Configuration["Modular:Providers:alipay:AlipayPublicKey"];
                }
            },
        });
    }

    private static async Task RefusedAsync(TestShop shop, string form, string reason, string instance = "alipay")
    {
        var (status, body) = await shop.NotifyAsync(form, instance);
        Assert.InRange(status, 400, 499);
        Assert.NotEqual("success", body);
        var row = await shop.InboxRowAsync(form, instance);
        Assert.Equal(("refused", reason), (row?.Verdict, row?.Reason));
    }
}

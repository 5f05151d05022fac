using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using static Modular.Tests.WeChat.WeChatSteps;

namespace Modular.Tests.WeChat;

/// <summary>Only what WeChat Pay signed, about our payment and our account, is believed; everything else changes nothing and is kept with the reason.</summary>
public sealed class WeChatNotifyTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task R01_a_genuine_notification_settles_once_however_often_it_comes(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        var message = shop.Paid(instance, paymentNo);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.NotifyAsync(message, instance)));

        Assert.All(answers, answer => Assert.True(IsAcknowledged(instance, answer), $"{answer}"));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task S01_v3_without_any_one_of_its_headers_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        foreach (var header in new[] { "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial" })
        {
            await shop.RefusedAsync(shop.Paid(V3, paymentNo).With(header, null), V3, "missing_signature");
            await shop.RefusedAsync(shop.Paid(V3, paymentNo).With(header, ""), V3, "missing_signature");
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("sign")]
    [InlineData("appid")]
    [InlineData("mch_id")]
    [InlineData("nonce_str")]
    [InlineData("out_trade_no")]
    [InlineData("total_fee")]
    [InlineData("transaction_id")]
    [InlineData("result_code")]
    [InlineData("time_end")]
    [InlineData("bank_type")]
    public async Task S01_v2_without_any_one_of_its_signed_fields_is_refused(string left)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V2);
        var fields = WeChatParty.PaidFields(paymentNo, "1");
        var signed = fields.Append(new("sign", WeChatParty.SignV2(fields))).Where(field => field.Key != left);
        var answer = await shop.NotifyAsync(WeChatParty.Xml(signed), V2);
        Assert.InRange(answer.Status, 400, 499);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task S03_no_host_and_no_forwarding_header_makes_a_forged_message_true(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        using var strangersKey = RSA.Create(2048);
        var forged = instance == V3
            ? shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1), shop.Clock.GetUtcNow(), key: strangersKey)
            : WeChatParty.NotifyV2(WeChatParty.PaidFields(paymentNo, "1"), key: "00000000000000000000000000000000");
        foreach (var (name, value) in new[] { ("Host", "localhost"), ("Host", "api.mch.weixin.qq.com"), ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost"), ("User-Agent", "Mozilla/4.0") })
        {
            Assert.InRange((await shop.NotifyAsync(forged.With(name, value), instance)).Status, 400, 499);
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task S06_B06_a_message_of_one_generation_is_refused_at_the_others_route_and_named()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderV3, v3, _) = await shop.WeChatPaymentAsync(V3);
        var (orderV2, v2, _) = await shop.WeChatPaymentAsync(V2);

        var xml = WeChatParty.NotifyV2(WeChatParty.PaidFields(v3, "1"));
        await shop.RefusedAsync(xml, V3, "malformed");
        Assert.Contains("v2", (await shop.InboxRowAsync(xml.Body, V3))!.Detail, StringComparison.OrdinalIgnoreCase);
        var json = shop.Paid(V3, v2);
        await shop.RefusedAsync(json, V2, "malformed");
        Assert.Contains("v3", (await shop.InboxRowAsync(json.Body, V2))!.Detail, StringComparison.OrdinalIgnoreCase);

        // The right generation and the other instance's number: genuine, and about nothing of this instance.
        await shop.RefusedAsync(shop.Paid(V3, v2), V3, "unknown_payment");
        await shop.RefusedAsync(shop.Paid(V2, v3), V2, "unknown_payment");
        await shop.AssertUntouchedAsync(orderV3, v3);
        await shop.AssertUntouchedAsync(orderV2, v2);
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task B05_a_genuine_message_that_carries_an_Alipay_payments_number_is_refused(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.RefusedAsync(shop.Paid(instance, paymentNo), instance, "unknown_payment");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task S09_a_probe_is_refused_and_counted_apart_from_attacks()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var before = await shop.SendAsync(new PaymentsOverview.Query());
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var genuine = shop.Paid(V3, paymentNo);
        var probe = genuine.With("Wechatpay-Signature", "WECHATPAY/SIGNTEST/" + genuine.Headers["Wechatpay-Signature"][19..]);
        await shop.RefusedAsync(probe, V3, "probe");

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        var after = await shop.SendAsync(new PaymentsOverview.Query());
        Assert.Equal(before.ProbesLastDay + 1, after.ProbesLastDay);
        Assert.DoesNotContain(shop.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("(probe)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S11_a_resource_with_another_tag_nonce_or_key_is_refused_although_its_envelope_is_signed()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var now = shop.Clock.GetUtcNow();
        var genuine = JsonNode.Parse(shop.Paid(V3, paymentNo).Body)!;

        foreach (var change in new Action<JsonNode>[]
        {
            resource => resource["ciphertext"] = Shortened(resource["ciphertext"]!.GetValue<string>(), 4),
            resource => resource["ciphertext"] = Shortened(resource["ciphertext"]!.GetValue<string>(), 16),
            resource => resource["ciphertext"] = "",
            resource => resource["ciphertext"] = "not base64!",
            resource => resource["nonce"] = "0123456789a",
            resource => resource["nonce"] = "0123456789abcdef",
            resource => resource["nonce"] = "",
            resource => resource["associated_data"] = "refund",
            resource => resource["associated_data"] = "",
            resource => resource["algorithm"] = "AEAD_AES_128_GCM",
        })
        {
            var changed = genuine.DeepClone();
            change(changed["resource"]!);
            var answer = await shop.NotifyAsync(shop.WeChat.SignV3(Encoding.UTF8.GetBytes(changed.ToJsonString()), now), V3);
            Assert.InRange(answer.Status, 400, 499);
        }

        Assert.InRange((await shop.NotifyAsync(shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1), now, apiV3Key: WeChatParty.ApiKey), V3)).Status, 400, 499);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("")]
    [InlineData("anything else")]
    [InlineData(null)]
    public async Task S11_any_associated_data_is_accepted_as_long_as_it_is_the_encrypted_one(string? associatedData)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var message = shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1), shop.Clock.GetUtcNow(), associatedData: associatedData);
        Assert.True(IsAcknowledged(V3, await shop.NotifyAsync(message, V3)));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("REFUND.SUCCESS", "refund")]
    [InlineData("REFUND.SUCCESS", "transaction")]
    [InlineData("TRANSACTION.SUCCESS", "refund")]
    [InlineData("TRANSACTION.SOMETHING", "transaction")]
    [InlineData("", "transaction")]
    public async Task S12_an_event_that_does_not_fit_its_content_settles_nothing(string eventType, string originalType)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var message = shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1), shop.Clock.GetUtcNow(), eventType, originalType);
        Assert.InRange((await shop.NotifyAsync(message, V3)).Status, 400, 499);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("PUB_KEY_ID_0119000001092026112500000001")]
    [InlineData("pub_key_id_0119000001092026112500000000")]
    [InlineData("5157F09EFDC096DE15EBE81A47057A7232F1B8E1")]
    [InlineData("' OR 1=1 --")]
    public async Task S13_S14_an_unknown_serial_is_refused_whatever_it_looks_like(string serial)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var message = shop.Paid(V3, paymentNo).With("Wechatpay-Serial", serial);
        Assert.InRange((await shop.NotifyAsync(message, V3)).Status, 400, 499);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData(-6, "behind")]
    [InlineData(6, "ahead of")]
    [InlineData(-60 * 24, "behind")]
    public async Task R02_T01_a_message_more_than_five_minutes_off_is_refused_and_the_clocks_are_named_as_the_cause(int minutes, string direction)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var message = shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1), shop.Clock.GetUtcNow().AddMinutes(minutes));
        await shop.RefusedAsync(message, V3, "stale");
        var detail = (await shop.InboxRowAsync(message.Body, V3))!.Detail!;
        Assert.Contains($" seconds {direction} this machine's clock", detail, StringComparison.Ordinal);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Instances), MemberType = typeof(WeChatSteps))]
    public async Task B01_another_amount_is_acknowledged_and_held(string instance)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var fen in new[] { 2L, 36_800L, 9_999_999_999L })
        {
            var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
            Assert.True(IsAcknowledged(instance, await shop.NotifyAsync(shop.Paid(instance, paymentNo, fen), instance)));
            Assert.Equal(("pending", "held"), (await shop.OrderStatusAsync(orderNo), await shop.PaymentStatusAsync(paymentNo)));
            Assert.Equal("amount_mismatch", (await shop.PaymentRowAsync(paymentNo)).StatusReason);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e12")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("１")]
    [InlineData("9223372036854775808")]
    public async Task B01_C10_a_fee_that_is_no_number_of_fen_never_settles(string totalFee)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V2);
        await shop.NotifyAsync(WeChatParty.NotifyV2(WeChatParty.PaidFields(paymentNo, totalFee)), V2);
        Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
        Assert.Equal(0, await shop.EventsAsync("order.paid", orderNo));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e12")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("1e0")]
    public async Task B01_C10_a_total_that_is_no_number_of_fen_never_settles(string total)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var resource = JsonNode.Parse(JsonSerializer.Serialize(WeChatParty.PaidResource(paymentNo, 1)))!;
        resource["amount"]!["total"] = JsonNode.Parse(total);
        await shop.NotifyAsync(shop.WeChat.NotifyV3(resource, shop.Clock.GetUtcNow()), V3);
        Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
        Assert.Equal(0, await shop.EventsAsync("order.paid", orderNo));
    }

    [Fact]
    public async Task B03_B04_a_message_about_another_account_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderV3, v3, _) = await shop.WeChatPaymentAsync(V3);
        var (orderV2, v2, _) = await shop.WeChatPaymentAsync(V2);
        foreach (var (v3Name, v2Name, value) in new[] { ("appid", "appid", "wx0000000000000000"), ("mchid", "mch_id", "1900009999") })
        {
            var resource = WeChatParty.PaidResource(v3, 1);
            resource[v3Name] = value;
            await shop.RefusedAsync(shop.WeChat.NotifyV3(resource, shop.Clock.GetUtcNow()), V3, "wrong_account");
            var fields = WeChatParty.PaidFields(v2, "1");
            fields[v2Name] = value;
            await shop.RefusedAsync(WeChatParty.NotifyV2(fields), V2, "wrong_account");
        }

        await shop.AssertUntouchedAsync(orderV3, v3);
        await shop.AssertUntouchedAsync(orderV2, v2);
    }

    [Fact]
    public async Task S05_v2_signed_with_the_weaker_algorithm_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V2);
        var fields = WeChatParty.PaidFields(paymentNo, "1");
        Assert.InRange((await shop.NotifyAsync(WeChatParty.NotifyV2(fields, md5: true), V2)).Status, 400, 499);
        fields["sign_type"] = "MD5";
        Assert.InRange((await shop.NotifyAsync(WeChatParty.NotifyV2(fields, md5: true), V2)).Status, 400, 499);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task X01_X02_hostile_XML_is_refused_and_opens_nothing()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V2);
        var fields = WeChatParty.PaidFields(paymentNo, "1");
        var sign = WeChatParty.SignV2(fields);
        var inside = string.Concat(fields.Append(new("sign", sign)).Select(field => $"<{field.Key}>{field.Value}</{field.Key}>"));
        string[] hostile =
        [
            $"<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml>{inside}<a>&e;</a></xml>",
            $"<!DOCTYPE xml [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x\"> %p;]><xml>{inside}</xml>",
            $"<!DOCTYPE xml><xml>{inside}</xml>",
            "<!DOCTYPE xml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><xml><x>&c;</x></xml>",
            $"<xml>{inside}<total_fee>1</total_fee></xml>",
            $"<xml>{inside}<detail><total_fee>1</total_fee></detail></xml>",
            $"<xml><inner>{inside}</inner></xml>",
            $"<root>{inside}</root>",
            $"<xml>{inside}",
            $"<xml>{inside}</xml><xml>{inside}</xml>",
            "<xml>" + string.Concat(Enumerable.Range(0, 2000).Select(n => $"<f{n}>1</f{n}>")) + "</xml>",
            "<xml>" + string.Concat(Enumerable.Repeat("<a>", 5000)),
            "",
            "\0",
        ];
        foreach (var text in hostile)
        {
            Assert.InRange((await shop.NotifyAsync(WeChatParty.Xml(text), V2)).Status, 400, 499);
        }

        Assert.Equal(413, (await shop.NotifyAsync(WeChatParty.Xml($"<xml><a>{new string('a', 1024 * 1024)}</a></xml>"), V2)).Status);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task B14_X07_a_JSON_member_twice_and_other_nonsense_are_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(V3);
        var genuine = Encoding.UTF8.GetString(shop.Paid(V3, paymentNo).Body);
        string[] bodies =
        [
            "{\"id\":\"x\"," + genuine[1..],
            genuine.Replace("\"nonce\"", "\"nonce\":\"000000000000\",\"nonce\"", StringComparison.Ordinal),
            genuine + genuine,
            genuine[..^1],
            "[" + genuine + "]",
            "\uFEFF" + genuine + ",",
            new string('[', 60_000),
            "{}",
            "null",
            "",
        ];
        foreach (var body in bodies)
        {
            Assert.InRange((await shop.NotifyAsync(shop.WeChat.SignV3(Encoding.UTF8.GetBytes(body), shop.Clock.GetUtcNow()), V3)).Status, 400, 499);
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task B08_S08_any_changed_byte_is_refused(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo, _) = await shop.WeChatPaymentAsync(instance);
        var genuine = shop.Paid(instance, paymentNo);
        for (var at = 0; at < genuine.Body.Length; at += 17)
        {
            var body = (byte[])genuine.Body.Clone();
            body[at] ^= 1;
            var answer = await shop.NotifyAsync(genuine with { Body = body }, instance);
            Assert.True(answer.Status is >= 400 and < 500, string.Create(CultureInfo.InvariantCulture, $"byte {at} answered {answer}"));
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        Assert.True(IsAcknowledged(instance, await shop.NotifyAsync(genuine, instance)));
    }

    private static string Shortened(string base64, int bytes)
    {
        var raw = Convert.FromBase64String(base64);
        return Convert.ToBase64String(raw[..^bytes]);
    }
}

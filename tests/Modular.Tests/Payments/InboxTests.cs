using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.DataProtection;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Tests.WeChat;

namespace Modular.Tests.Payments;

/// <summary>Everything that arrives is kept as it came, can be found, and can be processed again; none of it can fill the disk.</summary>
public sealed class InboxTests(OwnShops shops) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_message_is_found_by_every_number_and_shown_as_it_came_without_its_signature(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        var form = shop.Alipay.Sign(fields);
        await shop.NotifyAsync(form);

        foreach (var number in new[] { orderNo, paymentNo, fields["trade_no"] })
        {
            var found = Assert.Single((await shop.SendAsync(new ListMessages.Query(number))).Messages);
            Assert.Equal(("accepted", "settled", 200), (found.Verdict, found.Effect, found.AnswerStatus));
        }

        Assert.Empty((await shop.SendAsync(new ListMessages.Query(orderNo, Verdict: "refused"))).Messages);
        Assert.Empty((await shop.SendAsync(new ListMessages.Query(orderNo, From: shop.Clock.GetUtcNow().AddMinutes(1)))).Messages);
        Assert.Empty((await shop.SendAsync(new ListMessages.Query(orderNo, Instance: "other"))).Messages);

        var opened = (await shop.SendAsync(new ShowMessage.Query(Assert.Single((await shop.SendAsync(new ListMessages.Query(paymentNo))).Messages).Id)))!;
        Assert.Equal(orderNo, opened.OrderNo);
        Assert.All(fields, field => Assert.Contains(field, opened.Content!.Fields));
        var sign = opened.Content!.Fields.Single(field => field.Key == "sign").Value;
        Assert.True(sign.Length < 24, "A signature is shown only in part.");
        Assert.Contains(opened.Content.Headers, header => header.Key == "Content-Type");
    }

    [Fact]
    public async Task A_key_mended_and_the_inbox_processed_again_pay_the_orders_once()
    {
        using var strangersKey = RSA.Create(2048);
        var broken = new Dictionary<string, string?> { ["Modular:Providers:alipay:AlipayPublicKey"] = strangersKey.ExportSubjectPublicKeyInfoPem() };
        await using var before = await TestShop.StartAsync(new TestShopOptions { Settings = broken });
        var (orderNo, paymentNo) = await before.StartedAsync();
        var form = before.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        Assert.Equal((400, "fail"), await before.NotifyAsync(form));
        await before.AssertUntouchedAsync(orderNo, paymentNo);
        var refused = (await before.InboxRowAsync(form))!;
        Assert.Equal(("refused", 400), (refused.Verdict, refused.AnswerStatus));

        // With the wrong key still in place it is refused again and nothing moves.
        Assert.Equal(ProcessMessage.Outcome.Processed, await before.SendAsync(new ProcessMessage.Command(refused.Id)));
        await before.AssertUntouchedAsync(orderNo, paymentNo);

        await using var mended = await TestShop.StartAsync(new TestShopOptions { Beside = before });
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(ProcessMessage.Outcome.Processed, await mended.SendAsync(new ProcessMessage.Command(refused.Id)));
        }

        await mended.AssertPaidOnceAsync(orderNo, paymentNo);
        var row = (await mended.InboxRowAsync(form))!;
        Assert.Equal(("accepted", "settled", 1L, 200), (row.Verdict, row.Effect, row.Copies, row.AnswerStatus));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Refused_messages_are_found_by_their_cause(string store)
    {
        var shop = await shops.OnAsync(store);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        await shop.NotifyAsync(form + "&route=pay");
        await shop.NotifyAsync(form.Replace("0.01", "0.02", StringComparison.Ordinal));
        await shop.NotifyAsync(form);

        var found = Assert.Single((await shop.SendAsync(new ListMessages.Query(paymentNo, Cause: "extra-parameter"))).Messages);
        Assert.Equal(("refused", "extra-parameter"), (found.Verdict, found.Cause));
        Assert.Empty((await shop.SendAsync(new ListMessages.Query(paymentNo, Cause: "other-key"))).Messages);
        Assert.Equal(3, (await shop.SendAsync(new ListMessages.Query(paymentNo))).Messages.Count);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_cause_is_gone_once_the_setting_is_mended_and_the_message_accepted(string store)
    {
        using var strangersKey = RSA.Create(2048);
        await using var before = await TestShop.StartAsync(new TestShopOptions
        {
            Store = store,
            Settings = new Dictionary<string, string?> { ["Modular:Providers:alipay:AlipayPublicKey"] = strangersKey.ExportSubjectPublicKeyInfoPem() },
        });
        var (_, paymentNo) = await before.StartedAsync();
        // Signed with the application's own key, which the doctor knows.
        var form = before.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), before.Alipay.AppKey);
        await before.NotifyAsync(form);
        var refused = (await before.InboxRowAsync(form))!;
        Assert.Equal("other-key", refused.Cause);

        await using var mended = await TestShop.StartAsync(new TestShopOptions
        {
            Beside = before,
            Settings = new Dictionary<string, string?> { ["Modular:Providers:alipay:AlipayPublicKey"] = before.Alipay.AppKey.ExportSubjectPublicKeyInfoPem(), ["Modular:Providers:alipay:PrivateKey"] = strangersKey.ExportPkcs8PrivateKeyPem() },
        });
        Assert.Equal(ProcessMessage.Outcome.Processed, await mended.SendAsync(new ProcessMessage.Command(refused.Id)));
        var row = (await mended.InboxRowAsync(form))!;
        Assert.Equal(("accepted", null), (row.Verdict, row.Cause));
    }

    [Fact]
    public async Task A_message_whose_age_counts_is_judged_by_the_time_at_which_it_arrived()
    {
        using var strangersKey = RSA.Create(2048);
        var broken = new Dictionary<string, string?> { ["Modular:Providers:wechatpay:PublicKey"] = strangersKey.ExportSubjectPublicKeyInfoPem() };
        await using var before = await TestShop.StartAsync(new TestShopOptions { Settings = broken });
        var orderNo = await before.PlaceOrderAsync();
        Assert.Equal(503, (await before.StartWeChatAsync(orderNo, WeChatSteps.V3, "qr")).Status);
        var paymentNo = (await before.OrderAsync(orderNo))["payments"]![0]!["paymentNo"]!.GetValue<string>();
        var message = before.Paid(WeChatSteps.V3, paymentNo);
        await before.RefusedAsync(message, WeChatSteps.V3, "wrong_signature");

        before.Clock.Advance(TimeSpan.FromMinutes(20));
        await using var mended = await TestShop.StartAsync(new TestShopOptions { Beside = before });
        var kept = (await mended.InboxRowAsync(message.Body, WeChatSteps.V3))!;
        Assert.Equal(ProcessMessage.Outcome.Processed, await mended.SendAsync(new ProcessMessage.Command(kept.Id)));
        await mended.AssertPaidOnceAsync(orderNo, paymentNo);

        // Sent once more today it is too old, and harmless.
        Assert.InRange((await mended.NotifyAsync(message, WeChatSteps.V3)).Status, 400, 499);
        Assert.Equal("accepted", (await mended.InboxRowAsync(message.Body, WeChatSteps.V3))!.Verdict);
    }

    [Fact]
    public async Task A_message_that_was_cut_or_does_not_exist_is_not_processed()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var body = "sign=" + new string('x', 20_000);
        await shop.NotifyAsync(body);
        var row = (await shop.InboxRowAsync(body))!;
        Assert.Equal(ProcessMessage.Outcome.Incomplete, await shop.SendAsync(new ProcessMessage.Command(row.Id)));
        Assert.False((await shop.SendAsync(new ShowMessage.Query(row.Id)))!.Content!.IsWhole);
        Assert.Equal(ProcessMessage.Outcome.NotFound, await shop.SendAsync(new ProcessMessage.Command(long.MaxValue)));
        Assert.Null(await shop.SendAsync(new ShowMessage.Query(long.MaxValue)));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_refused_notification_that_names_an_open_payment_has_it_asked_about_at_once(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.StepAsync(paymentNo, "pay");
        var forged = AlipayParty.Form(AlipayParty.PaidFields(paymentNo, "0.01").Append(new("sign", "bm8=")).Append(new("sign_type", "RSA2")));
        Assert.True((await shop.PaymentRowAsync(paymentNo)).NextCheckAt > shop.Clock.GetUtcNow().AddSeconds(5));

        Assert.Equal(400, (await shop.NotifyAsync(forged)).Status);
        // The hint settles nothing by itself.
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        Assert.True((await shop.PaymentRowAsync(paymentNo)).NextCheckAt <= shop.Clock.GetUtcNow());
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);

    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_hint_within_a_minute_of_a_check_waits_for_the_minute_to_end_and_is_not_lost(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.SilentQrAsync();
        await shop.WaitLongAsync(paymentNo);
        var before = await shop.PaymentRowAsync(paymentNo);
        await shop.StepAsync(paymentNo, "pay");

        await shop.NotifyAsync(AlipayParty.Form(AlipayParty.PaidFields(paymentNo, "0.01").Append(new("sign", "bm8=")).Append(new("sign_type", "RSA2"))));

        var hinted = await shop.PaymentRowAsync(paymentNo);
        Assert.InRange(hinted.NextCheckAt!.Value, before.LastCheckedAt!.Value.AddMinutes(1), before.LastCheckedAt.Value.AddMinutes(2));
        Assert.True(hinted.NextCheckAt < before.NextCheckAt);
        shop.Clock.Advance(hinted.NextCheckAt.Value - shop.Clock.GetUtcNow());
        await shop.SendAsync(new ConfirmPayments.Command());
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_message_that_lost_its_headers_and_comes_again_whole_is_processed_as_it_came_whole(string store)
    {
        using var strangersKey = RSA.Create(2048);
        await using var before = await TestShop.StartAsync(new TestShopOptions
        {
            Store = store, Settings = new Dictionary<string, string?> { ["Modular:Providers:wechatpay:PublicKey"] = strangersKey.ExportSubjectPublicKeyInfoPem() },
        });
        var orderNo = await before.PlaceOrderAsync();
        await before.StartWeChatAsync(orderNo, WeChatSteps.V3, "qr");
        var paymentNo = (await before.OrderAsync(orderNo))["payments"]![0]!["paymentNo"]!.GetValue<string>();
        var whole = before.Paid(WeChatSteps.V3, paymentNo);
        var stripped = whole with { Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" } };

        await before.RefusedAsync(stripped, WeChatSteps.V3, "missing_signature");
        var first = (await before.InboxRowAsync(whole.Body, WeChatSteps.V3))!;
        before.Clock.Advance(TimeSpan.FromMinutes(2));
        await before.RefusedAsync(whole, WeChatSteps.V3, "wrong_signature");
        var second = (await before.InboxRowAsync(whole.Body, WeChatSteps.V3))!;
        Assert.True(second.ReceivedAt > first.ReceivedAt);
        await before.RefusedAsync(stripped, WeChatSteps.V3, "missing_signature");
        var third = (await before.InboxRowAsync(whole.Body, WeChatSteps.V3))!;
        Assert.Equal((second.ReceivedAt, 3L), (third.ReceivedAt, third.Copies));

        await using var mended = await TestShop.StartAsync(new TestShopOptions { Beside = before });
        Assert.Equal(ProcessMessage.Outcome.Processed, await mended.SendAsync(new ProcessMessage.Command(first.Id)));
        await mended.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal(("accepted", null, 3L), ((await mended.InboxRowAsync(whole.Body, WeChatSteps.V3))!.Verdict, (await mended.InboxRowAsync(whole.Body, WeChatSteps.V3))!.Cause, (await mended.InboxRowAsync(whole.Body, WeChatSteps.V3))!.Copies));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_cause_that_was_proved_stays_when_the_message_comes_again_and_is_not_examined(string store)
    {
        var shop = await shops.OnAsync(store);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        await shop.NotifyAsync(form + "&route=pay");
        var proved = (await shop.InboxRowAsync(form + "&route=pay"))!;
        Assert.Equal("extra-parameter", proved.Cause);

        // More than are examined at once.
        for (var number = 0; number < 15; number++)
        {
            await shop.NotifyAsync(form + $"&route={number}");
        }

        await shop.NotifyAsync(form + "&route=pay");
        var again = (await shop.InboxRowAsync(form + "&route=pay"))!;
        Assert.Equal((proved.Cause, proved.Detail, 2L), (again.Cause, again.Detail, again.Copies));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_message_that_another_node_has_accepted_is_not_refused_afterwards(string store)
    {
        var shop = await shops.OnAsync(store);
        var (_, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        await shop.NotifyAsync(form);
        var accepted = (await shop.InboxRowAsync(form))!;

        // What a node writes that loaded before the other one committed.
        var recorder = new InboxRecorder(new EphemeralDataProtectionProvider(), shop.Clock);
        var late = recorder.Refused(
            new Modular.Payments.Received("alipay", "notify", new RawRequest("POST", "", [], Encoding.ASCII.GetBytes(form)), null, shop.Clock.GetTimestamp(), _ => 400, IsKept: false),
            "wrong_signature", new Explanation("other-key", "other-key: …"), default)!;
        var plan = Plan.Make([new Entry("alipay", new ProviderAccount(null, null), ReportSource.Notify, null, late)], new Loaded(new Dictionary<string, LoadedPayment>(), new HashSet<string>()), shop.Clock.GetUtcNow());
        var writes = await shop.ReadAsync(db => Xunit.Record.ExceptionAsync(() => SettlementSql.Writes(db.Dialect, plan, shop.Clock).ExecuteAsync(db, CancellationToken.None)).AsTask());

        Assert.True(WriteConflict.Is(writes!), "The batch begins again and finds the message accepted.");
        var row = (await shop.InboxRowAsync(form))!;
        Assert.Equal(("accepted", null, accepted.Envelope, 1L), (row.Verdict, row.Cause, row.Envelope, row.Copies));
    }

    [Theory]
    [InlineData("alipay")]
    [InlineData(AlipayDirectParty.Utf8)]
    [InlineData(WeChatSteps.V3)]
    [InlineData(WeChatSteps.V2)]
    public async Task A_refused_message_is_found_by_the_providers_number_which_is_called_unverified(string instance)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        var paymentNo = Numbers.Next(shop.Clock);
        var (body, tradeNo) = await RefusedAsync();

        var found = Assert.Single((await shop.SendAsync(new ListMessages.Query(tradeNo))).Messages);

        Assert.Equal(("refused", paymentNo, tradeNo), (found.Verdict, found.PaymentNo, found.ProviderTradeNo));
        Assert.Equal((await shop.InboxRowAsync(body, instance))!.Id, found.Id);
        using var desk = await Desk.OfAsync(shop);
        var page = await desk.PageAsync($"/ops/inbox/{found.Id}");
        Assert.Matches($"id=\"trade\">{tradeNo}</code>\\s*<small class=\"muted\">not verified</small>", page);
        Assert.Contains($"data-message=\"{found.Id}\"", await desk.PageAsync($"/ops/inbox?number={tradeNo}"), StringComparison.Ordinal);

        async Task<(byte[] Body, string TradeNo)> RefusedAsync()
        {
            if (instance is WeChatSteps.V3 or WeChatSteps.V2)
            {
                var transaction = WeChatParty.NewTransactionId();
                using var stranger = RSA.Create(2048);
                var message = instance == WeChatSteps.V3
                    ? shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, 1, transaction), shop.Clock.GetUtcNow(), key: stranger)
                    : WeChatParty.NotifyV2(WeChatParty.PaidFields(paymentNo, "1", transaction), key: new string('0', 32));
                await shop.RefusedAsync(message, instance, "wrong_signature");
                return (message.Body, transaction);
            }

            var fields = instance == "alipay" ? AlipayParty.PaidFields(paymentNo, "0.01") : AlipayDirectParty.PaidFields(paymentNo, "0.01");
            var form = AlipayParty.Form(fields.Append(new("sign", new string('0', 32))).Append(new("sign_type", instance == "alipay" ? "RSA2" : "MD5")));
            Assert.Equal((400, "fail"), await shop.NotifyAsync(form, instance));
            return (Encoding.ASCII.GetBytes(form), fields["trade_no"]);
        }
    }

    [Fact]
    public async Task A_number_that_is_none_is_not_kept_of_a_refused_message_and_one_of_a_return_is()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        foreach (var tradeNo in new[] { "a'; drop", "<b>", "", new string('1', 65) })
        {
            var form = AlipayParty.Form(AlipayParty.PaidFields(paymentNo, "0.01", tradeNo).Append(new("sign", "bm8=")).Append(new("sign_type", "RSA2")));
            await shop.NotifyAsync(form);
            Assert.Equal((paymentNo, null), ((await shop.InboxRowAsync(form))!.PaymentNo, (await shop.InboxRowAsync(form))!.ProviderTradeNo));
        }

        await shop.Web.GetTextAsync($"/payments/alipay/return?out_trade_no={paymentNo}&trade_no=2026112522001400000000777777&sign=bm8%3D&sign_type=RSA2");
        var found = Assert.Single((await shop.SendAsync(new ListMessages.Query("2026112522001400000000777777"))).Messages);
        Assert.Equal(("return", "refused"), (found.Kind, found.Verdict));
    }

    [Fact]
    public async Task Messages_are_forgotten_after_their_time_and_not_before()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Settings = new Dictionary<string, string?> { ["Modular:Inbox:Retention"] = "30.00:00:00" } });
        await shop.NotifyAsync("a=1");
        shop.Clock.Advance(TimeSpan.FromDays(20));
        await shop.NotifyAsync("a=2");
        shop.Clock.Advance(TimeSpan.FromDays(10) + TimeSpan.FromMinutes(1));

        Assert.Equal(1, await shop.SendAsync(new ForgetMessages.Command()));
        Assert.Null(await shop.InboxRowAsync("a=1"));
        Assert.NotNull(await shop.InboxRowAsync("a=2"));
    }

    [Fact]
    public void One_senders_flood_is_bounded_and_leaves_room_for_the_others()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var budgets = new RefusalBudgets(clock);
        var kept = Enumerable.Range(0, 100_000).Count(_ => budgets.TryTake("alipay", "203.0.113.9"));
        Assert.InRange(kept, 1, 1000);
        Assert.True(budgets.TryTake("alipay", "198.51.100.7"));
        Assert.True(budgets.TryTake("wechatpay", "203.0.113.9"));

        clock.Advance(TimeSpan.FromHours(1));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => budgets.TryTake("alipay", "203.0.113.9")), 300, 400);

        // Ten thousand senders together are bounded as well.
        Assert.InRange(Enumerable.Range(0, 100_000).Count(n => budgets.TryTake("flooded", $"10.{n % 250}.{n / 250 % 250}.1")), 1, 5000);
    }

    [Fact]
    public void A_request_is_kept_byte_for_byte()
    {
        var token = Gen.String[Gen.Char["abcXYZ0189-=&%+/"], 1, 20];
        Gen.Select(token, Gen.Select(token, token).List[0, 8], Gen.Byte.Array[0, 300]).Sample((query, headers, body) =>
        {
            var request = new RawRequest("POST", query, [.. headers.Select(header => KeyValuePair.Create(header.Item1, header.Item2))], body);
            var (read, isWhole) = Envelope.Read(Envelope.Write(request, 300), DateTimeOffset.UnixEpoch)!.Value;
            return isWhole && read.Method == "POST" && read.Query == query && read.Headers.SequenceEqual(request.Headers)
                && read.Body.Span.SequenceEqual(body) && read.ReceivedAt == DateTimeOffset.UnixEpoch;
        });
    }

    [Fact]
    public void What_is_no_envelope_is_nothing()
    {
        Assert.Null(Envelope.Read(Encoding.UTF8.GetBytes("nothing"), default));
        Assert.Null(Envelope.Read(Encoding.UTF8.GetBytes("POST\n\nbody"), default));
        Assert.Null(Envelope.Read(Encoding.UTF8.GetBytes("POST ?q\nno header\n\nbody"), default));
    }
}

using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>What anybody can send fills no disk and makes nobody ask, and no message is kept with a secret that is not its own.</summary>
public sealed class InboxBoundsTests(OwnShops shops) : IClassFixture<OwnShops>
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_flood_of_returns_of_one_payment_is_answered_and_mostly_neither_kept_nor_asked_about(string store)
    {
        await using var scripted = await ScriptedShop.StartAsync(store);
        var (_, paymentNo) = await scripted.StartedAsync();
        var begin = scripted.Shop.Clock.GetUtcNow();
        for (var spelling = 0; spelling < 60; spelling++)
        {
            Assert.Equal(303, await ComeBackAsync(spelling));
        }

        Assert.Equal("20", await scripted.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox WHERE payment_no = @no AND kind = 'return'", ("no", paymentNo)));
        Assert.InRange(Questions(), 1, 1 + (int)((scripted.Shop.Clock.GetUtcNow() - begin) / ReturnPace.Pause));

        // Whoever comes back later has the provider asked, whether or not that is kept.
        var before = Questions();
        scripted.Shop.Clock.Advance(ReturnPace.Pause);
        scripted.Pay(paymentNo);
        Assert.Equal(303, await ComeBackAsync(60));
        Assert.Equal(before + 1, Questions());
        Assert.Equal("succeeded", await scripted.Shop.PaymentStatusAsync(paymentNo));

        int Questions() => scripted.Calls.Count(call => call == $"query {scripted.First} {paymentNo}");

        async Task<int> ComeBackAsync(int spelling) => (await scripted.Shop.Web.GetTextAsync($"/payments/{scripted.First}/return?payment={paymentNo}&n={spelling}")).Status;
    }

    [Fact]
    public void Returns_ask_once_in_a_while_for_each_payment_and_for_a_bounded_number_of_them()
    {
        var clock = new FakeTimeProvider();
        var pace = new ReturnPace(clock);
        Assert.True(pace.TryTake("first"));
        Assert.False(pace.TryTake("first"));
        Assert.True(pace.TryTake("second"));
        clock.Advance(ReturnPace.Pause);
        Assert.True(pace.TryTake("first"));

        Assert.InRange(Enumerable.Range(0, 10_000).Count(number => pace.TryTake($"{number}")), 4000, 4096);
        clock.Advance(ReturnPace.Pause);
        Assert.True(pace.TryTake("one more"));
    }

    [Fact]
    public void One_senders_returns_are_bounded_and_verified_notifications_never_are()
    {
        var recorder = new InboxRecorder(new EphemeralDataProtectionProvider(), new FakeTimeProvider());
        Assert.InRange(Enumerable.Range(0, 5000).Count(_ => recorder.Returned(Received("return", "203.0.113.9"), default) is not null), 1, 1000);
        Assert.NotNull(recorder.Returned(Received("return", "198.51.100.7"), default));
        Assert.NotNull(recorder.Refused(Received("notify", "203.0.113.9"), "malformed", new Explanation(null, ""), default));

        Assert.InRange(Enumerable.Range(0, 5000).Count(_ => recorder.Unjudged(Received("notify", "192.0.2.1"), "undecided", "", default) is not null), 1, 1000);
        Assert.Equal(5000, Enumerable.Range(0, 5000).Count(_ => recorder.Accepted(Received("notify", "192.0.2.1")) is not null));

        static Modular.Payments.Received Received(string kind, string sender) => new("alipay", kind, new RawRequest("GET", "a=1", [], default), sender, 0, _ => 200, IsKept: false);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Of_messages_that_were_not_accepted_the_newest_are_kept_and_accepted_ones_all(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store, Settings = new Dictionary<string, string?> { ["Modular:Inbox:MaxRefused"] = "3" } });
        var (_, paymentNo) = await shop.StartedAsync();
        var genuine = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        Assert.Equal((200, "success"), await shop.NotifyAsync(genuine));
        for (var number = 0; number < 6; number++)
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(1));
            await shop.NotifyAsync($"forged={number}");
        }

        await shop.NotifyAsync("forged=elsewhere", "wechatpay");

        Assert.Equal(3, await shop.SendAsync(new ForgetMessages.Command()));
        Assert.Equal(0, await shop.SendAsync(new ForgetMessages.Command()));
        for (var number = 0; number < 6; number++)
        {
            Assert.Equal(number >= 3, await shop.InboxRowAsync($"forged={number}") is not null);
        }

        Assert.NotNull(await shop.InboxRowAsync(genuine));
        Assert.NotNull(await shop.InboxRowAsync("forged=elsewhere", "wechatpay"));
    }

    [Fact]
    public async Task What_proves_who_somebody_is_to_others_is_not_kept_of_any_message()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        (string, string)[] headers =
        [
            ("Cookie", "session=canary"), ("Authorization", "Bearer canary"), ("Proxy-Authorization", "Basic canary"), ("X-Api-Key", "canary"), ("X-Auth-Token", "canary"),
            ("Cf-Access-Jwt-Assertion", "canary"), ("X-Long", "canary" + new string('x', 4000)), ("User-Agent", "Alipay"), ("X-Forwarded-For", "203.0.113.9"),
        ];
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        var genuine = await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", Http.Bytes(System.Text.Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded"), headers);
        Assert.Equal((200, "success"), (genuine.Status, genuine.Text));
        await shop.Web.GetTextAsync("/payments/alipay/return?a=1", headers);

        foreach (var row in new[] { await shop.InboxRowAsync(form), await shop.InboxRowAsync("", kind: "return", query: "a=1") })
        {
            var kept = shop.Services.GetRequiredService<InboxRecorder>().Open(row!)!.Value.Request.Headers;
            Assert.DoesNotContain(kept, header => header.Value.Contains("canary", StringComparison.Ordinal));
            Assert.Equal("Alipay", kept.Single(header => header.Key == "User-Agent").Value);
            Assert.Contains(kept, header => header.Key == "X-Forwarded-For");
        }

        // Nor does one message take much of the disk with many headers.
        await shop.Web.GetTextAsync("/payments/alipay/return?a=2", [.. Enumerable.Range(0, 60).Select(number => ($"X-{number}", new string('y', 400)))]);
        Assert.InRange((await shop.InboxRowAsync("", kind: "return", query: "a=2"))!.Envelope.Length, 1, 16 * 1024);
    }
}

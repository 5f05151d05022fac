using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using static Modular.Tests.WeChat.WeChatSteps;

namespace Modular.Tests.WeChat;

/// <summary>A merchant with platform certificates and without the public key: nothing is known until it is fetched.</summary>
public sealed class CertificateModeTests
{
    private static readonly Dictionary<string, string?> CertificateMode = new() { ["Modular:Providers:wechatpay:PublicKeyId"] = "", ["Modular:Providers:wechatpay:PublicKey"] = "" };

    [Theory]
    [InlineData(6, "behind")]
    [InlineData(-6, "ahead of")]
    public async Task S10_a_shop_that_starts_with_a_wrong_clock_names_the_clock_and_no_certificate(int minutes, string direction)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = CertificateMode,
            Configure = builder => Shift(builder, TimeSpan.FromMinutes(minutes)),
        });
        var message = shop.WeChat.NotifyV3(WeChatParty.PaidResource("01JDKF0000000000000000TEST", 1), shop.Clock.GetUtcNow());
        message = shop.WeChat.SignV3(message.Body, shop.Clock.GetUtcNow(), serial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1");

        await shop.RefusedAsync(message, V3, "stale");

        var row = (await shop.InboxRowAsync(message.Body, V3))!;
        Assert.Equal("clock-skew", row.Cause);
        Assert.Contains($"seconds {direction} this machine's clock", row.Detail, StringComparison.Ordinal);
        Assert.Contains(shop.Log.Lines, line => line.Contains("(stale): clock-skew", StringComparison.Ordinal));
        Assert.DoesNotContain(shop.Log.Lines, line => line.Contains("unknown-serial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S17_payments_are_started_and_paid_through_one_rotation_after_the_other_without_waiting()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, Settings = CertificateMode });
        await shop.ControlAsync("/sandbox/wechat/public-key", new { share = 0.0 });
        var orders = new List<(string OrderNo, string PaymentNo)>();
        foreach (var drop in new[] { false, true, true })
        {
            var (early, underWay, _) = await shop.WeChatPaymentAsync(V3);
            await shop.ControlAsync("/sandbox/wechat/rotate", new { drop });
            var (late, after, _) = await shop.WeChatPaymentAsync(V3);
            foreach (var (orderNo, paymentNo) in new[] { (early, underWay), (late, after) })
            {
                await shop.StepAsync(paymentNo, "pay");
                orders.Add((orderNo, paymentNo));
            }
        }

        foreach (var (orderNo, paymentNo) in orders)
        {
            await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
            await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        }

        Assert.Null(await shop.ScalarAsync("SELECT MIN(reason || ': ' || detail) FROM payments_inbox WHERE verdict = 'refused'"));
    }

    private static void Shift(WebApplicationBuilder builder, TimeSpan by)
    {
        var right = (TimeProvider)builder.Services.Last(service => service.ServiceType == typeof(TimeProvider)).ImplementationInstance!;
        builder.Services.AddSingleton<TimeProvider>(new ShiftedClock(right, by));
    }

    /// <summary>A machine whose clock is off.</summary>
    private sealed class ShiftedClock(TimeProvider right, TimeSpan by) : TimeProvider
    {
        public override long TimestampFrequency => right.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + by;

        public override long GetTimestamp() => right.GetTimestamp();
    }
}

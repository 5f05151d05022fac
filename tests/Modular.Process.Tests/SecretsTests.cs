namespace Modular.Process.Tests;

/// <summary>What a shop writes while good and bad things happen to it; the fixture <see cref="Secrets"/> searches what all the others wrote.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task No_key_and_no_signature_is_ever_written_even_when_everything_is_logged_P09()
    {
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        await using var shop = await town.StartShopAsync(new Dictionary<string, string?>
        {
            ["Modular__Jobs__Enabled"] = "true",
            ["Modular__Payments__ConfirmSchedule"] = "1",
            ["Logging__LogLevel__Default"] = "Debug",
            ["Logging__LogLevel__Modular"] = "Trace",
            ["Logging__LogLevel__System.Net.Http"] = "Trace",
            // An instance that cannot work, whose reason is written.
            ["Modular__Providers__broken__Plugin"] = "Modular.Payments.Alipay",
            ["Modular__Providers__broken__Gateway"] = "http://127.0.0.1:9/gateway.do",
            ["Modular__Providers__broken__AppId"] = AlipayParty.AppId,
            ["Modular__Providers__broken__SellerId"] = AlipayParty.SellerId,
            ["Modular__Providers__broken__PrivateKey"] = town.Alipay.AppKey.ExportPkcs8PrivateKeyPem().Replace("MII", "MIJ", StringComparison.Ordinal),
            ["Modular__Providers__broken__AlipayPublicKey"] = "nonsense",
        });
        var (orderNo, paymentNo) = await shop.StartedAsync("qr");
        await town.SetFaultsAsync(new { gateway = new[] { new { kind = "WrongSignature" } } });
        using (var unknown = await shop.PostPaymentAsync(orderNo, "app"))
        {
            Assert.Equal(503, (int)unknown.StatusCode);
        }

        var form = town.Paid(paymentNo);
        Assert.Equal(400, (await shop.NotifyAsync(form.Replace("0.01", "0.02", StringComparison.Ordinal))).Status);
        Assert.Equal(200, (await shop.NotifyAsync(form)).Status);
        Assert.NotEqual(200, (await shop.NotifyAsync(form, "broken")).Status);
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        using (var stranger = await shop.Web.GetAsync(new Uri($"/payments/alipay/return?{form}", UriKind.Relative), TestContext.Current.CancellationToken))
        {
            Assert.Equal(303, (int)stranger.StatusCode);
        }

        Assert.Contains("broken", shop.Output, StringComparison.Ordinal);
        Assert.Empty(Secrets.In(shop.Output));
    }
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>A misconfigured instance is out of service and named with the reason, never half in service, and takes nobody with it.</summary>
public sealed class OutOfServiceTests(OutOfServiceTests.MisconfiguredShop fixture) : IClassFixture<OutOfServiceTests.MisconfiguredShop>
{
    public static TheoryData<string> Instances => [.. MisconfiguredShop.Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task S02_S07_a_misconfigured_instance_serves_nothing_and_says_why(string instance)
    {
        var shop = fixture.Shop;
        var problem = MisconfiguredShop.Mistakes[instance].Problem;
        var orderNo = await shop.PlaceOrderAsync();

        var start = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = instance, scene = "pc" });
        Assert.Equal((503, "provider_unavailable", "application/problem+json"), (start.Status, start.Code, start.ContentType));
        Assert.NotNull(start.Headers.RetryAfter);
        Assert.Empty((await shop.OrderAsync(orderNo))["payments"]!.AsArray());

        var (status, body) = await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(orderNo, "0.01")), instance);
        Assert.Equal(503, status);
        Assert.NotEqual("success", body);
        Assert.Equal(303, (await shop.Web.GetTextAsync($"/payments/{instance}/return?out_trade_no=1")).Status);

        Assert.Contains(shop.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains($" {instance} ", StringComparison.Ordinal) && line.Contains(problem, StringComparison.Ordinal));
        var health = await shop.Web.GetTextAsync("/health/ready");
        Assert.Equal((200, "degraded"), (health.Status, health.Json["status"]!.GetValue<string>()));
        Assert.Contains(problem, health.Json["checks"]!["providers"]!["data"]![instance]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_instances_beside_it_work()
    {
        var (orderNo, paymentNo) = await fixture.Shop.StartedAsync();
        Assert.Equal((200, "success"), await fixture.Shop.NotifyAsync(fixture.Shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));
        await fixture.Shop.AssertPaidOnceAsync(orderNo, paymentNo);
        Assert.Equal("live", (await fixture.Shop.Web.GetTextAsync("/health/live")).Text);
    }

    [Fact]
    public async Task P09_no_key_and_no_secret_is_ever_told()
    {
        var shop = fixture.Shop;
        var told = string.Join('\n', shop.Log.Lines) + (await shop.Web.GetTextAsync("/health/ready")).Text;
        foreach (var instance in MisconfiguredShop.Mistakes.Keys)
        {
            var orderNo = await shop.PlaceOrderAsync();
            told += (await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = instance, scene = "pc" })).Text;
        }

        Assert.All(fixture.Secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
        Assert.DoesNotContain(TestShop.ApiKey, told, StringComparison.Ordinal);
        Assert.DoesNotContain(TestShop.OperatorPassword, told, StringComparison.Ordinal);
    }

    /// <summary>A shop with one good instance and one instance for every mistake.</summary>
    public sealed class MisconfiguredShop : IAsyncLifetime
    {
        private const string Canary = "canary+not/base64!but=secret";

        public static IReadOnlyDictionary<string, (string Setting, Func<Keys, string?> Value, string Problem)> Mistakes { get; } =
            new Dictionary<string, (string, Func<Keys, string?>, string)>
            {
                ["blank-private-key"] = ("PrivateKey", _ => "", "PrivateKey is missing"),
                ["white-private-key"] = ("PrivateKey", _ => " \n\t ", "PrivateKey is missing"),
                ["no-alipay-key"] = ("AlipayPublicKey", _ => null, "AlipayPublicKey is missing"),
                ["blank-alipay-key"] = ("AlipayPublicKey", _ => "  ", "AlipayPublicKey is missing"),
                ["blank-app"] = ("AppId", _ => "", "AppId is missing"),
                ["blank-seller"] = ("SellerId", _ => " ", "SellerId is missing"),
                ["short-private-key"] = ("PrivateKey", keys => keys.Weak.ExportPkcs8PrivateKeyPem(), "PrivateKey has 1024 bits"),
                ["short-alipay-key"] = ("AlipayPublicKey", keys => keys.Weak.ExportSubjectPublicKeyInfoPem(), "AlipayPublicKey has 1024 bits"),
                ["own-public-key"] = ("AlipayPublicKey", keys => keys.Own.ExportSubjectPublicKeyInfoPem(), "AlipayPublicKey is the public half of your own PrivateKey"),
                ["not-base64"] = ("PrivateKey", _ => Canary, "PrivateKey is neither PEM nor Base64"),
                ["public-as-private"] = ("PrivateKey", keys => keys.Own.ExportSubjectPublicKeyInfoPem(), "PrivateKey holds a public key"),
                ["private-as-public"] = ("AlipayPublicKey", keys => keys.Own.ExportPkcs8PrivateKeyPem(), "AlipayPublicKey holds a private key"),
                ["plain-http"] = ("Gateway", _ => "http://openapi.example.com/gateway.do", "Gateway uses plain http"),
                ["no-plugin"] = ("Plugin", _ => "", "Plugin is missing"),
                ["absent-plugin"] = ("Plugin", _ => "Modular.Payments.Nothing", "is not installed"),
                ["path-as-plugin"] = ("Plugin", _ => "../Modular.Payments.Alipay", "Plugin must be the plugin's assembly name"),
            };

        public TestShop Shop { get; private set; } = null!;

        /// <summary>Pieces of the keys, and the texts that stood in their places.</summary>
        public IReadOnlyList<string> Secrets { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            using var keys = new Keys(RSA.Create(1024), RSA.Create(2048));
            Shop = await TestShop.StartAsync(new TestShopOptions
            {
                Store = Stores.Sqlite,
                Configure = builder =>
                {
                    keys.Own.ImportFromPem(builder.Configuration["Modular:Providers:alipay:PrivateKey"]);
                    foreach (var (instance, mistake) in Mistakes)
                    {
                        Configure(builder, instance, mistake.Setting, mistake.Value(keys));
                    }
                },
            });
            Secrets =
            [
                Canary,
                .. new[] { keys.Weak.ExportPkcs8PrivateKeyPem(), keys.Own.ExportPkcs8PrivateKeyPem(), keys.Own.ExportSubjectPublicKeyInfoPem(), Shop.Alipay.AlipayKey.ExportSubjectPublicKeyInfoPem() }
                    .SelectMany(pem => pem.Split('\n')).Where(line => line.Length > 20 && !line.StartsWith('-')).Select(line => line[..20]).Where(piece => !piece.StartsWith("MII", StringComparison.Ordinal)),
            ];
            Assert.True(Secrets.Count > 40);
        }

        public ValueTask DisposeAsync() => Shop.DisposeAsync();

        private static void Configure(WebApplicationBuilder builder, string instance, string setting, string? value)
        {
            string[] names = ["Plugin", "Gateway", "AppId", "SellerId", "PrivateKey", "AlipayPublicKey"];
            foreach (var name in names)
            {
                if (name != setting || value is not null)
                {
                    builder.Configuration[$"Modular:Providers:{instance}:{name}"] = name == setting ? value : builder.Configuration[$"Modular:Providers:alipay:{name}"];
                }
            }
        }
    }

    /// <summary>The keys that the mistakes are made of.</summary>
    public sealed record Keys(RSA Weak, RSA Own) : IDisposable
    {
        public void Dispose()
        {
            Weak.Dispose();
            Own.Dispose();
        }
    }
}

using Modular.Testing;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Whatever a plugin does wrong is the unknown answer of that call; the host and the other instances live on.</summary>
public sealed class ChaosPluginTests(ChaosPluginTests.ChaosShop fixture) : IClassFixture<ChaosPluginTests.ChaosShop>
{
    public static TheoryData<string> Modes => ["throw", "fault", "null", "null-task", "block", "hang"];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task P03_a_plugin_that_breaks_the_contract_makes_its_own_call_unknown(string mode)
    {
        var shop = fixture.Shop;
        var orderNo = await shop.PlaceOrderAsync();

        var start = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "chaos-" + mode, scene = "pc" });
        Assert.Equal((503, "provider_unknown"), (start.Status, start.Code));
        Assert.NotNull(start.Headers.RetryAfter);
        var paymentNo = (await shop.OrderAsync(orderNo))["payments"]![0]!["paymentNo"]!.GetValue<string>();

        var (status, body) = await shop.NotifyAsync($"out_trade_no={paymentNo}", "chaos-" + mode);
        Assert.Equal(503, status);
        Assert.NotEqual("success", body);

        var confirm = await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { });
        Assert.Equal((503, "provider_unknown"), (confirm.Status, confirm.Code));
        Assert.Equal("/pay/returned?state=unavailable", (await shop.Web.GetTextAsync($"/payments/chaos-{mode}/return?a=1")).Location);

        // The earlier attempt cannot be ended, so no other may start beside it.
        Assert.Equal(503, (await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "alipay", scene = "pc" })).Status);
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
        Assert.DoesNotContain(shop.Log.Lines, line => line.Contains("canary-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("throw-at-birth")]
    [InlineData("no-account")]
    public async Task P03_a_plugin_that_fails_while_it_is_made_is_out_of_service(string mode)
    {
        var orderNo = await fixture.Shop.PlaceOrderAsync();
        var start = await fixture.Shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = "chaos-" + mode, scene = "pc" });
        Assert.Equal((503, "provider_unavailable"), (start.Status, start.Code));
        Assert.DoesNotContain("canary-secret", start.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("block")]
    [InlineData("hang")]
    public async Task P03_while_sixty_four_calls_of_one_plugin_hang_the_others_work(string mode)
    {
        var shop = fixture.Shop;
        ChaosShop.Release();
        await Task.WhenAll(Enumerable.Range(0, 70).Select(_ => shop.NotifyAsync("a=1", "chaos-" + mode)));

        // All sixty-four places are taken by calls that go on hanging; the next is turned away at once.
        Assert.Equal(503, (await shop.NotifyAsync("a=1", "chaos-" + mode)).Status);
        Assert.Contains(shop.Log.Lines, line => line.Contains("64 calls to the provider are waiting already", StringComparison.Ordinal));

        Assert.Equal("live", (await shop.Web.GetTextAsync("/health/live")).Text);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
        ChaosShop.Release();
    }

    /// <summary>A shop with the real plugin and the broken one, which has an instance for every way to be broken.</summary>
    public sealed class ChaosShop : IAsyncLifetime
    {
        private readonly DirectoryInfo plugins = Directory.CreateTempSubdirectory("modular-plugins-");

        public TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
            Copy(Path.Combine(TestShop.PluginFolder, "Modular.Payments.Alipay"));
            Copy(Repository.PathOf("artifacts", "bin", "Modular.ChaosPlugin", configuration), "Modular.ChaosPlugin");
            Hold();
            var settings = new Dictionary<string, string?> { ["Modular:Plugins:Path"] = plugins.FullName };
            foreach (var mode in Modes.Select(row => row.Data).Append("throw-at-birth").Append("no-account"))
            {
                settings[$"Modular:Providers:chaos-{mode}:Plugin"] = "Modular.ChaosPlugin";
                settings[$"Modular:Providers:chaos-{mode}:Mode"] = mode;
            }

            Shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, Settings = settings, Configure = Patience.Of(TimeSpan.FromSeconds(5)) });
        }

        /// <summary>Ends what blocks and hangs now; what comes later blocks and hangs again.</summary>
        public static void Release()
        {
            var held = (ManualResetEventSlim)AppDomain.CurrentDomain.GetData("chaos-release")!;
            Hold();
            held.Set();
        }

        public async ValueTask DisposeAsync()
        {
            Release();
            await Shop.DisposeAsync();
            plugins.Delete(recursive: true);
        }

        private static void Hold() => AppDomain.CurrentDomain.SetData("chaos-release", new ManualResetEventSlim());

        private void Copy(string from, string? name = null)
        {
            var to = plugins.CreateSubdirectory(name ?? Path.GetFileName(from));
            foreach (var file in Directory.GetFiles(from))
            {
                File.Copy(file, Path.Combine(to.FullName, Path.GetFileName(file)));
            }
        }
    }
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Modular.Sandbox.Tests.Support;

/// <summary>The whole sandbox on a free port, with a clock that only the test moves.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private SandboxHost(WebApplication app, FakeTimeProvider time)
    {
        (this.app, Time) = (app, time);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        Merchant = new TestMerchant(Client, time, Keys.AppId);
    }

    public FakeTimeProvider Time { get; }

    public HttpClient Client { get; }

    /// <summary>Where it listens with a certificate of its own and asks for the client's.</summary>
    public string TlsUrl => app.Urls.First(url => url.StartsWith("https", StringComparison.Ordinal));

    public IServiceProvider Services => app.Services;

    public TestMerchant Merchant { get; }

    public static async Task<SandboxHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 4, 0, 0, TimeSpan.Zero));
        var app = SandboxApp.Create([], builder =>
        {
            var hasTls = Array.Exists(settings, setting => setting.Key.StartsWith("WeChat:Tls:", StringComparison.Ordinal));
            builder.WebHost.UseUrls(hasTls ? ["http://127.0.0.1:0", "https://127.0.0.1:0"] : ["http://127.0.0.1:0"]);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Configuration.AddInMemoryCollection(Merchants());
            builder.Configuration.AddInMemoryCollection(DirectKeys.Settings());
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>("Sandbox:" + setting.Key, setting.Value)));
        });
        await app.StartAsync();
        return new SandboxHost(app, time);
    }

    public async Task<JsonNode> ControlAsync(string path, object? body = null)
    {
        using var response = await Client.PostAsJsonAsync("/sandbox/" + path, body ?? new { });
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<JsonNode> LookAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>("/sandbox/" + path))!;

    public async Task SetFaultsAsync(object faults)
    {
        using var response = await Client.PutAsJsonAsync("/sandbox/faults", faults);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until the notifications of a trade look as expected; what is waited for happens in real time.</summary>
    public async Task<JsonArray> NotificationsAsync(string outTradeNo, Func<JsonArray, bool> expected)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (true)
        {
            var notifications = (JsonArray)await LookAsync($"notifications?outTradeNo={outTradeNo}");
            if (expected(notifications))
            {
                return notifications;
            }

            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "In vain waited for: " + notifications.ToJsonString());
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    public static Dictionary<string, string?> Merchants()
    {
        const string Prefix = "Sandbox:Alipay:Merchants:";
        return new()
        {
            ["Sandbox:WeChat:Merchants:a:AppId"] = WeChatKeys.AppId,
            ["Sandbox:WeChat:Merchants:a:AppSecret"] = WeChatKeys.AppSecret,
            ["Sandbox:WeChat:Merchants:a:MchId"] = WeChatKeys.MchId,
            ["Sandbox:WeChat:Merchants:a:ApiKey"] = WeChatKeys.ApiV2Key,
            ["Sandbox:WeChat:Merchants:b:MchId"] = WeChatKeys.OtherMchId,
            ["Sandbox:WeChat:Merchants:b:ApiKey"] = WeChatKeys.OtherApiV2Key,
            ["Sandbox:WeChat:Merchants:b:AppId"] = WeChatKeys.OtherAppId,
            ["Sandbox:WeChat:Merchants:b:AppSecret"] = WeChatKeys.OtherAppSecret,
            [Prefix + "key:AppId"] = Keys.AppId,
            [Prefix + "key:SellerId"] = Keys.Seller,
            [Prefix + "key:Name"] = "测试商家",
            [Prefix + "key:AppPublicKey"] = Convert.ToBase64String(Keys.App.ExportSubjectPublicKeyInfo()),
            [Prefix + "key:AlipayPrivateKey"] = Convert.ToBase64String(Keys.Alipay.ExportRSAPrivateKey()),
            [Prefix + "certificate:AppId"] = Keys.CertificateAppId,
            [Prefix + "certificate:SellerId"] = Keys.Seller,
            [Prefix + "certificate:AlipayPrivateKey"] = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
            [Prefix + "certificate:AppCertificate"] = Keys.AppCertificate,
            [Prefix + "certificate:AlipayCertificate"] = Keys.AlipayCertificate,
            [Prefix + "certificate:AlipayRootCertificate"] = Keys.RootCertificate,
        };
    }
}

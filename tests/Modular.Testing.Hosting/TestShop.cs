using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Data;
using Modular.Sandbox;
using Modular.Web.Hosting;

namespace Modular.Testing.Hosting;

/// <summary>How a <see cref="TestShop"/> differs from the usual one.</summary>
public sealed record TestShopOptions
{
    public string Store { get; init; } = Stores.PostgreSql;

    /// <summary>Starts a second node on the same database, sandbox and clock.</summary>
    public TestShop? Beside { get; init; }

    /// <summary>Adds the instances of Alipay's legacy gateway, which most tests want to have nothing to do with.</summary>
    public bool AlipayDirect { get; init; }

    /// <summary>Configuration that is added last. A null value removes a setting.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    public Action<WebApplicationBuilder>? Configure { get; init; }
}

/// <summary>
/// The whole shop on a real port, with the real plugin loaded from its folder, a real database and the sandbox as its
/// Alipay and WeChat Pay, inside the test's process. Jobs are off unless asked for: tests run the sweeps when they mean to.
/// </summary>
public sealed class TestShop : IAsyncDisposable
{
    public const string ApiKey = "test-api-key";
    public const string OperatorPassword = "operator-password";

    private readonly bool ownsSurroundings;
    private readonly WebApplication app;
    private readonly WebApplication sandboxApp;
    private readonly TestDatabase database;

    private TestShop(WebApplication app, WebApplication sandboxApp, TestDatabase database, AlipayParty alipay, AlipayDirectParty alipayDirect, WeChatParty weChat, TestClock clock, CollectingLog log, Uri address, Uri sandboxAddress, bool ownsSurroundings)
    {
        (this.app, this.sandboxApp, this.database, this.ownsSurroundings) = (app, sandboxApp, database, ownsSurroundings);
        (Alipay, AlipayDirect, WeChat, Clock, Log, Address, SandboxAddress) = (alipay, alipayDirect, weChat, clock, log, address, sandboxAddress);
        Web = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        Api = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        Sandbox = new HttpClient { BaseAddress = sandboxAddress };
    }

    public Uri Address { get; }

    public Uri SandboxAddress { get; }

    /// <summary>A stranger's client: no key, no cookies, no redirects followed.</summary>
    public HttpClient Web { get; }

    /// <summary>A client with an API key.</summary>
    public HttpClient Api { get; }

    /// <summary>The sandbox's control endpoints.</summary>
    public HttpClient Sandbox { get; }

    public AlipayParty Alipay { get; }

    public AlipayDirectParty AlipayDirect { get; }

    public WeChatParty WeChat { get; }

    public TestClock Clock { get; }

    /// <summary>Everything that the shop logged.</summary>
    public CollectingLog Log { get; }

    public IServiceProvider Services => app.Services;

    public string ConnectionString => database.ConnectionString;

    /// <summary>Where the build puts the plugins, in this configuration.</summary>
    public static string PluginFolder { get; } = Path.Combine(
        Repository.PathOf("artifacts", "bin", "Modular.Web"),
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name,
        "plugins");

    public static async Task<TestShop> StartAsync(TestShopOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var beside = options.Beside;
        var clock = beside?.Clock ?? new TestClock();
        var alipay = beside?.Alipay ?? new AlipayParty();
        var alipayDirect = beside?.AlipayDirect ?? new AlipayDirectParty();
        var weChat = beside?.WeChat ?? new WeChatParty();
        var database = beside?.database ?? await TestDatabase.CreateAsync(options.Store);
        var sandboxAddress = beside?.SandboxAddress ?? FreePort.Address();
        var sandboxApp = beside?.sandboxApp ?? await StartSandboxAsync(alipay, alipayDirect, weChat, clock, sandboxAddress);

        var address = FreePort.Address();
        var log = new CollectingLog();
        var app = Shop.Create([], builder =>
        {
            builder.WebHost.UseUrls(address.ToString());
            builder.Configuration.AddInMemoryCollection(Settings(address, sandboxAddress, database, alipay, weChat));
            builder.Configuration.AddInMemoryCollection(options.AlipayDirect ? alipayDirect.ShopSettings(sandboxAddress) : []);
            builder.Configuration.AddInMemoryCollection(options.Settings);
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Services.AddSingleton<ILoggerFactory, LastingLoggerFactory>();
            Patience.Of(TimeSpan.FromSeconds(30))(builder);
            options.Configure?.Invoke(builder);
        });
        await app.PrepareAsync();
        await app.StartAsync();
        return new TestShop(app, sandboxApp, database, alipay, alipayDirect, weChat, clock, log, address, sandboxAddress, ownsSurroundings: beside is null);
    }

    // --- What a shop, a shopper and an operator do ---

    public async Task<string> PlaceOrderAsync(string sku = "test-fen", int quantity = 1)
    {
        using var response = await Api.PostAsJsonAsync("/api/orders", new { lines = new[] { new { sku, quantity } } });
        return (await JsonAsync(response, 201))["orderNo"]!.GetValue<string>();
    }

    public async Task<JsonNode> StartPaymentAsync(string orderNo, string scene = "pc", string provider = "alipay")
    {
        using var response = await Api.PostAsJsonAsync($"/api/orders/{orderNo}/payments", new { provider, scene });
        return await JsonAsync(response, 201, 200);
    }

    /// <summary>Places an order and starts paying it; the provider does not know the payment yet.</summary>
    public async Task<(string OrderNo, string PaymentNo)> StartedAsync(string sku = "test-fen", string scene = "pc")
    {
        var orderNo = await PlaceOrderAsync(sku);
        return (orderNo, (await StartPaymentAsync(orderNo, scene))["paymentNo"]!.GetValue<string>());
    }

    public Task<JsonNode> OrderAsync(string orderNo) => GetAsync($"/api/orders/{orderNo}");

    public Task<JsonNode> PaymentAsync(string paymentNo) => GetAsync($"/api/payments/{paymentNo}");

    public async Task<string> OrderStatusAsync(string orderNo) => (await OrderAsync(orderNo))["status"]!.GetValue<string>();

    public async Task<string> PaymentStatusAsync(string paymentNo) => (await PaymentAsync(paymentNo))["status"]!.GetValue<string>();

    /// <summary>Posts a notification as a provider would.</summary>
    public async Task<(int Status, string Body)> NotifyAsync(string form, string instance = "alipay", string contentType = "application/x-www-form-urlencoded; charset=utf-8")
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await Web.PostAsync(new Uri($"/payments/{instance}/notify", UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a notification as a provider does, which repeats it when a node that waited too long for another one's lock answers 503.</summary>
    public async Task<(int Status, string Body)> NotifyUntilTakenAsync(string form, string instance = "alipay", string contentType = "application/x-www-form-urlencoded; charset=utf-8")
    {
        (int Status, string Body) answer;
        var times = 0;
        do
        {
            answer = await NotifyAsync(form, instance, contentType);
        }
        while (answer.Status == 503 && ++times < 10);

        return answer;
    }

    /// <summary>Runs a slice inside the shop, a sweep for example.</summary>
    public async Task<T> SendAsync<T>(IRequest<T> request)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Looks into the database.</summary>
    public async Task<T> ReadAsync<T>(Func<ModularDbContext, Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        await using var scope = Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<ModularDbContext>());
    }

    /// <summary>The first column of the first row of a query, as text; null when there is none.</summary>
    public Task<string?> ScalarAsync(string sql, params (string Name, object? Value)[] parameters) => ReadAsync(async db =>
    {
        await using var command = await db.SqlAsync(sql, parameters, CancellationToken.None);
        var value = await command.ExecuteScalarAsync();
        return value is null or DBNull ? null : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
    });

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response, params int[] expected)
    {
        ArgumentNullException.ThrowIfNull(response);
        var text = await response.Content.ReadAsStringAsync();
        return expected.Contains((int)response.StatusCode)
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        Api.Dispose();
        Sandbox.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsSurroundings)
        {
            await sandboxApp.StopAsync();
            await sandboxApp.DisposeAsync();
            await database.DisposeAsync();
            Alipay.Dispose();
            AlipayDirect.Dispose();
            WeChat.Dispose();
        }
    }

    private static async Task<WebApplication> StartSandboxAsync(AlipayParty alipay, AlipayDirectParty alipayDirect, WeChatParty weChat, TestClock clock, Uri address)
    {
        var sandbox = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls(address.ToString());
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Warning",
                ["Sandbox:PublicUrl"] = address.ToString().TrimEnd('/'),
                ["Sandbox:Alipay:Merchants:test:AppId"] = AlipayParty.AppId,
                ["Sandbox:Alipay:Merchants:test:SellerId"] = AlipayParty.SellerId,
                ["Sandbox:Alipay:Merchants:test:Name"] = "测试商家",
                ["Sandbox:Alipay:Merchants:test:AppPublicKey"] = alipay.AppKey.ExportSubjectPublicKeyInfoPem(),
                ["Sandbox:Alipay:Merchants:test:AlipayPrivateKey"] = alipay.AlipayKey.ExportPkcs8PrivateKeyPem(),
                ["Sandbox:WeChat:Merchants:test:MchId"] = WeChatParty.MchId,
                ["Sandbox:WeChat:Merchants:test:AppId"] = WeChatParty.AppId,
                ["Sandbox:WeChat:Merchants:test:AppSecret"] = WeChatParty.AppSecret,
                ["Sandbox:WeChat:Merchants:test:Name"] = "测试商家",
                ["Sandbox:WeChat:Merchants:test:ApiV3Key"] = WeChatParty.ApiV3Key,
                ["Sandbox:WeChat:Merchants:test:ApiKey"] = WeChatParty.ApiKey,
                ["Sandbox:WeChat:Merchants:test:MerchantSerialNo"] = WeChatParty.MerchantSerialNo,
                ["Sandbox:WeChat:Merchants:test:MerchantPublicKey"] = weChat.MerchantKey.ExportSubjectPublicKeyInfoPem(),
                ["Sandbox:WeChat:Merchants:test:PublicKeyId"] = WeChatParty.PublicKeyId,
                ["Sandbox:WeChat:Merchants:test:PublicKeyPrivateKey"] = weChat.WeChatKey.ExportPkcs8PrivateKeyPem(),
            });
            builder.Configuration.AddInMemoryCollection(alipayDirect.SandboxSettings());
            builder.Services.AddSingleton<TimeProvider>(clock);
        });
        await sandbox.StartAsync();
        return sandbox;
    }

    private static Dictionary<string, string?> Settings(Uri address, Uri sandbox, TestDatabase database, AlipayParty alipay, WeChatParty weChat) => new()
    {
        ["ConnectionStrings:Modular"] = database.ConnectionString,
        ["Modular:PublicUrl"] = address.ToString(),
        ["Modular:Plugins:Path"] = PluginFolder,
        ["Modular:Database:MigrateOnStart"] = "true",
        ["Modular:Jobs:Enabled"] = "false",
        ["Modular:Api:Keys:0"] = ApiKey,
        ["Modular:Ops:Users:0:Name"] = "olivia",
        ["Modular:Ops:Users:0:PasswordHash"] = PasswordHash,
        ["Modular:Ops:Users:0:Role"] = "operator",
        ["Modular:Ops:Users:1:Name"] = "victor",
        ["Modular:Ops:Users:1:PasswordHash"] = PasswordHash,
        ["Modular:Ops:Users:1:Role"] = "viewer",
        ["Modular:Providers:alipay:Plugin"] = "Modular.Payments.Alipay",
        ["Modular:Providers:alipay:Gateway"] = new Uri(sandbox, "/alipay/gateway.do").ToString(),
        ["Modular:Providers:alipay:AppId"] = AlipayParty.AppId,
        ["Modular:Providers:alipay:SellerId"] = AlipayParty.SellerId,
        ["Modular:Providers:alipay:PrivateKey"] = alipay.AppKey.ExportPkcs8PrivateKeyPem(),
        ["Modular:Providers:alipay:AlipayPublicKey"] = alipay.AlipayKey.ExportSubjectPublicKeyInfoPem(),
        ["Modular:Providers:wechatpay:Plugin"] = "Modular.Payments.WeChatPay",
        ["Modular:Providers:wechatpay:BaseUrl"] = sandbox.ToString(),
        ["Modular:Providers:wechatpay:AppId"] = WeChatParty.AppId,
        ["Modular:Providers:wechatpay:MchId"] = WeChatParty.MchId,
        ["Modular:Providers:wechatpay:MerchantSerialNo"] = WeChatParty.MerchantSerialNo,
        ["Modular:Providers:wechatpay:PrivateKey"] = weChat.MerchantKey.ExportPkcs8PrivateKeyPem(),
        ["Modular:Providers:wechatpay:ApiV3Key"] = WeChatParty.ApiV3Key,
        ["Modular:Providers:wechatpay:PublicKeyId"] = WeChatParty.PublicKeyId,
        ["Modular:Providers:wechatpay:PublicKey"] = weChat.WeChatKey.ExportSubjectPublicKeyInfoPem(),
        ["Modular:Providers:wechatpay:AppSecret"] = WeChatParty.AppSecret,
        ["Modular:Providers:wechatpay:OAuthAuthorizeUrl"] = new Uri(sandbox, "/connect/oauth2/authorize").ToString(),
        ["Modular:Providers:wechatpay:OAuthTokenUrl"] = new Uri(sandbox, "/sns/oauth2/access_token").ToString(),
        ["Modular:Providers:wechatpayv2:Plugin"] = "Modular.Payments.WeChatPayV2",
        ["Modular:Providers:wechatpayv2:BaseUrl"] = sandbox.ToString(),
        ["Modular:Providers:wechatpayv2:AppId"] = WeChatParty.AppId,
        ["Modular:Providers:wechatpayv2:MchId"] = WeChatParty.MchId,
        ["Modular:Providers:wechatpayv2:ApiKey"] = WeChatParty.ApiKey,
        ["Modular:Providers:wechatpayv2:SignType"] = "HMAC-SHA256",
        ["Modular:Providers:wechatpayv2:AppSecret"] = WeChatParty.AppSecret,
        ["Modular:Providers:wechatpayv2:OAuthAuthorizeUrl"] = new Uri(sandbox, "/connect/oauth2/authorize").ToString(),
        ["Modular:Providers:wechatpayv2:OAuthTokenUrl"] = new Uri(sandbox, "/sns/oauth2/access_token").ToString(),
    };

    private static string PasswordHash { get; } =
        new Microsoft.AspNetCore.Identity.PasswordHasher<string>().HashPassword("", OperatorPassword);

    private async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Api.GetAsync(new Uri(path, UriKind.Relative));
        return await JsonAsync(response, 200);
    }
}

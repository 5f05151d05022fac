using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Sandbox;

namespace Modular.Payments.Alipay.Tests;

/// <summary>The sandbox on a free port with the plugin's one account, and the plugin pointed at it; one clock for both.</summary>
internal sealed class LiveSandbox : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private LiveSandbox(WebApplication app, FakeTimeProvider time)
    {
        (this.app, Time) = (app, time);
        client.BaseAddress = new Uri(app.Urls.First());
        var settings = Some.KeyModeSettings();
        settings["Gateway"] = app.Urls.First() + "/alipay/gateway.do";
        Provider = new AlipayPlugin().Create(new ProviderContext("alipay", new ProviderSettings(settings), client, time));
    }

    public FakeTimeProvider Time { get; }

    public IPaymentProvider Provider { get; }

    public IRefundingProvider Refunds => (IRefundingProvider)Provider;

    public static async Task<LiveSandbox> StartAsync()
    {
        const string Merchant = "Sandbox:Alipay:Merchants:a:";
        var time = new FakeTimeProvider(Keys.Now);
        var app = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                [Merchant + "AppId"] = Some.AppId,
                [Merchant + "SellerId"] = Some.SellerId,
                [Merchant + "AppPublicKey"] = Keys.App.ExportSubjectPublicKeyInfoPem(),
                [Merchant + "AlipayPrivateKey"] = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
            });
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LiveSandbox(app, time);
    }

    /// <summary>A payment that the shopper has made.</summary>
    public async Task PayAsync(string paymentNo, long fen)
    {
        var start = Some.Start(PaymentScene.Qr) with { PaymentNo = paymentNo, Amount = Money.Cny(fen), ExpiresAt = Time.GetUtcNow().AddHours(1) };
        Assert.IsType<StartAnswer.Started>(await Provider.StartAsync(start, TestContext.Current.CancellationToken));
        await ControlAsync($"trades/{paymentNo}/pay");
    }

    public Task<RefundAnswer> RefundAsync(RefundRequest request) => Refunds.RefundAsync(request, TestContext.Current.CancellationToken);

    public Task<RefundAnswer> AskAsync(RefundRequest request) => Refunds.QueryRefundAsync(request.Reference, TestContext.Current.CancellationToken);

    public Task<StatementAnswer> BillAsync(DateOnly day) => ((IStatementProvider)Provider).FetchStatementAsync(day, TestContext.Current.CancellationToken);

    public async Task<JsonNode?> ControlAsync(string path, object? body = null)
    {
        using var response = await client.PostAsJsonAsync("/sandbox/" + path, body ?? new { }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
    }

    /// <summary>What the plugin makes of the newest notification about a payment, as the gateway signs it.</summary>
    public async Task<Verification> NewestNotificationAsync(string paymentNo)
    {
        var all = await client.GetFromJsonAsync<JsonArray>($"/sandbox/notifications?outTradeNo={paymentNo}", TestContext.Current.CancellationToken);
        var signed = await ControlAsync("sign", new { appId = Some.AppId, parameters = all![^1]!["fields"] });
        return await Provider.VerifyNotificationAsync(Some.Notify((string)signed!["form"]!), TestContext.Current.CancellationToken);
    }

    public async Task SetFaultsAsync(object faults)
    {
        using var response = await client.PutAsJsonAsync("/sandbox/faults", faults, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static RefundRequest Refund(string refundNo, string paymentNo, long paymentFen, long fen) => new()
    {
        RefundNo = refundNo,
        Payment = new PaymentReference(paymentNo, null, Keys.Now),
        PaymentAmount = Money.Cny(paymentFen),
        Amount = Money.Cny(fen),
        Reason = "改期",
        NotifyUrl = new Uri("https://shop.example/payments/alipay/notify"),
        CreatedAt = Keys.Now,
    };

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }
}

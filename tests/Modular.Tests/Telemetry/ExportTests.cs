using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Outbox;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Webhooks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Modular.Tests.Telemetry;

/// <summary>What leaves for the collector, and what never does.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task Without_a_collector_nothing_is_collected()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        Assert.Null(shop.Services.GetService<TracerProvider>());
        Assert.Null(shop.Services.GetService<MeterProvider>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P09_traces_metrics_and_logs_reach_the_collector_and_no_query_does_even_when_redaction_is_off(bool redactionOff)
    {
        // The process's traces are everybody's, so what must not appear in them is this test's own word.
        var canary = "canary" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        await using var collector = await Collector.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = redactionOff ? "true" : null,
            ["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = redactionOff ? "true" : null,
            ["Modular:Webhooks:a:Url"] = new Uri(receiver.Address, $"/hook?token={canary}-outgoing").ToString(),
            ["Modular:Webhooks:a:Secret"] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Information",
        };
        var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, Settings = settings });
        await using (shop)
        {
            var (orderNo, paymentNo) = await shop.StartedAsync();
            await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));
            await shop.Web.GetTextAsync($"/payments/alipay/return?sign={canary}-return");
            await shop.Web.GetTextAsync($"/orders/{orderNo}?key={canary}-key", ("Referer", $"http://127.0.0.1/?x={canary}-referer"));
            // The token address carries the app's secret.
            await shop.SendAsync(new IdentifyPayer.Command("wechatpay", $"{canary}-code"));
            await shop.SendAsync(new DispatchEvents());
            await shop.SendAsync(new SendDeliveries.Command());
            Assert.NotEmpty(receiver.All);
        }

        var (traces, metrics, logs) = (collector.Text("/v1/traces"), collector.Text("/v1/metrics"), collector.Text("/v1/logs"));
        Assert.Contains("/payments/{instance}/return", traces, StringComparison.Ordinal);
        Assert.Contains("/sns/oauth2/access_token", traces, StringComparison.Ordinal);
        Assert.Contains(new Uri(receiver.Address, "/hook").ToString(), traces, StringComparison.Ordinal);
        Assert.Contains("modular.payments.settled", metrics, StringComparison.Ordinal);
        Assert.Contains("Provider instance", logs, StringComparison.Ordinal);
        foreach (var text in new[] { traces, metrics, logs })
        {
            Assert.DoesNotContain(canary, text, StringComparison.Ordinal);
            Assert.DoesNotContain(WeChatParty.AppSecret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("url.query", text, StringComparison.Ordinal);
        }
    }

    /// <summary>An OpenTelemetry collector that keeps what it gets: texts stand in protobuf as they are.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly ConcurrentQueue<(string Path, string Text)> received = new();

        private Collector(WebApplication app, Uri address) => (this.app, Address) = (app, address);

        public Uri Address { get; }

        public static async Task<Collector> StartAsync()
        {
            var address = FreePort.Address();
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls(address.ToString());
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build(), address);
            collector.app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector.received.Enqueue((context.Request.Path.Value!, Encoding.UTF8.GetString(body.ToArray())));
            });
            await collector.app.StartAsync();
            return collector;
        }

        public string Text(string path) => string.Join('\n', received.Where(message => message.Path == path).Select(message => message.Text));

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}

using System.Diagnostics;
using Modular.Kernel.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Modular.Web.Telemetry;

/// <summary>
/// Sends traces, metrics and logs to the collector of <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; without it nothing is collected and nothing leaves.
/// The other <c>OTEL_…</c> variables mean what OpenTelemetry says they mean.
/// </summary>
internal static class ShopTelemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "modular";

    public static void AddShopTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointKey]))
        {
            return;
        }

        // The framework's own line about a request quotes its query.
        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
            {
                if (string.IsNullOrEmpty(builder.Configuration["OTEL_SERVICE_NAME"]))
                {
                    resource.AddService(ServiceName, serviceVersion: typeof(ShopTelemetry).Assembly.GetName().Version?.ToString());
                }
            })
            // Before the exporter, which sees what is left.
            .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddProcessor(new QueryRemover()).AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(ShopMeter.Name, "Npgsql").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddOtlpExporter())
            .WithLogging(logging => logging.AddOtlpExporter());
    }

    /// <summary>
    /// Takes queries out of spans, whole and whatever the instrumentation's own redaction is set to: WeChat's token address carries the
    /// app's secret, return addresses carry signatures, and order addresses their capability.
    /// </summary>
    private sealed class QueryRemover : BaseProcessor<Activity>
    {
        private static readonly string[] Addresses = ["url.full", "http.url", "http.target", "http.request.header.referer"];

        public override void OnEnd(Activity data)
        {
            data.SetTag("url.query", null);
            foreach (var name in Addresses)
            {
                if (data.GetTagItem(name) is string address && address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start)
                {
                    data.SetTag(name, address[..start]);
                }
            }
        }
    }
}

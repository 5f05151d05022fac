using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Modular.Kernel.Data;
using Modular.Payments;
using Modular.Webhooks;

namespace Modular.Web.Health;

/// <summary>Health: <c>/health/live</c> says that the process answers, <c>/health/ready</c> that it can take orders and money.</summary>
internal static class ShopHealth
{
    public static void AddShopHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<ProvidersCheck>("providers").AddCheck<WebhooksCheck>("webhooks");

    public static void MapShopHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).ExcludeFromDescription();
        app.MapHealthChecks("/health/ready", new Microsoft.AspNetCore.Diagnostics.HealthChecks.HealthCheckOptions
        {
            ResponseWriter = (context, report) => Results.Json(new
            {
                status = report.Status.ToString().ToLowerInvariant(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new { status = entry.Value.Status.ToString().ToLowerInvariant(), entry.Value.Description, entry.Value.Data }),
            }).ExecuteAsync(context),
        });
    }

    private sealed class DatabaseCheck(ModularDbContext db) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (!await db.Database.CanConnectAsync(cancellationToken))
            {
                return HealthCheckResult.Unhealthy("The database cannot be reached.");
            }

            return (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any()
                ? HealthCheckResult.Unhealthy("The database's schema is older than this program.")
                : HealthCheckResult.Healthy();
        }
    }

    private sealed class ProvidersCheck(IMediator mediator) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var broken = (await mediator.Send(new ListProviders(), cancellationToken)).Where(provider => provider.Problem is not null).ToArray();
            return broken.Length == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(
                    "Some provider instances are out of service.", data: broken.ToDictionary(provider => provider.Name, provider => (object)provider.Problem!));
        }
    }
    private sealed class WebhooksCheck(IMediator mediator) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var broken = await mediator.Send(new ListEndpointProblems(), cancellationToken);
            return broken.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Some webhooks are out of service.", data: broken.ToDictionary(pair => pair.Key, pair => (object)pair.Value));
        }
    }
}

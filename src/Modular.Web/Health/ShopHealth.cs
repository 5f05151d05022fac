using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Outbox;
using Modular.Kernel.Telemetry;
using Modular.Payments;
using Modular.Web.Jobs;
using Modular.Webhooks;

namespace Modular.Web.Health;

/// <summary>Health: <c>/health/live</c> says that the process answers, <c>/health/ready</c> that it can take orders and money.</summary>
internal static class ShopHealth
{
    public static void AddShopHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<ProvidersCheck>("providers").AddCheck<WebhooksCheck>("webhooks").AddCheck<JobsCheck>("jobs").AddCheck<OutboxCheck>("outbox");

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

    /// <summary>
    /// A node whose jobs stand still takes orders and money all the same, so it is degraded and not out of service. Only one that
    /// never had its jobs scheduled is unhealthy: it was not set up rightly and should not take the place of one that was.
    /// </summary>
    private sealed class JobsCheck(ShopMeter meter, IServiceProvider services, IConfiguration configuration, TimeProvider time) : IHealthCheck
    {
        // The sweeps run every two seconds; with many nodes each gets its share.
        private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (!configuration.GetValue("Modular:Jobs:Enabled", true))
            {
                return Task.FromResult(HealthCheckResult.Healthy("This node leaves the jobs to others."));
            }

            if (!services.GetRequiredService<SweepSchedule>().IsEntered)
            {
                return Task.FromResult(HealthCheckResult.Unhealthy("Hangfire's storage does not take the jobs; this node runs the sweeps by itself. Run 'dotnet Modular.Web.dll migrate' and see the log."));
            }

            var now = time.GetUtcNow();
            var failing = meter.FailingSweeps.Where(sweep => now - sweep.Value > LongestSilence).ToDictionary(sweep => sweep.Key, sweep => (object)sweep.Value);
            if (failing.Count > 0)
            {
                return Task.FromResult(HealthCheckResult.Degraded("Jobs of this node do nothing but fail, since the times shown: see /hangfire and the log.", data: failing));
            }

            // A node that has just started has had no time yet.
            var since = meter.LastSweepAt ?? meter.StartedAt;
            return now - since <= LongestSilence
                ? Task.Run(CheckSchedule, cancellationToken)
                : Task.FromResult(HealthCheckResult.Degraded("No job has run on this node for a minute: see /hangfire and the log.", data: new Dictionary<string, object> { ["lastRun"] = since }));
        }

        // Which node ran a sweep does not matter, that each runs does: one that somebody removed, or that hangs, is missed by nothing else.
        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps the schedule from being read is a finding.")]
        private HealthCheckResult CheckSchedule()
        {
            try
            {
                var late = services.GetRequiredService<SweepSchedule>().LateSweeps();
                return late.Count == 0
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Degraded(
                        "Some jobs do not run, on no node: see /hangfire. One that was removed there comes back when a node starts.",
                        data: late.ToDictionary(sweep => sweep.Key, sweep => (object)(sweep.Value?.ToString("O", CultureInfo.InvariantCulture) ?? "removed")));
            }
            catch (Exception e)
            {
                return HealthCheckResult.Degraded("The jobs' schedule cannot be read.", data: new Dictionary<string, object> { ["error"] = e.GetType().Name });
            }
        }
    }

    private sealed class OutboxCheck(ModularDbContext db, TimeProvider time) : IHealthCheck
    {
        // An event is dispatched within seconds, and one that fails is due again later.
        private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "That the database cannot be read is the database check's to say.")]
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var lag = await db.OutboxLagAsync(time.UtcNow(), cancellationToken);
                return lag <= LongestWait
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Degraded("Events wait too long: no node runs the jobs, or they fail.", data: new Dictionary<string, object> { ["seconds"] = (long)lag.TotalSeconds });
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Degraded("The outbox cannot be read.", data: new Dictionary<string, object> { ["error"] = e.GetType().Name });
            }
        }
    }
}

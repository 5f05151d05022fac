using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.States;
using Hangfire.Storage;
using Modular.Web.Hosting;
using Modular.Web.Security;
using Npgsql;

namespace Modular.Web.Jobs;

/// <summary>Sets Hangfire up: PostgreSQL's storage where the shop uses PostgreSQL, the memory's with SQLite.</summary>
internal static class SweepServices
{
    // A due payment must be asked within five seconds: two of the schedule, one of the scheduler, one of the queue.
    private const string EveryTwoSeconds = "*/2 * * * * *";

    // A day that somebody asks for by hand begins soon; what is due by itself is told by its row.
    private const string EveryFiveSeconds = "*/5 * * * * *";

    // In the small hours of China, where the shops of these providers are.
    private const string Nightly = "30 19 * * *";

    public static void AddSweeps(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<Sweeps>();
        // Registered before Hangfire's own, which are static: a second shop in the process would get the jobs of the first.
        services.AddSingleton(provider => StorageOf(provider.GetRequiredService<Store>()));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire(hangfire => hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings().UseFilter(new ShortHistory()));
        if (configuration.GetValue("Modular:Jobs:Enabled", true))
        {
            services.AddHangfireServer(server =>
            {
                server.ServerName = $"{Environment.MachineName}:{Environment.ProcessId}";
                server.WorkerCount = 6;
                server.SchedulePollingInterval = TimeSpan.FromSeconds(1);
                server.ShutdownTimeout = TimeSpan.FromSeconds(10);
            });
        }
    }

    public static void ScheduleSweeps(this WebApplication app)
    {
        if (!app.Configuration.GetValue("Modular:Jobs:Enabled", true))
        {
            return;
        }

        var jobs = app.Services.GetRequiredService<IRecurringJobManager>();
        var utc = new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc };
        jobs.AddOrUpdate<Sweeps>("confirm-payments", sweeps => sweeps.ConfirmPaymentsAsync(CancellationToken.None), EveryTwoSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("send-refunds", sweeps => sweeps.SendRefundsAsync(CancellationToken.None), EveryTwoSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("reconcile-statements", sweeps => sweeps.ReconcileStatementsAsync(CancellationToken.None), EveryFiveSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("audit", sweeps => sweeps.AuditAsync(CancellationToken.None), Cron.Hourly(), utc);
        jobs.AddOrUpdate<Sweeps>("close-orders", sweeps => sweeps.CloseOrdersAsync(CancellationToken.None), EveryTwoSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("forget-messages", sweeps => sweeps.ForgetMessagesAsync(CancellationToken.None), Nightly, utc);
        jobs.AddOrUpdate<Sweeps>("dispatch-events", sweeps => sweeps.DispatchEventsAsync(CancellationToken.None), EveryTwoSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("send-webhooks", sweeps => sweeps.SendWebhooksAsync(CancellationToken.None), EveryTwoSeconds, utc);
        jobs.AddOrUpdate<Sweeps>("forget-webhooks", sweeps => sweeps.ForgetWebhooksAsync(CancellationToken.None), Nightly, utc);
    }

    public static void MapSweepDashboard(this WebApplication app)
    {
        DashboardParts.Add();
        app.MapHangfireDashboardWithAuthorizationPolicy(ShopSecurity.OpsPolicy, "/hangfire", new DashboardOptions
        {
            DashboardTitle = "Modular",
            AppPath = "/ops",
            DisplayStorageConnectionString = false,
            IsReadOnlyFunc = context => !context.GetHttpContext().User.IsInRole(Operators.Operator),
        });
    }

    private static JobStorage StorageOf(Store store) => store.PostgreSql is { } source
        ? new PostgreSqlStorage(new Connections(source), new PostgreSqlStorageOptions
        {
            SchemaName = "hangfire",
            PrepareSchemaIfNecessary = false,
            QueuePollInterval = TimeSpan.FromSeconds(1),
            // With these a killed node's job runs again after a minute, not after half an hour.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(1),
            // A node that is killed while it enqueues a recurring job leaves that job's lock behind. Locks are held for an instant,
            // and a job that is enqueued twice does no harm, so the others need not wait ten minutes for it.
            DistributedLockTimeout = TimeSpan.FromSeconds(15),
        })
        : new InMemoryStorage();

    private sealed class Connections(NpgsqlDataSource source) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
    }

    /// <summary>Sweeps run every few seconds; what each did is in the shop's own rows, so its record may go after half an hour.</summary>
    private sealed class ShortHistory : JobFilterAttribute, IApplyStateFilter
    {
        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (context.NewState is SucceededState)
            {
                context.JobExpirationTimeout = TimeSpan.FromMinutes(30);
            }
        }

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
        }
    }
}

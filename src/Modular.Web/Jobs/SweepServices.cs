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
    // Filters are the process's, and a list that may not grow while another shop of the process goes through it.
    private static readonly Lazy<ShortHistory> History = new(() =>
    {
        var history = new ShortHistory();
        GlobalJobFilters.Filters.Add(history);
        return history;
    });

    public static void AddSweeps(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<Sweeps>();
        // Registered before Hangfire's own, which are static: a second shop in the process would get the jobs of the first.
        services.AddSingleton(provider => StorageOf(provider.GetRequiredService<Store>()));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire(hangfire =>
        {
            hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            _ = History.Value;
        });
        if (configuration.GetValue("Modular:Jobs:Enabled", true))
        {
            services.AddHangfireServer(server =>
            {
                server.ServerName = $"{Environment.MachineName}:{Environment.ProcessId}";
                server.WorkerCount = 6;
                server.SchedulePollingInterval = TimeSpan.FromSeconds(1);
                server.ShutdownTimeout = TimeSpan.FromSeconds(10);
            });
            services.AddSingleton<SweepSchedule>().AddHostedService(provider => provider.GetRequiredService<SweepSchedule>());
        }
    }

    public static void ScheduleSweeps(this WebApplication app)
    {
        if (app.Configuration.GetValue("Modular:Jobs:Enabled", true))
        {
            app.Services.GetRequiredService<SweepSchedule>().TryEnter();
        }
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

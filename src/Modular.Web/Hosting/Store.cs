using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Modular.Data.PostgreSql;
using Modular.Data.Sqlite;
using Modular.Kernel.Data;
using Npgsql;

namespace Modular.Web.Hosting;

/// <summary>Chooses the database by <c>ConnectionStrings:Modular</c> and prepares its schema.</summary>
public sealed class Store : IAsyncDisposable
{
    private readonly bool migrateOnStart;

    public Store(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        var text = configuration.GetConnectionString("Modular") ?? "";
        if (text.Contains("Host=", StringComparison.OrdinalIgnoreCase) || text.Contains("Server=", StringComparison.OrdinalIgnoreCase))
        {
            PostgreSql = PostgreSqlStore.CreateSource(text);
        }
        else
        {
            SqliteConnectionString = text.Length > 0 ? text : $"Data Source={Path.Combine(ShopConfiguration.DataFolder(configuration), "modular.db")}";
        }

        migrateOnStart = configuration.GetValue("Modular:Database:MigrateOnStart", PostgreSql is null || environment.IsDevelopment());
    }

    /// <summary>The pool of PostgreSQL connections; null with SQLite.</summary>
    public NpgsqlDataSource? PostgreSql { get; }

    public string? SqliteConnectionString { get; }

    public void Use(DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (PostgreSql is not null)
        {
            options.UseModularPostgreSql(PostgreSql);
        }
        else
        {
            options.UseModularSqlite(SqliteConnectionString!);
        }

        // An empty database makes the first look at the migrations' history fail, as it must; that is no error to report.
        options.ConfigureWarnings(warnings => warnings.Log(
            (Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.CommandError, LogLevel.Debug),
            (Microsoft.EntityFrameworkCore.Diagnostics.CoreEventId.SaveChangesFailed, LogLevel.Debug)));
    }

    /// <summary>Migrates where this node may, else refuses to start on an old schema.</summary>
    public Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken) => migrateOnStart
        ? MigrateAsync(services, cancellationToken)
        : RequireCurrentSchemaAsync(services, cancellationToken);

    public async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModularDbContext>();
        if (PostgreSql is null)
        {
            await SqliteStore.MigrateAsync(db, cancellationToken);
            return;
        }

        await PostgreSqlStore.WithSchemaLockAsync(
            PostgreSql,
            async () =>
            {
                await PostgreSqlStore.MigrateAsync(db, cancellationToken);
                await using var connection = await PostgreSql.OpenConnectionAsync(cancellationToken);
                PostgreSqlObjectsInstaller.Install(connection, "hangfire");
            },
            cancellationToken);
    }

    public ValueTask DisposeAsync() => PostgreSql?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task RequireCurrentSchemaAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var pending = await scope.ServiceProvider.GetRequiredService<ModularDbContext>().Database.GetPendingMigrationsAsync(cancellationToken);
        if (pending.Any())
        {
            throw new InvalidOperationException(
                "The database's schema is older than this program: run 'dotnet Modular.Web.dll migrate' once, or set Modular:Database:MigrateOnStart to true.");
        }
    }
}

internal static class StoreServices
{
    public static void AddStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider => new Store(configuration, provider.GetRequiredService<IHostEnvironment>()));
        services.AddSingleton<IBulkInsert>(provider => provider.GetRequiredService<Store>().PostgreSql is null ? new SqliteBulkInsert() : new PostgreSqlBulkInsert());

        // The options are the same for everybody, and making them anew for each request costs as much as half a signature's check.
        services.AddDbContext<ModularDbContext>((provider, options) => provider.GetRequiredService<Store>().Use(options), optionsLifetime: ServiceLifetime.Singleton);
    }
}

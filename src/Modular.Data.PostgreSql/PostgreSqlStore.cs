using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Ordering;
using Modular.Payments;
using Modular.Webhooks;
using Npgsql;

namespace Modular.Data.PostgreSql;

/// <summary>The store for real use.</summary>
public static class PostgreSqlStore
{
    // Any number will do, as long as every version of the program takes the same one.
    private const long MigrationLock = 0x4D6F64756C6172;

    public static void UseModularPostgreSql(this DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options.UseNpgsql(source, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlStore).Assembly)).UseSnakeCaseNamingConvention();

    /// <summary>A pool with prepared statements: the settlement's few statements are planned once per connection.</summary>
    public static NpgsqlDataSource CreateSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 64;
            settings.AutoPrepareMinUsages = 2;
        }

        // Nothing here changes a session beyond its transaction, so there is nothing to reset when a connection is reused.
        settings.NoResetOnClose = true;
        settings.ApplicationName ??= "Modular";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Brings the database to the current schema; nodes that start together take turns.</summary>
    public static async Task MigrateAsync(ModularDbContext db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    /// <summary>Runs <paramref name="work"/> while holding the lock that serialises everything that changes the schema, Hangfire's included.</summary>
    public static async Task WithSchemaLockAsync(NpgsqlDataSource source, Func<Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(work);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = MigrationLock });
        await command.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            command.CommandText = "SELECT pg_advisory_unlock($1)";
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}

/// <summary>Lets <c>dotnet ef</c> make the context.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<ModularDbContext>
{
    public ModularDbContext CreateDbContext(string[] args) =>
        new ServiceCollection().AddKernel().AddOrdering(new ConfigurationManager()).AddPayments(new ConfigurationManager()).AddWebhooks(new ConfigurationManager())
            .AddDbContext<ModularDbContext>(options => options.UseModularPostgreSql(NpgsqlDataSource.Create("Host=localhost;Database=design")))
            .BuildServiceProvider().GetRequiredService<ModularDbContext>();
}

using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Ordering;
using Modular.Payments;
using Modular.Webhooks;

namespace Modular.Data.Sqlite;

/// <summary>The embedded store: one file, one process.</summary>
public static class SqliteStore
{
    public static void UseModularSqlite(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlite(connectionString, sqlite => sqlite.MigrationsAssembly(typeof(SqliteStore).Assembly)).UseSnakeCaseNamingConvention();

    /// <summary>
    /// Brings the file to the current schema. A process that was killed while it migrated leaves its lock behind, and every
    /// later start would wait for it for ever; the file has one process, so a lock found at start belongs to nobody.
    /// </summary>
    public static async Task MigrateAsync(ModularDbContext db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        if (new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource is { Length: > 0 } file && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // Readers and the writer must not wait for each other. EF asks for this only when it makes the file itself, and the
        // statements here make it first. The file remembers it.
        await db.ExecuteSqlAsync("PRAGMA journal_mode = 'wal'", [], cancellationToken);
        if (!(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return;
        }

        await db.ExecuteSqlAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", [], cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }
}

/// <summary>Lets <c>dotnet ef</c> make the context.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<ModularDbContext>
{
    public ModularDbContext CreateDbContext(string[] args) =>
        new ServiceCollection().AddKernel().AddOrdering(new ConfigurationManager()).AddPayments(new ConfigurationManager()).AddWebhooks(new ConfigurationManager())
            .AddDbContext<ModularDbContext>(options => options.UseModularSqlite("Data Source=design.db"))
            .BuildServiceProvider().GetRequiredService<ModularDbContext>();
}

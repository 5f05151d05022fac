using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Modular.Kernel.Data;

/// <summary>A module's share of the model: its entities, which other modules do not see.</summary>
public interface IModelPart
{
    void Configure(ModelBuilder model);
}

/// <summary>
/// The one unit of work of the whole shop, assembled from the modules' parts, so that "payment settled, order paid, event
/// queued" is one commit. Not thread-safe; one per request, job or batch.
/// </summary>
public sealed class ModularDbContext(DbContextOptions<ModularDbContext> options, IEnumerable<IModelPart> parts)
    : DbContext(options), IDataProtectionKeyContext
{
    /// <summary>The keys that protect cookies and stored messages, shared by all nodes.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public SqlDialect Dialect => SqlDialect.Of(this);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DataProtectionKey>().ToTable("kernel_data_protection_keys");
        foreach (var part in parts)
        {
            part.Configure(modelBuilder);
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        if (Dialect.IsSqlite)
        {
            // SQLite cannot order or compare DateTimeOffset; ticks it can.
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        }
    }

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        moment => moment.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}

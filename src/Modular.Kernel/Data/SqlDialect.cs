using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Modular.Kernel.Data;

/// <summary>
/// Everything in which the hand-written SQL of PostgreSQL and SQLite differs. Both read lists of rows from one JSON
/// parameter with <c>json_each</c>, so a batch of any size is one statement of constant text.
/// </summary>
public sealed class SqlDialect
{
    public static readonly SqlDialect PostgreSql = new(isSqlite: false);
    public static readonly SqlDialect Sqlite = new(isSqlite: true);

    private SqlDialect(bool isSqlite) => IsSqlite = isSqlite;

    public bool IsSqlite { get; }

    /// <summary>Follows a JSON parameter: PostgreSQL takes text parameters as text until told otherwise.</summary>
    public string AsJson => IsSqlite ? "" : "::json";

    /// <summary>The column type of a moment: time zone aware in PostgreSQL, UTC ticks in SQLite, which has no such type.</summary>
    public string TimeType => IsSqlite ? "bigint" : "timestamptz";

    /// <summary>Follows a <c>SELECT</c> that claims rows: other nodes skip what this one has. SQLite has one writer anyway.</summary>
    public string SkipLocked => IsSqlite ? "" : "FOR UPDATE SKIP LOCKED";

    /// <summary>A moment as <see cref="TimeType"/> is written in JSON.</summary>
    public string Time(DateTimeOffset moment) => IsSqlite
        ? moment.UtcTicks.ToString(CultureInfo.InvariantCulture)
        : moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A moment as a parameter of <see cref="TimeType"/>.</summary>
    public object TimeParameter(DateTimeOffset moment) => IsSqlite ? moment.UtcTicks : moment.ToUniversalTime();

    public static SqlDialect Of(DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal) ? Sqlite : PostgreSql;
    }
}

using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Modular.Kernel.Data;

/// <summary>
/// Everything in which the hand-written SQL of PostgreSQL and SQLite differs. Both read lists of rows from one JSON
/// parameter (see <see cref="Each"/>), so a batch of any size is one statement of constant text.
/// </summary>
public sealed class SqlDialect
{
    public static readonly SqlDialect PostgreSql = new(isSqlite: false);
    public static readonly SqlDialect Sqlite = new(isSqlite: true);

    private SqlDialect(bool isSqlite) => IsSqlite = isSqlite;

    public bool IsSqlite { get; }

    /// <summary>
    /// The rows of a JSON object parameter, as a table of <c>key</c> and <c>value</c>. Binary JSON in PostgreSQL, because the
    /// textual kind is parsed again for every member that is read.
    /// </summary>
    public string Each(string parameter) => IsSqlite ? $"json_each({parameter})" : $"jsonb_each({parameter}::jsonb)";

    /// <summary>The column type of a moment: time zone aware in PostgreSQL, UTC ticks in SQLite, which has no such type.</summary>
    public string TimeType => IsSqlite ? "bigint" : "timestamptz";

    /// <summary>The schema of tables that live as long as their connection and are seen by it alone.</summary>
    public string Temporary => IsSqlite ? "temp" : "pg_temp";

    /// <summary>
    /// Makes a freshly filled temporary table fit for large joins. PostgreSQL's planner takes a table that it has no statistics
    /// of for small, and compares a million lines with each other one by one; SQLite joins by index alone.
    /// </summary>
    public string Prepare(string temporaryTable, string joinedColumn) =>
        IsSqlite ? Index(temporaryTable, joinedColumn) : $"ANALYZE pg_temp.{temporaryTable}";

    /// <summary>An index of a temporary table.</summary>
    public string Index(string temporaryTable, string column, string? where = null) =>
        (IsSqlite ? $"CREATE INDEX temp.ix_{temporaryTable}_{column} ON {temporaryTable} ({column})" : $"CREATE INDEX ON pg_temp.{temporaryTable} ({column})")
        + (where is null ? "" : $" WHERE {where}");

    /// <summary>Begins statements that join large tables, inside a transaction: they get memory for it, and no time is spent on compiling what runs once.</summary>
    public string ByLargeJoins => IsSqlite ? "" : "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;";

    /// <summary>Follows a <c>SELECT</c> that claims rows: other nodes skip what this one has. SQLite has one writer anyway.</summary>
    public string SkipLocked => IsSqlite ? "" : "FOR UPDATE SKIP LOCKED";

    /// <summary>Follows a <c>SELECT</c> of a row that others must leave alone until the transaction ends. SQLite has one writer anyway.</summary>
    public string ForUpdate => IsSqlite ? "" : "FOR UPDATE";

    /// <summary>
    /// The condition that a column is among the keys of a JSON object parameter, in a form that is looked up key by key in
    /// the column's index, whatever the planner believes of the table's size.
    /// </summary>
    public string Among(string column, string parameter) => IsSqlite
        ? $"{column} IN (SELECT key FROM json_each({parameter}))"
        : $"{column} = ANY (ARRAY(SELECT key FROM jsonb_each({parameter}::jsonb)))";

    /// <summary>
    /// Begins a batch of statements that look up a few rows by unique keys, inside a transaction. PostgreSQL keeps the plan of
    /// a prepared statement, and a plan made while a table was nearly empty reads all of it ever after. A row that somebody
    /// else holds is waited for shortly, because everybody behind waits as well.
    /// </summary>
    public string ByIndexOnly => IsSqlite ? "" : "SET LOCAL enable_seqscan = off; SET LOCAL lock_timeout = '1s';";

    /// <summary>Begins statements whose loss in a crash would harm nothing: the commit does not wait for the disk.</summary>
    public string MayBeLost => IsSqlite ? "" : "SET LOCAL synchronous_commit = off;";

    /// <summary>The whole days of 24 hours from a moment's parameter to a column of times.</summary>
    public string DaysSince(string parameter, string column) => IsSqlite
        ? $"({column} - {parameter}) / {TimeSpan.TicksPerDay.ToString(CultureInfo.InvariantCulture)}"
        : $"CAST(floor(extract(epoch FROM {column} - {parameter}) / 86400) AS bigint)";

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

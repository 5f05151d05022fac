using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Modular.Kernel.Data;

/// <summary>Tells a lost race from a broken database.</summary>
public static class WriteConflict
{
    /// <summary>
    /// Whether somebody else wrote first: a unique index, a serialisation failure or a deadlock (PostgreSQL 23505, 40001,
    /// 40P01; SQLite's constraint and busy codes 19 and 5). Loading again and deciding again is then right.
    /// </summary>
    public static bool Is(Exception exception) => exception switch
    {
        DbUpdateConcurrencyException => true,
        DbUpdateException { InnerException: { } inner } => Is(inner),
        // So EF wraps whatever its provider calls transient when nothing of its own tries again.
        InvalidOperationException { InnerException: (DbException or DbUpdateException) and var inner } => Is(inner),
        DbException { SqlState: "23505" or "40001" or "40P01" } => true,
        // Microsoft.Data.Sqlite carries SQLite's primary code in ErrorCode's place of its own; read it without a reference to the package.
        DbException e when e.GetType().Name == "SqliteException" => e.GetType().GetProperty("SqliteErrorCode")?.GetValue(e) is 19 or 5,
        _ => false,
    };
}

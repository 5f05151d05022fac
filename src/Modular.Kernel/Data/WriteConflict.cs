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

    /// <summary>
    /// Does <paramref name="work"/>, and does it again from the beginning when somebody else wrote first: loading again shows what they did.
    /// The work opens its own transaction, so that nothing of a lost try is left. The last try's exception is the caller's.
    /// </summary>
    /// <param name="context">What the work uses; it forgets what it tracks before each further try.</param>
    /// <param name="tries">How often at most.</param>
    /// <param name="work">Loads, decides and commits.</param>
    public static async Task<T> RetryAsync<T>(DbContext context, int tries, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (attempt < tries && Is(e))
            {
                context.ChangeTracker.Clear();
            }
        }
    }
}

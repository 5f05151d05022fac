using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Data.Sqlite;

/// <summary>One prepared insert for all rows.</summary>
public sealed class SqliteBulkInsert : IBulkInsert
{
    public async Task InsertAsync<T>(
        DbContext context, string table, IReadOnlyList<BulkColumn<T>> columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);

        // A savepoint makes the rows one unit without taking the file's only writer when the table is a temporary one.
        await context.ExecuteSqlAsync("SAVEPOINT bulk_insert", [], cancellationToken);
        try
        {
            await using var insert = (SqliteCommand)await context.SqlAsync(
                $"INSERT INTO {table} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select((_, at) => $"@p{at}"))})", [], cancellationToken);
            foreach (var at in Enumerable.Range(0, columns.Count))
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = $"@p{at}" });
            }

            foreach (var row in rows)
            {
                for (var at = 0; at < columns.Count; at++)
                {
                    insert.Parameters[at].Value = columns[at].Value(row) switch
                    {
                        null => DBNull.Value,
                        DateTimeOffset moment => moment.UtcTicks,
                        var value => value,
                    };
                }

                await insert.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch
        {
            await context.ExecuteSqlAsync("ROLLBACK TO bulk_insert; RELEASE bulk_insert", [], CancellationToken.None);
            throw;
        }

        await context.ExecuteSqlAsync("RELEASE bulk_insert", [], cancellationToken);
    }
}

using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Modular.Kernel.Data;

/// <summary>Runs hand-written, parameterised SQL on a context's connection and inside its transaction.</summary>
public static class SqlCommands
{
    /// <summary>A command on the context's open connection. Parameters are named <c>@name</c> in the text.</summary>
    public static async Task<DbCommand> SqlAsync(
        this DbContext context, string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(parameters);
        var connection = context.Database.GetDbConnection();
        if (connection.State != ConnectionState.Open)
        {
            await context.Database.OpenConnectionAsync(cancellationToken);
        }

        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Callers pass constant text; every value is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandTimeout = context.Database.GetCommandTimeout() ?? command.CommandTimeout;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs a command and returns how many rows its statements changed in all.</summary>
    public static async Task<int> ExecuteSqlAsync(
        this DbContext context, string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        await using var command = await context.SqlAsync(sql, parameters, cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes rows by their <c>id</c>, in batches that lock nobody out; returns how many.</summary>
    /// <param name="context">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="which">Which of its rows go, as a <c>WHERE</c> with its <c>ORDER BY</c>.</param>
    /// <param name="parameters">The parameters of <paramref name="which"/>.</param>
    /// <param name="spared">How many of the first of them stay.</param>
    /// <param name="cancellationToken">Ends it between two batches as well.</param>
    public static async Task<int> DeleteInBatchesAsync(
        this DbContext context, string table, string which, IReadOnlyList<(string Name, object? Value)> parameters, int spared, CancellationToken cancellationToken)
    {
        const int BatchSize = 1000;
        var sql = string.Create(
            CultureInfo.InvariantCulture, $"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} {which} LIMIT {BatchSize} OFFSET {spared})");
        var total = 0;
        while (true)
        {
            var deleted = await context.ExecuteSqlAsync(sql, parameters, cancellationToken);
            total += deleted;
            if (deleted < BatchSize)
            {
                return total;
            }
        }
    }

    /// <summary>Runs a command and returns the first column of its rows: what a claim's <c>RETURNING</c> names, for example.</summary>
    public static async Task<List<T>> ReadColumnAsync<T>(
        this DbContext context, string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        await using var command = await context.SqlAsync(sql, parameters, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(reader.GetFieldValue<T>(0));
        }

        return values;
    }
}

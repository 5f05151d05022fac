namespace Modular.Kernel.Data;

/// <summary>
/// How a sweep takes the rows of a table that are due: each is due again after a lease, when the node that took it has died, and
/// nodes that take at the same time take different rows.
/// </summary>
/// <param name="Table">The table; its key is <c>id</c>.</param>
/// <param name="Due">The column with the moment from which on a row is due.</param>
/// <param name="Limit">How many rows are taken at most.</param>
/// <param name="Changes">What else is set on a row that is taken; <c>@now</c> is the time.</param>
/// <param name="Order">Which are taken first; null: those that have been due the longest.</param>
/// <param name="Returns">The column that names a taken row.</param>
public sealed record Claim(string Table, string Due, int Limit, string? Changes = null, string? Order = null, string Returns = "id")
{
    /// <summary>The statement, with the parameters <c>@now</c> and <c>@lease</c>.</summary>
    public string Sql(SqlDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        return $"""
            UPDATE {Table} SET {Due} = @lease{(Changes is null ? "" : ", " + Changes)}
            WHERE id IN (SELECT id FROM {Table} WHERE {Due} <= @now ORDER BY {Order ?? Due} LIMIT {Limit} {dialect.SkipLocked})
            RETURNING {Returns}
            """;
    }

    /// <summary>Takes what is due now and names it.</summary>
    public Task<List<T>> TakeAsync<T>(ModularDbContext db, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var dialect = db.Dialect;
        var sql = Sql(dialect);
        (string Name, object? Value)[] parameters = [("now", dialect.TimeParameter(now)), ("lease", dialect.TimeParameter(now + lease))];
        return db.ReadColumnAsync<T>(sql, parameters, cancellationToken);
    }
}

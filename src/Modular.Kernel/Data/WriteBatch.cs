using Microsoft.EntityFrameworkCore;

namespace Modular.Kernel.Data;

/// <summary>
/// Statements of several modules that go to the database together, in one round trip, inside the transaction of whoever
/// runs the batch. Each statement says how many rows it must change; when the sum differs, somebody else was faster.
/// Not thread-safe.
/// </summary>
public sealed class WriteBatch
{
    private readonly List<string> statements = [];
    private readonly List<(string Name, object? Value)> parameters = [];
    private int expectedRows;

    /// <summary>Whether losing the whole batch in a crash would harm nothing.</summary>
    public bool MayBeLost { get; set; }

    /// <summary>Adds a statement with one parameter, which its text calls <c>@name</c>; names are unique in a batch.</summary>
    public void Add(string sql, string name, object value, int rows)
    {
        statements.Add(sql);
        parameters.Add((name, value));
        expectedRows += rows;
    }

    /// <exception cref="DbUpdateConcurrencyException">The statements changed fewer rows than they must.</exception>
    public async Task ExecuteAsync(ModularDbContext db, CancellationToken cancellationToken)
    {
        if (statements.Count == 0)
        {
            return;
        }

        var sql = (MayBeLost ? db.Dialect.MayBeLost : "") + string.Join(";\n", statements);
        var changed = await db.ExecuteSqlAsync(sql, parameters, cancellationToken);
        if (changed != expectedRows)
        {
            throw new DbUpdateConcurrencyException($"{expectedRows} rows were to be changed and {changed} were.");
        }
    }
}

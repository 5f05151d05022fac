using Microsoft.EntityFrameworkCore;

namespace Modular.Kernel.Data;

/// <summary>One column of a bulk insert. Its values are <see cref="string"/>, <see cref="long"/>, <see cref="bool"/>, <see cref="DateTimeOffset"/> or null.</summary>
public sealed record BulkColumn<T>(string Name, Func<T, object?> Value);

/// <summary>Writes many rows in the way that the store at hand takes them fastest. Thread-safe; the context is not.</summary>
public interface IBulkInsert
{
    /// <summary>Appends the rows, in order, on the context's open connection and inside its transaction. Names are constant text, never input.</summary>
    /// <exception cref="System.Data.Common.DbException">The database refused them; none is kept.</exception>
    Task InsertAsync<T>(DbContext context, string table, IReadOnlyList<BulkColumn<T>> columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken);
}

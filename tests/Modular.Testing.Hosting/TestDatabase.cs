using System.Security.Cryptography;
using Npgsql;

namespace Modular.Testing.Hosting;

/// <summary>The stores that every test of stored things runs on.</summary>
public static class Stores
{
    public const string PostgreSql = "postgresql";
    public const string Sqlite = "sqlite";
}

/// <summary>A database of a test's own, gone when it is disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<ValueTask> drop;

    private TestDatabase(string connectionString, Func<ValueTask> drop)
    {
        ConnectionString = connectionString;
        this.drop = drop;
    }

    /// <summary>What the shop takes as <c>ConnectionStrings:Modular</c>.</summary>
    public string ConnectionString { get; }

    public static Task<TestDatabase> CreateAsync(string store) =>
        store == Stores.PostgreSql ? CreatePostgreSqlAsync() : Task.FromResult(CreateSqlite());

    public ValueTask DisposeAsync() => drop();

    private static TestDatabase CreateSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("modular-test-");
        var connectionString = $"Data Source={Path.Combine(folder.FullName, "modular.db")}";
        return new TestDatabase(connectionString, () =>
        {
            // The pools of other databases are in use by other tests.
            using (var connection = new Microsoft.Data.Sqlite.SqliteConnection(connectionString))
            {
                Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
            }

            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        });
    }

    private static async Task<TestDatabase> CreatePostgreSqlAsync()
    {
        var server = Environment.GetEnvironmentVariable("MODULAR_TEST_PG")
            ?? throw new InvalidOperationException("MODULAR_TEST_PG names no PostgreSQL server: run the tests with build/test, which starts one.");
        var name = "modular_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await ExecuteAsync($"{server};Database=postgres;Pooling=false", $"CREATE DATABASE {name}");
        var connectionString = $"{server};Database={name};Maximum Pool Size=40";
        return new TestDatabase(connectionString, async () => await ExecuteAsync($"{server};Database=postgres;Pooling=false", $"DROP DATABASE {name} WITH (FORCE)"));
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name is made of hexadecimal digits above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

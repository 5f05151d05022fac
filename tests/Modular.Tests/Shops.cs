using System.Collections.Concurrent;
using Modular.Testing.Hosting;

[assembly: AssemblyFixture(typeof(Modular.Tests.Shops))]

namespace Modular.Tests;

/// <summary>One running shop per store, shared by all tests that need nothing special; each test works on orders of its own.</summary>
public sealed class Shops : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<TestShop>>> running = new();

    /// <summary>Runs a test on every store.</summary>
    public static TheoryData<string> All => [Stores.PostgreSql, Stores.Sqlite];

    public Task<TestShop> OnAsync(string store) =>
        running.GetOrAdd(store, s => new Lazy<Task<TestShop>>(() => TestShop.StartAsync(new TestShopOptions { Store = s }))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var shop in running.Values)
        {
            await (await shop.Value).DisposeAsync();
        }
    }
}

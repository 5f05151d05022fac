using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>
/// Shops that the tests of one class have for themselves, one after the other, because they move the clock, run the sweeps
/// or make the sandbox misbehave.
/// </summary>
public sealed class OwnShops : IAsyncDisposable
{
    private readonly Shops shops = new();

    public async Task<TestShop> OnAsync(string store)
    {
        var shop = await shops.OnAsync(store);
        await shop.FaultsAsync(new { });
        return shop;
    }

    public ValueTask DisposeAsync() => shops.DisposeAsync();
}

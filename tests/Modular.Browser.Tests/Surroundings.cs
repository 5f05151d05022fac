using Microsoft.Playwright;
using Modular.Browser.Tests;
using Modular.Testing.Hosting;

[assembly: AssemblyFixture(typeof(Surroundings))]

namespace Modular.Browser.Tests;

/// <summary>
/// One Chromium and one shop for all tests that need nothing special. Every visitor has a browser context of their own, so
/// no test sees another's cookies.
/// </summary>
public sealed class Surroundings : IAsyncLifetime
{
    // The system's browser: the tests download none.
    private static readonly string Executable = Environment.GetEnvironmentVariable("MODULAR_TEST_CHROMIUM") ?? "/usr/bin/chromium";

    private IPlaywright playwright = null!;
    private IBrowser chromium = null!;

    /// <summary>The shared shop; jobs are off.</summary>
    public TestShop Shop { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Reached only by mistakes; a busy machine needs more than the five seconds of the library.
        Assertions.SetDefaultExpectTimeout(Visitor.PatienceMilliseconds);
        var starting = TestShop.StartAsync(new TestShopOptions());
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
        Shop = await starting;
    }

    /// <summary>Opens a fresh browser of somebody whose screenshots are named <paramref name="name"/>.</summary>
    internal async Task<Visitor> VisitAsync(string name, BrowserNewContextOptions browser, TestShop? shop = null)
    {
        var visitor = new Visitor(name, shop ?? Shop, await chromium.NewContextAsync(browser));
        await visitor.OpenTabAsync();
        return visitor;
    }

    public async ValueTask DisposeAsync()
    {
        if (Shop is not null)
        {
            await Shop.DisposeAsync();
        }

        if (chromium is not null)
        {
            await chromium.DisposeAsync();
        }

        playwright?.Dispose();
    }
}

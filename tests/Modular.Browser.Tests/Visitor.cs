using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Modular.Testing;
using Modular.Testing.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

/// <summary>Somebody with a browser: what people do in the shop and at the cashier, with a screenshot of each step.</summary>
internal sealed partial class Visitor(string name, TestShop shop, IBrowserContext context) : IAsyncDisposable
{
    /// <summary>How long anything may take. Every wait is for something that this machine does, so it is the time of a mistake.</summary>
    public const int PatienceMilliseconds = 60_000;

    private static readonly string Screenshots = Directory.CreateDirectory(Repository.PathOf("artifacts", "screenshots")).FullName;

    private readonly ConcurrentQueue<string> troubles = new();
    private int shots;

    /// <summary>The tab that the visitor looks at.</summary>
    public IPage Page { get; private set; } = null!;

    public IBrowserContext Context { get; } = Patient(context);

    public ILocator OrderStatus => Page.Locator("#order-status");

    public ILocator Method(string value) => Page.Locator($"input[name=method][value='{value}']");

    public async Task<IPage> OpenTabAsync()
    {
        if (Page is null)
        {
            Context.Console += (_, message) =>
            {
                // The cashier belongs to somebody else; only the shop's own pages must keep quiet.
                if (message.Type is "error" or "warning" && message.Page?.Url.StartsWith(shop.Address.ToString(), StringComparison.Ordinal) == true)
                {
                    troubles.Enqueue($"{message.Page.Url}: {message.Text} ({message.Location})");
                }
            };
            Context.WebError += (_, error) => troubles.Enqueue($"{error.Page?.Url}: {error.Error}");
        }

        Page = await Context.NewPageAsync();
        return Page;
    }

    public Task<IResponse?> GoAsync(string path) => Page.GotoAsync(new Uri(shop.Address, path).ToString());

    /// <summary>Asks for one of the operators' pages, signs in at the login and is there.</summary>
    public async Task SignInAsync(string operatorName, string path)
    {
        await GoAsync(path);
        await FillLoginAsync(operatorName, TestShop.OperatorPassword);
        await Page.ArrivesAtAsync($"**{path}");
    }

    public async Task FillLoginAsync(string operatorName, string password)
    {
        await Page.Locator("#name").FillAsync(operatorName);
        await Page.Locator("#password").FillAsync(password);
        await Page.Locator("#sign-in").ClickAsync();
    }

    /// <summary>Opens what asks before it acts, and says yes.</summary>
    public async Task ActAsync(string act)
    {
        await Page.Locator($"[data-act={act}] summary").ClickAsync();
        await Page.Locator($"[data-act={act}] button").ClickAsync();
    }

    /// <summary>From the product's page to the checkout; gives the order's number.</summary>
    public async Task<string> OrderAsync(string sku = "test-fen", int nights = 1)
    {
        await GoAsync($"/products/{sku}");
        return await PlaceAsync(nights);
    }

    public async Task<string> PlaceAsync(int nights = 1)
    {
        await Page.Locator("#quantity").FillAsync($"{nights}");
        await Page.Locator("#place-order").ClickAsync();
        await Page.ArrivesAtAsync("**/checkout/*");
        return LastSegment();
    }

    /// <summary>Chooses a way to pay, opening the other ways where it is among them.</summary>
    public async Task ChooseAsync(string method)
    {
        if (!await Method(method).IsVisibleAsync())
        {
            await Page.Locator("#methods summary").ClickAsync();
        }

        await Method(method).CheckAsync();
    }

    /// <summary>Chooses the QR code and gives the payment's number once the page waits.</summary>
    public async Task<string> ShowCodeAsync()
    {
        await ChooseAsync("alipay/qr");
        await Page.Locator("#pay").ClickAsync();
        await Page.ArrivesAtAsync("**/pay/*");
        await Expect(Page.Locator("#qr")).ToBeVisibleAsync();
        return LastSegment();
    }

    /// <summary>Waits until the browser is at the sandbox's cashier.</summary>
    public Task AtCashierAsync() => Page.ArrivesAtAsync(new Regex($"^{Regex.Escape(shop.SandboxAddress.ToString())}alipay(direct)?/cashier/"));

    public async Task LogInAtCashierAsync()
    {
        await AtCashierAsync();
        if (await Page.Locator("#login").IsVisibleAsync())
        {
            await Page.Locator("#login").ClickAsync();
        }

        await Expect(Page.Locator("#pay")).ToBeVisibleAsync();
    }

    public async Task PayAtCashierAsync()
    {
        await LogInAtCashierAsync();
        await Page.Locator("#pay").ClickAsync();
    }

    /// <summary>Plays the phone that scanned the code of <paramref name="paymentNo"/>.</summary>
    public async Task ScanAndPayAsync(string paymentNo)
    {
        var trade = await shop.Sandbox.GetStringAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative), TestContext.Current.CancellationToken);
        await Page.GotoAsync(JsonNode.Parse(trade)!["qrCode"]!.GetValue<string>());
        await ShotAsync("scanned");
        await Page.Locator("#pay").ClickAsync();
        await Expect(Page.Locator("#result")).ToHaveTextAsync("支付成功");
    }

    /// <summary>The order's page says that it is paid, in its state and in words.</summary>
    public async Task SeesPaidAsync(string orderNo, float withinMilliseconds = PatienceMilliseconds)
    {
        await Expect(OrderStatus).ToHaveAttributeAsync("data-status", "paid", new() { Timeout = withinMilliseconds });
        await Expect(Page.Locator("#order-no")).ToHaveTextAsync(orderNo);
        await Expect(Page.Locator("h1")).ToHaveTextAsync(PaidHeading());
    }

    public async Task ShotAsync(string step) => await Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Screenshots, $"{name}-{Interlocked.Increment(ref shots):00}-{step}.png"),
        FullPage = true,
        Animations = ScreenshotAnimations.Disabled,
    });

    /// <summary>Nothing sticks out to the side, which on a phone makes the whole page wobble.</summary>
    public async Task FitsAsync()
    {
        var (scroll, inner) = (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await Page.EvaluateAsync<int>("innerWidth"));
        Assert.True(scroll <= inner, $"{Page.Url} is {scroll} wide in a window of {inner}.");
    }

    /// <summary>The shop's pages wrote no error or warning to the console; violations of the content security policy are such errors.</summary>
    public void SawNoTrouble() => Assert.Empty(troubles);

    public ValueTask DisposeAsync() => new(Context.CloseAsync());

    private string LastSegment() => new Uri(Page.Url).Segments[^1];

    private static IBrowserContext Patient(IBrowserContext context)
    {
        context.SetDefaultTimeout(PatienceMilliseconds);
        return context;
    }

    [GeneratedRegex("^(付款成功|Payment received)$")]
    private static partial Regex PaidHeading();
}

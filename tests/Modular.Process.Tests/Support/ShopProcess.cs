using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Modular.Process.Tests.Support;

/// <summary>The shop as its own process, and what shoppers, providers and callers of its API do with it.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Program program;

    private ShopProcess(Program program, Uri address)
    {
        (this.program, Address) = (program, address);
        Web = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        Api = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestShop.ApiKey);
    }

    /// <summary>What every shop process of this run wrote, to be searched for secrets when all tests are over.</summary>
    public static ConcurrentBag<string> AllOutput { get; } = [];

    /// <summary>The program as the build of this configuration made it.</summary>
    public static string BuiltProgram { get; } = Path.Combine(Path.GetDirectoryName(TestShop.PluginFolder)!, "Modular.Web.dll");

    public Uri Address { get; }

    public HttpClient Web { get; }

    public HttpClient Api { get; }

    public Program Program => program;

    public string Output => program.Output;

    /// <summary>Starts the shop and waits until it is ready.</summary>
    public static async Task<ShopProcess> StartAsync(Uri address, IReadOnlyDictionary<string, string?> environment, string? dll = null, string? folder = null)
    {
        var shop = Launch(address, environment, dll, folder);
        try
        {
            await shop.IsReadyAsync();
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the shop and does not wait.</summary>
    public static ShopProcess Launch(Uri address, IReadOnlyDictionary<string, string?> environment, string? dll = null, string? folder = null)
    {
        var all = new Dictionary<string, string?>(environment) { ["ASPNETCORE_URLS"] = address.ToString() };
        return new ShopProcess(Program.Start("dotnet", [dll ?? BuiltProgram], all, folder), address);
    }

    public Task IsReadyAsync() => Eventually.BecomesAsync(
        true,
        async () => program.HasExited
            ? throw new InvalidOperationException($"The shop ended with {program.ExitCode} while it started:\n{Output}")
            : await StatusAsync("/health/ready") == 200,
        StartLimit);

    /// <summary>The status of a page; 0 when nobody answers.</summary>
    public async Task<int> StatusAsync(string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            using var response = await Web.GetAsync(new Uri(path, UriKind.Relative), limit.Token);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }

    public Task KillAsync() => program.KillAsync();

    public async Task<string> PlaceOrderAsync()
    {
        using var response = await Api.PostAsJsonAsync("/api/orders", new { lines = new[] { new { sku = "test-fen", quantity = 1 } } });
        return (await TestShop.JsonAsync(response, 201))["orderNo"]!.GetValue<string>();
    }

    public Task<HttpResponseMessage> PostPaymentAsync(string orderNo, string scene, string provider = "alipay") =>
        Api.PostAsJsonAsync($"/api/orders/{orderNo}/payments", new { provider, scene });

    public async Task<JsonNode> StartPaymentAsync(string orderNo, string scene = "pc", string provider = "alipay")
    {
        using var response = await PostPaymentAsync(orderNo, scene, provider);
        return await TestShop.JsonAsync(response, 200, 201);
    }

    public async Task<(string OrderNo, string PaymentNo)> StartedAsync(string scene = "pc")
    {
        var orderNo = await PlaceOrderAsync();
        return (orderNo, (await StartPaymentAsync(orderNo, scene))["paymentNo"]!.GetValue<string>());
    }

    /// <summary>So many orders with a started payment each, made over a few connections.</summary>
    public async Task<IReadOnlyList<string>> StartManyAsync(int count)
    {
        var paymentNos = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => paymentNos.Add((await StartedAsync()).PaymentNo));
        return [.. paymentNos];
    }

    public async Task<string> OrderStatusAsync(string orderNo)
    {
        using var response = await Api.GetAsync(new Uri($"/api/orders/{orderNo}", UriKind.Relative));
        return (await TestShop.JsonAsync(response, 200))["status"]!.GetValue<string>();
    }

    /// <summary>Posts a notification as a provider would; the status is 0 when the connection broke before an answer.</summary>
    public async Task<(int Status, string Body)> NotifyAsync(string form, string instance = "alipay")
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        try
        {
            using var response = await Web.PostAsync(new Uri($"/payments/{instance}/notify", UriKind.Relative), content);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return (0, "");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        Api.Dispose();
        if (!program.HasExited)
        {
            await program.KillAsync();
        }

        AllOutput.Add(program.Output);
        await program.DisposeAsync();
    }
}

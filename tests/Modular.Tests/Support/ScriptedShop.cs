using System.Collections.Concurrent;
using Modular.Payments;
using Modular.Testing;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>
/// A shop with two instances of a provider that says what the test wants. Whatever no rule speaks about is answered as a
/// well-behaved provider would: what was paid is paid, and a refund is done as soon as it is asked for.
/// </summary>
internal sealed class ScriptedShop : IAsyncDisposable
{
    private const string Script = "scripted-provider";

    private static readonly ConcurrentDictionary<string, ScriptedShop> ByInstance = new();

    private readonly DirectoryInfo plugins;
    private readonly ConcurrentDictionary<string, string> paid = new();
    private readonly ConcurrentDictionary<string, string> refunded = new();
    private readonly ConcurrentQueue<string> calls = new();

    private readonly TestShopOptions options;

    private ScriptedShop(DirectoryInfo plugins, TestShopOptions options, TestShop shop, string first, string second) =>
        (this.plugins, this.options, Shop, First, Second) = (plugins, options, shop, first, second);

    public TestShop Shop { get; }

    /// <summary>The name of one instance.</summary>
    public string First { get; }

    /// <summary>The name of another instance.</summary>
    public string Second { get; }

    /// <summary>What the test wants said to a call, or null for the usual answer.</summary>
    public Func<string[], string?> Says { get; set; } = _ => null;

    /// <summary>Every call that reached the provider.</summary>
    public IReadOnlyCollection<string> Calls => calls;

    public static async Task<ScriptedShop> StartAsync(string store, params (string Name, string? Value)[] settings)
    {
        AppDomain.CurrentDomain.SetData(Script, (Func<string, string>)Answer);
        var plugins = Directory.CreateTempSubdirectory("modular-scripted-");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
        var folder = plugins.CreateSubdirectory("Modular.ScriptedPlugin");
        foreach (var file in Directory.GetFiles(Repository.PathOf("artifacts", "bin", "Modular.ScriptedPlugin", configuration)))
        {
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        }

        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
        var (first, second) = ("s" + id, "t" + id);
        var configured = new Dictionary<string, string?>
        {
            ["Modular:Plugins:Path"] = plugins.FullName,
            [$"Modular:Providers:{first}:Plugin"] = "Modular.ScriptedPlugin",
            [$"Modular:Providers:{second}:Plugin"] = "Modular.ScriptedPlugin",
        };
        foreach (var (name, value) in settings)
        {
            configured[name.Replace("{first}", first, StringComparison.Ordinal)] = value;
        }

        var options = new TestShopOptions { Store = store, Settings = configured };
        var scripted = new ScriptedShop(plugins, options, await TestShop.StartAsync(options), first, second);
        ByInstance[first] = scripted;
        ByInstance[second] = scripted;
        return scripted;
    }

    /// <summary>A second node of the shop, with the same instances.</summary>
    public Task<TestShop> BesideAsync() => TestShop.StartAsync(options with { Beside = Shop });

    /// <summary>
    /// Moves the clock on to the next day's noon in Beijing, for what follows days: near midnight a payment belongs to the next day's
    /// bill, and bills are fetched from ten o'clock on.
    /// </summary>
    public void BecomeNoon() => Shop.Clock.Advance(TimeSpan.FromHours(36) - Shop.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).TimeOfDay);

    /// <summary>An order with a payment that is started at the first instance.</summary>
    public async Task<(string OrderNo, string PaymentNo)> StartedAsync(string sku = "courtyard-room")
    {
        var orderNo = await Shop.PlaceOrderAsync(sku);
        return (orderNo, (await Shop.StartPaymentAsync(orderNo, "qr", First))["paymentNo"]!.GetValue<string>());
    }

    /// <summary>The shopper pays, and no notification comes.</summary>
    public void Pay(string paymentNo, long minor = 36800) => paid[paymentNo] = $"paid {minor} T{paymentNo}";

    /// <summary>An order with a payment that has been paid and notified.</summary>
    public async Task<(string OrderNo, string PaymentNo)> PaidAsync(long minor = 36800, string sku = "courtyard-room")
    {
        var (orderNo, paymentNo) = await StartedAsync(sku);
        Assert.Equal((200, "success"), await NotifyPaidAsync(First, paymentNo, minor));
        return (orderNo, paymentNo);
    }

    public Task<(int Status, string Body)> NotifyPaidAsync(string instance, string paymentNo, long minor, string? tradeNo = null)
    {
        var trade = tradeNo ?? "T" + paymentNo;
        paid[paymentNo] = $"paid {minor} {trade}";
        return Shop.NotifyUntilTakenAsync($"paid {paymentNo} {minor} {trade}", instance, "text/plain");
    }

    /// <summary>Asks for a refund through the API.</summary>
    public Task<Reply> RefundAsync(string paymentNo, long minor, string? key = null, string currency = "CNY") => Shop.Api.PostAsync(
        $"/api/payments/{paymentNo}/refunds", new { amount = new { value = minor, currency }, reason = "客人取消 cancelled" },
        key is null ? [] : [("Idempotency-Key", key)]);

    public async Task<string> RefundNoAsync(string paymentNo, long minor)
    {
        var reply = await RefundAsync(paymentNo, minor);
        Assert.True(reply.Status == 202, reply.Text);
        return reply.Json["refundNo"]!.GetValue<string>();
    }

    public Task<int> SweepAsync() => Shop.SendAsync(new SendRefunds.Command());

    /// <summary>The balance of an account of the ledger: debits less credits, in fen.</summary>
    public async Task<long> BalanceAsync(string account, string paymentNo) => long.Parse(
        (await Shop.ScalarAsync(
            """
            SELECT COALESCE(SUM(CASE WHEN debit = @account THEN amount_minor ELSE 0 END) - SUM(CASE WHEN credit = @account THEN amount_minor ELSE 0 END), 0)
            FROM payments_ledger WHERE payment_no = @no
            """,
            ("account", account), ("no", paymentNo)))!,
        System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        plugins.Delete(recursive: true);
    }

    private static string Answer(string call)
    {
        var words = call.Split(' ');
        return ByInstance.TryGetValue(words[1], out var scripted) ? scripted.Answer(call, words) : "unknown";
    }

    private string Answer(string call, string[] words)
    {
        calls.Enqueue(call);
        return Says(words) ?? words[0] switch
        {
            "start" => "started",
            "query" => paid.GetValueOrDefault(words[2], "notfound"),
            "close" => paid.ContainsKey(words[2]) ? "unknown" : "closed",
            "refund" => refunded.GetOrAdd(words[2], "succeeded"),
            "ask" => refunded.GetValueOrDefault(words[2], "notfound"),
            _ => "empty",
        };
    }
}

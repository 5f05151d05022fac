using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Modular.Sandbox;
using Npgsql;

namespace Modular.Process.Tests.Support;

/// <summary>
/// What stays when a shop dies: the database, the sandbox as its Alipay, the keys and the shop's address. A killed shop is
/// started again in the same town.
/// </summary>
public sealed class Town : IAsyncDisposable
{
    private static readonly string PasswordHash =
        new Microsoft.AspNetCore.Identity.PasswordHasher<string>().HashPassword("", TestShop.OperatorPassword);

    private readonly WebApplication sandboxApp;
    private readonly TestDatabase? database;
    private readonly string connectionString;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("modular-town-");

    private Town(AlipayParty alipay, WebApplication sandboxApp, Uri sandboxAddress, TestDatabase? database, string connectionString)
    {
        (Alipay, this.sandboxApp, SandboxAddress, this.database, this.connectionString) = (alipay, sandboxApp, sandboxAddress, database, connectionString);
        Sandbox = new HttpClient { BaseAddress = sandboxAddress };
        Secrets.Add(alipay);
    }

    /// <summary>The stores that a test of stored things runs on.</summary>
    public static TheoryData<string> Stores => [Testing.Hosting.Stores.PostgreSql, Testing.Hosting.Stores.Sqlite];

    public AlipayParty Alipay { get; }

    public Uri SandboxAddress { get; }

    /// <summary>The sandbox's control plane and its gateway.</summary>
    public HttpClient Sandbox { get; }

    /// <summary>Where the shop of this town listens, before and after a restart.</summary>
    public Uri Address { get; } = FreePort.Address();

    public string ConnectionString => connectionString;

    public static async Task<Town> FoundAsync(string store)
    {
        var database = await TestDatabase.CreateAsync(store);
        return await FoundAsync(database, database.ConnectionString);
    }

    /// <summary>A town whose database is somebody else's.</summary>
    public static Task<Town> FoundOnAsync(string connectionString) => FoundAsync(null, connectionString);

    public Task<ShopProcess> StartShopAsync(IReadOnlyDictionary<string, string?>? settings = null, Uri? address = null) =>
        ShopProcess.StartAsync(address ?? Address, Environment(settings, address));

    public ShopProcess LaunchShop(IReadOnlyDictionary<string, string?>? settings = null, Uri? address = null) =>
        ShopProcess.Launch(address ?? Address, Environment(settings, address));

    /// <summary>The configuration of a shop of this town, as environment variables. Jobs are off unless asked for.</summary>
    public Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?>? settings = null, Uri? address = null)
    {
        var environment = new Dictionary<string, string?>
        {
            ["MODULAR_DATA"] = data.FullName,
            ["ConnectionStrings__Modular"] = connectionString,
            ["Modular__PublicUrl"] = (address ?? Address).ToString(),
            ["Modular__Database__MigrateOnStart"] = "true",
            ["Modular__Jobs__Enabled"] = "false",
            ["Modular__Api__Keys__0"] = TestShop.ApiKey,
            ["Modular__Ops__Users__0__Name"] = "olivia",
            ["Modular__Ops__Users__0__PasswordHash"] = PasswordHash,
            ["Modular__Ops__Users__0__Role"] = "operator",
        };
        foreach (var (name, value) in Instance("alipay", SandboxAddress))
        {
            environment[name] = value;
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            environment[name] = value;
        }

        return environment;
    }

    /// <summary>The settings of one more Alipay instance of the same application, whose gateway is reached at <paramref name="gateway"/>.</summary>
    public Dictionary<string, string?> Instance(string name, Uri gateway) => new()
    {
        [$"Modular__Providers__{name}__Plugin"] = "Modular.Payments.Alipay",
        [$"Modular__Providers__{name}__Gateway"] = new Uri(gateway, "/alipay/gateway.do").ToString(),
        [$"Modular__Providers__{name}__AppId"] = AlipayParty.AppId,
        [$"Modular__Providers__{name}__SellerId"] = AlipayParty.SellerId,
        [$"Modular__Providers__{name}__PrivateKey"] = Alipay.AppKey.ExportPkcs8PrivateKeyPem(),
        [$"Modular__Providers__{name}__AlipayPublicKey"] = Alipay.AlipayKey.ExportSubjectPublicKeyInfoPem(),
    };

    /// <summary>A notification of a payment of one fen, rightly signed.</summary>
    public string Paid(string paymentNo) => Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

    // --- The buyer and the gateway ---

    public async Task SetFaultsAsync(object faults)
    {
        using var response = await Sandbox.PutAsJsonAsync("/sandbox/faults", faults);
        response.EnsureSuccessStatusCode();
    }

    public async Task ClearFaultsAsync()
    {
        using var response = await Sandbox.DeleteAsync(new Uri("/sandbox/faults", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    public async Task<bool> KnowsTradeAsync(string paymentNo)
    {
        using var response = await Sandbox.GetAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative));
        return response.IsSuccessStatusCode;
    }

    /// <summary>Follows the form to the cashier, as the buyer's browser does.</summary>
    public async Task GoToCashierAsync(JsonNode action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var fields = action["fields"]!.AsObject().Select(field => new KeyValuePair<string, string>(field.Key, field.Value!.GetValue<string>()));
        using var content = new FormUrlEncodedContent(fields);
        using var response = await Sandbox.PostAsync(new Uri(action["url"]!.GetValue<string>()), content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The buyer logs in at the cashier and pays.</summary>
    public async Task PayAsync(string paymentNo)
    {
        foreach (var step in new[] { "open", "pay" })
        {
            using var response = await Sandbox.PostAsJsonAsync($"/sandbox/trades/{paymentNo}/{step}", new { });
            Assert.True(response.IsSuccessStatusCode, $"{step}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    // --- The database, seen from outside ---

    public async Task<string?> ScalarAsync(string sql)
    {
        await using System.Data.Common.DbConnection connection = connectionString.Contains("Host=", StringComparison.Ordinal)
            ? new NpgsqlConnection(connectionString)
            : new Microsoft.Data.Sqlite.SqliteConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text; numbers in it come from the shop under test.
        command.CommandText = sql;
#pragma warning restore CA2100
        var value = await command.ExecuteScalarAsync();
        return value is null or DBNull ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
    }

    public async Task<int> CountAsync(string fromAndWhere) =>
        int.Parse((await ScalarAsync($"SELECT count(*) FROM {fromAndWhere}"))!, CultureInfo.InvariantCulture);

    /// <summary>That each paid order was paid by one payment and announced once, and how many there are.</summary>
    public async Task<int> PaidOnceAsync()
    {
        var paid = await CountAsync("ordering_orders WHERE status = 'paid'");
        Assert.Equal(paid, await CountAsync("payments_payments WHERE status = 'succeeded'"));
        Assert.Equal(paid, await CountAsync("kernel_outbox WHERE type = 'order.paid'"));
        Assert.Equal(0, await CountAsync("payments_payments WHERE status = 'held'"));
        return paid;
    }

    public async ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        await sandboxApp.DisposeAsync();
        if (database is not null)
        {
            await database.DisposeAsync();
        }

        data.Delete(recursive: true);
        Alipay.Dispose();
    }

    private static async Task<Town> FoundAsync(TestDatabase? database, string connectionString)
    {
        var alipay = new AlipayParty();
        var address = FreePort.Address();
        var sandbox = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls(address.ToString());
            // A hung call must not hold up the end of a test.
            builder.WebHost.UseShutdownTimeout(TimeSpan.FromSeconds(1));
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "None",
                ["Sandbox:PublicUrl"] = address.ToString().TrimEnd('/'),
                ["Sandbox:Alipay:Merchants:test:AppId"] = AlipayParty.AppId,
                ["Sandbox:Alipay:Merchants:test:SellerId"] = AlipayParty.SellerId,
                ["Sandbox:Alipay:Merchants:test:Name"] = "测试商家",
                ["Sandbox:Alipay:Merchants:test:AppPublicKey"] = alipay.AppKey.ExportSubjectPublicKeyInfoPem(),
                ["Sandbox:Alipay:Merchants:test:AlipayPrivateKey"] = alipay.AlipayKey.ExportPkcs8PrivateKeyPem(),
            });
        });
        await sandbox.StartAsync();
        return new Town(alipay, sandbox, address, database, connectionString);
    }
}

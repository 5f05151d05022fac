using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Modular.Process.Tests;

/// <summary>The commands that a person types: what build/publish makes, and build/run from its start to Ctrl-C. One after the other, because both build, and alone, because other tests watch how long a shop takes.</summary>
[Collection(nameof(DeployedTests))]
[CollectionDefinition(nameof(DeployedTests), DisableParallelization = true)]
public sealed partial class DeployedTests
{
    // Seconds where everything is built already; the first build on a busy machine takes minutes.
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task What_is_published_runs_from_any_folder_with_configuration_alone()
    {
        var target = Directory.CreateTempSubdirectory("modular-published-");
        var elsewhere = Directory.CreateTempSubdirectory("modular-elsewhere-");
        try
        {
            var (exit, output) = await Program.RunAsync(Repository.PathOf("build", "publish"), [target.FullName], within: BuildLimit);
            Assert.True(exit == 0, output);
            var dll = Path.Combine(target.FullName, "Modular.Web.dll");
            Assert.True(File.Exists(Path.Combine(target.FullName, "plugins", "Modular.Payments.Alipay", "Modular.Payments.Alipay.dll")));
            Assert.True(File.Exists(Path.Combine(target.FullName, "sandbox", "Modular.Sandbox.dll")));

            await PaysAnOrderAsync(dll, elsewhere.FullName);
            await SaysWhatIsMissingAsync(dll, elsewhere.FullName);
            await SaysThatThePortIsTakenAsync(dll, elsewhere.FullName);
            Assert.Empty(elsewhere.EnumerateFileSystemInfos());
        }
        finally
        {
            target.Delete(recursive: true);
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_run_command_starts_everything_keeps_the_data_and_leaves_no_process_behind()
    {
        // The folder's name is in the environment of every process that the command starts, build servers included.
        var data = Directory.CreateTempSubdirectory("modular-run-");
        try
        {
            string orderNo;
            var (shop, sandbox) = (FreePort.Address(), FreePort.Address());
            await using (var first = Run(data, shop, sandbox))
            {
                var key = await StartsAsync(first, shop, sandbox);
                using var api = Api(shop, key);
                using var response = await api.PostAsJsonAsync("/api/orders", new { lines = new[] { new { sku = "test-fen", quantity = 1 } } }, TestContext.Current.CancellationToken);
                orderNo = (await TestShop.JsonAsync(response, 201))["orderNo"]!.GetValue<string>();

                await using (var second = Run(data, shop, sandbox))
                {
                    await second.EndsAsync(TimeSpan.FromSeconds(30));
                    Assert.NotEqual(0, second.ExitCode);
                    Assert.Contains($"Port {shop.Port} is taken", second.Output, StringComparison.Ordinal);
                    Assert.Single(second.Output.Trim().Split('\n'));
                }

                first.Send(Program.SigTerm);
                await first.EndsAsync(TimeSpan.FromSeconds(30));
                await NothingIsLeftAsync(data);
            }

            await using (var again = Run(data, shop, sandbox))
            {
                var key = await StartsAsync(again, shop, sandbox);
                using var api = Api(shop, key);
                using var response = await api.GetAsync(new Uri($"/api/orders/{orderNo}", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);

                again.SendToGroup(Program.SigInt);
                await again.EndsAsync(TimeSpan.FromSeconds(30));
                await NothingIsLeftAsync(data);
            }

            Assert.Empty(Secrets.In(await File.ReadAllTextAsync(Path.Combine(data.FullName, "shop.log"), TestContext.Current.CancellationToken)));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task PaysAnOrderAsync(string dll, string folder)
    {
        await using var town = await Town.FoundAsync(Stores.Sqlite);
        await using var shop = await ShopProcess.StartAsync(town.Address, town.Environment(), dll, folder);
        Assert.Contains("Provider instance alipay (Modular.Payments.Alipay) is in service", shop.Output, StringComparison.Ordinal);
        var (orderNo, paymentNo) = await shop.StartedAsync("qr");
        await town.PayAsync(paymentNo);
        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
    }

    private static async Task SaysWhatIsMissingAsync(string dll, string folder)
    {
        await using var shop = await ShopProcess.StartAsync(FreePort.Address(), new Dictionary<string, string?>(), dll, folder);
        Assert.Equal(200, await shop.StatusAsync("/"));
        Assert.Contains("No Modular:Api:Keys", shop.Output, StringComparison.Ordinal);
        Assert.Contains("No Modular:Ops:Users", shop.Output, StringComparison.Ordinal);
        Assert.Contains("No Modular:Providers", shop.Output, StringComparison.Ordinal);
    }

    private static async Task SaysThatThePortIsTakenAsync(string dll, string folder)
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        await using var shop = ShopProcess.Launch(address, new Dictionary<string, string?>(), dll, folder);
        await shop.Program.EndsAsync(TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, shop.Program.ExitCode);
        Assert.Single(shop.Output.Split('\n'), line => line.Contains("cannot start", StringComparison.Ordinal) && line.Contains(address.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    /// <summary>
    /// Through setsid, so that it leads a process group as in a terminal, and with a Ctrl-C that counts: what was started in the background
    /// of a script ignores it, and so does whatever it starts.
    /// </summary>
    private static Program Run(DirectoryInfo data, Uri shop, Uri sandbox) => Program.Start("env", ["--default-signal=INT", "setsid", Repository.PathOf("build", "run")], new Dictionary<string, string?>
    {
        ["MODULAR_DATA"] = data.FullName,
        ["MODULAR_PORT"] = shop.Port.ToString(CultureInfo.InvariantCulture),
        ["MODULAR_SANDBOX_PORT"] = sandbox.Port.ToString(CultureInfo.InvariantCulture),
        ["MODULAR_SANDBOX_TLS_PORT"] = FreePort.Address().Port.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>Waits for the last line of the greeting and returns the API key in it.</summary>
    private static async Task<string> StartsAsync(Program run, Uri shop, Uri sandbox)
    {
        await Eventually.BecomesAsync(
            true,
            () => run.HasExited ? throw new InvalidOperationException(run.Output) : Task.FromResult(run.Output.Contains("Ctrl-C stops both", StringComparison.Ordinal)),
            BuildLimit);
        Assert.Contains(shop.ToString().TrimEnd('/'), run.Output, StringComparison.Ordinal);
        Assert.Contains(sandbox.ToString().TrimEnd('/'), run.Output, StringComparison.Ordinal);
        Assert.Matches(@"/ops\s+user: operator\s+password: \S{12,}", run.Output);
        return ApiKey().Match(run.Output).Groups[1].Value;
    }

    private static HttpClient Api(Uri shop, string key) => new() { BaseAddress = shop, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    private static Task<string> NothingIsLeftAsync(DirectoryInfo data) => Eventually.BecomesAsync("", () => Task.FromResult(string.Join(", ", ProcessesOf(data))), TimeSpan.FromSeconds(10));

    private static IEnumerable<string> ProcessesOf(DirectoryInfo data)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            string environment, command;
            try
            {
                environment = File.ReadAllText(Path.Combine(folder, "environ"));
                command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended or is another user's.
                continue;
            }

            if (environment.Contains(data.FullName, StringComparison.Ordinal))
            {
                yield return command;
            }
        }
    }

    [GeneratedRegex(@"API key\s+(\S+)")]
    private static partial Regex ApiKey();
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Modular.Process.Tests;

/// <summary>The preflight as a command of its own process and as an operations page, on what the sandbox's <c>init</c> makes.</summary>
public sealed class PreflightTests
{
    [Fact]
    public async Task What_the_sandbox_makes_passes_online_in_every_mode_by_command_and_by_page()
    {
        var folder = Directory.CreateTempSubdirectory("modular-check-");
        try
        {
            var (shopAddress, sandboxAddress) = (FreePort.Address(), FreePort.Address());
            var settings = await CredentialsAsync(folder, sandboxAddress);
            settings["MODULAR_DATA"] = Path.Combine(folder.FullName, "shop");
            settings["Modular__PublicUrl"] = shopAddress.ToString();
            await using var sandbox = Program.Start(
                "dotnet", [SandboxProgram, "--data", Path.Combine(folder.FullName, "sandbox")], new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = sandboxAddress.ToString() });
            await using var shop = await ShopProcess.StartAsync(shopAddress, new Dictionary<string, string?>(settings)
            {
                ["Modular__Jobs__Enabled"] = "false",
                ["Modular__Ops__Users__0__Name"] = "victor",
                ["Modular__Ops__Users__0__PasswordHash"] = new Microsoft.AspNetCore.Identity.PasswordHasher<string>().HashPassword("", TestShop.OperatorPassword),
                ["Modular__Ops__Users__0__Role"] = "viewer",
            });
            await IsListeningAsync(sandboxAddress);

            var (exit, output) = await CheckAsync(settings, "--json");
            Assert.True(exit == 0, output);
            var answer = JsonNode.Parse(output)!;
            Assert.Equal("pass", (string?)answer["verdict"]);
            Assert.Equal(["alipay", "certificates", "wechatpay", "wechatpayv2"], answer["instances"]!.AsArray().Select(instance => (string)instance!["instance"]!));
            foreach (var instance in answer["instances"]!.AsArray())
            {
                var lines = instance!["lines"]!.AsArray();
                Assert.All(lines, line => Assert.True((string?)line!["level"] == "pass" || (string?)line["what"] == "public url", line.ToJsonString()));
                Assert.Contains(lines, line => (string?)line!["what"] == "signed question");
                Assert.Contains(lines, line => (string?)line!["what"] == "notify url");
            }

            (exit, output) = await CheckAsync(settings, "--instance", "wechatpay");
            Assert.True(exit == 0, output);
            Assert.StartsWith("wechatpay (Modular.Payments.WeChatPay)\n  pass  settings: ", output, StringComparison.Ordinal);
            Assert.EndsWith(" 1 warn, 0 fail\n", output, StringComparison.Ordinal);
            Assert.DoesNotContain("alipay (", output, StringComparison.Ordinal);

            await ThePageSaysTheSameAsync(shopAddress);
            Assert.DoesNotContain("refused", shop.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_dead_gateway_fails_and_offline_it_is_not_asked_and_nothing_is_written_or_told()
    {
        const string Canary = "canary0secret0canary0secret0cana";
        using var alipay = RSA.Create(2048);
        using var own = RSA.Create(2048);
        var folder = Directory.CreateTempSubdirectory("modular-check-");
        try
        {
            var dead = FreePort.Address();
            var settings = new Dictionary<string, string?>
            {
                ["Modular__Data"] = folder.FullName,
                ["Modular__PublicUrl"] = FreePort.Address().ToString(),
                ["Modular__Providers__alipay__Plugin"] = "Modular.Payments.Alipay",
                ["Modular__Providers__alipay__Gateway"] = new Uri(dead, "/gateway.do").ToString(),
                ["Modular__Providers__alipay__AppId"] = "2021004000000001",
                ["Modular__Providers__alipay__SellerId"] = "2088000000000001",
                ["Modular__Providers__alipay__PrivateKey"] = own.ExportPkcs8PrivateKeyPem(),
                ["Modular__Providers__alipay__AlipayPublicKey"] = alipay.ExportSubjectPublicKeyInfoPem(),
                ["Modular__Providers__v2__Plugin"] = "Modular.Payments.WeChatPayV2",
                ["Modular__Providers__v2__BaseUrl"] = dead.ToString(),
                ["Modular__Providers__v2__AppId"] = "wx2421000000000001",
                ["Modular__Providers__v2__MchId"] = "1900000001",
                ["Modular__Providers__v2__ApiKey"] = Canary,
            };

            var (exit, told) = await CheckAsync(settings);
            Assert.Equal(1, exit);
            Assert.Equal(2, told.Split("  fail  gateway: ").Length - 1);
            Assert.EndsWith(" 2 fail\n", told, StringComparison.Ordinal);

            (exit, var offline) = await CheckAsync(settings, "--offline");
            Assert.Equal(0, exit);
            Assert.DoesNotContain("gateway:", offline, StringComparison.Ordinal);

            settings["Modular__Providers__v2__ApiKey"] = Canary[1..];
            (exit, var wrong) = await CheckAsync(settings, "--offline", "--instance=v2");
            Assert.Equal(1, exit);
            Assert.Contains("  fail  api key: ApiKey has 31 characters.", wrong, StringComparison.Ordinal);

            Assert.DoesNotContain(Canary[1..], told + offline + wrong, StringComparison.Ordinal);
            Assert.Empty(Secrets.In(told + offline + wrong));
            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--instance")]
    [InlineData("--instance", "nobody")]
    [InlineData("--nonsense")]
    [InlineData("alipay")]
    [InlineData]
    public async Task What_cannot_be_checked_ends_with_2_and_one_sentence(params string[] arguments)
    {
        // The last one is written rightly and has nothing to check.
        var (exit, output) = await CheckAsync([], arguments);

        Assert.Equal(2, exit);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    private static string SandboxProgram => Path.Combine(AppContext.BaseDirectory, "Modular.Sandbox.dll");

    private static async Task ThePageSaysTheSameAsync(Uri shop)
    {
        using var viewer = new Browser(shop);
        var token = await viewer.TokenAsync("/ops/login");
        await viewer.PostAsync("/ops/login", ("name", "victor"), ("password", TestShop.OperatorPassword), ("returnUrl", "/ops"), ("__RequestVerificationToken", token));
        Assert.Contains("href=\"/ops/preflight\"", await viewer.TextAsync("/ops"), StringComparison.Ordinal);

        Assert.Equal(400, (await viewer.PostAsync("/ops/preflight", ("instance", "alipay"))).Status);
        token = await viewer.TokenAsync("/ops/preflight");
        var (status, _, page) = await viewer.PostAsync("/ops/preflight", ("instance", "wechatpay"), ("__RequestVerificationToken", token));
        Assert.Equal(200, status);
        Assert.Contains("data-instance=\"wechatpay\" data-passes=\"true\"", page, StringComparison.Ordinal);
        foreach (var what in new[] { "settings", "api v3 key", "gateway", "clock", "signed question", "notify url", "return url" })
        {
            Assert.Contains($"data-level=\"pass\" data-what=\"{what}\"", page, StringComparison.Ordinal);
        }

        Assert.Equal(404, (await viewer.PostAsync("/ops/preflight", ("instance", "nobody"), ("__RequestVerificationToken", token))).Status);
    }

    /// <summary>The credentials of the sandbox's merchants, as environment variables; the one with certificates as an instance of its own.</summary>
    private static async Task<Dictionary<string, string?>> CredentialsAsync(DirectoryInfo folder, Uri sandbox)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var mode in new string[][] { [], ["--certificates"] })
        {
            var credentials = Directory.CreateDirectory(Path.Combine(folder.FullName, "credentials" + mode.Length));
            var (exit, output) = await Program.RunAsync(
                "dotnet", [SandboxProgram, "init", "--data", Path.Combine(folder.FullName, "sandbox"), "--credentials", credentials.FullName, "--url", sandbox.ToString(), .. mode]);
            Assert.True(exit == 0, output);
            foreach (var file in credentials.EnumerateFiles().Where(file => mode.Length == 0 || file.Name.Contains("__alipay__", StringComparison.Ordinal)))
            {
                settings[mode.Length == 0 ? file.Name : file.Name.Replace("__alipay__", "__certificates__", StringComparison.Ordinal)] =
                    await File.ReadAllTextAsync(file.FullName, TestContext.Current.CancellationToken);
            }
        }

        // The legacy gateway is checked offline by other tests.
        foreach (var name in settings.Keys.Where(name => name.Contains("__alipaydirect__", StringComparison.Ordinal)).ToArray())
        {
            settings.Remove(name);
        }

        return settings;
    }

    private static async Task IsListeningAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.BecomesAsync(true, async () =>
        {
            try
            {
                using var response = await http.GetAsync(new Uri("/", UriKind.Relative));
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private static Task<(int ExitCode, string Output)> CheckAsync(Dictionary<string, string?> settings, params string[] arguments) =>
        Program.RunAsync("dotnet", [ShopProcess.BuiltProgram, "check", .. arguments], settings);
}

using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Modular.Sandbox.Tests;

/// <summary>The program itself, as a person starts it.</summary>
public sealed class InitTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modular-sandbox-").FullName;

    private string Data => Path.Combine(folder, "data");

    private string Credentials => Path.Combine(folder, "credentials");

    [Fact]
    public async Task The_second_run_changes_nothing_but_a_moved_address()
    {
        await InitAsync("http://127.0.0.1:5090");
        var first = Contents();
        Assert.Equal("http://127.0.0.1:5090/alipay/gateway.do", first["Modular__Providers__alipay__Gateway"]);
        Assert.Equal("Modular.Payments.Alipay", first["Modular__Providers__alipay__Plugin"]);
        Assert.Contains("BEGIN PRIVATE KEY", first["Modular__Providers__alipay__PrivateKey"], StringComparison.Ordinal);
        await InitAsync("http://127.0.0.1:5090");
        Assert.Equal(first, Contents());
        await InitAsync("http://127.0.0.1:6090/");
        first["Modular__Providers__alipay__Gateway"] = "http://127.0.0.1:6090/alipay/gateway.do";
        Assert.Equal(first, Contents());
    }

    [Fact]
    public async Task Secrets_are_for_their_owner_and_never_printed()
    {
        var printed = await InitAsync("http://127.0.0.1:5090", "--certificates");
        Assert.DoesNotContain("BEGIN", printed, StringComparison.Ordinal);
        Assert.Contains("BEGIN CERTIFICATE", Contents()["Modular__Providers__alipay__AlipayRootCertificate"], StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task A_restart_keeps_the_trades()
    {
        await InitAsync("http://127.0.0.1:5090");
        var trade = """
            [{"AppId":"2021000000000001","OutTradeNo":"kept","Product":"qr","Subject":"s","TotalFen":1,"TradeNo":"1","Token":"t",
            "CreatedAt":"2026-11-25T04:00:00Z","Status":"TRADE_SUCCESS","PaidAt":"2026-11-25T04:00:00Z","PaidFen":1,
            "Refunds":[{"RequestNo":"r","Fen":1,"Reason":"","At":"2026-11-25T04:00:00Z"}]}]
            """;
        await File.WriteAllTextAsync(Path.Combine(Data, "alipay-trades.json"), trade, TestContext.Current.CancellationToken);
        for (var run = 0; run < 2; run++)
        {
            await using var app = SandboxApp.Create(["--data", Data], builder =>
            {
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var client = new HttpClient();
            var answer = await client.GetStringAsync(app.Urls.First() + "/sandbox/trades/kept", TestContext.Current.CancellationToken);
            Assert.Contains("\"refundedAmount\": \"0.01\"", answer, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Dictionary<string, string> Contents() =>
        Directory.EnumerateFiles(Credentials).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    private async Task<string> InitAsync(string url, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SandboxApp).Assembly.Location, "init", "--data", Data, "--credentials", Credentials, "--url", url, .. more])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return printed;
    }
}

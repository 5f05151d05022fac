using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
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
        first["Modular__Providers__alipaydirect__Gateway"] = "http://127.0.0.1:6090/alipaydirect/gateway.do";
        foreach (var provider in new[] { "wechatpay", "wechatpayv2" })
        {
            first[$"Modular__Providers__{provider}__BaseUrl"] = "http://127.0.0.1:6090";
            first[$"Modular__Providers__{provider}__OAuthAuthorizeUrl"] = "http://127.0.0.1:6090/connect/oauth2/authorize";
            first[$"Modular__Providers__{provider}__OAuthTokenUrl"] = "http://127.0.0.1:6090/sns/oauth2/access_token";
        }

        first["Modular__Providers__wechatpayv2__RefundBaseUrl"] = "https://127.0.0.1:6091";
        Assert.Equal(first, Contents());
        await InitAsync("http://127.0.0.1:6090/", "--refund-url", "https://127.0.0.1:7000/");
        first["Modular__Providers__wechatpayv2__RefundBaseUrl"] = "https://127.0.0.1:7000";
        Assert.Equal(first, Contents());
    }

    [Fact]
    public async Task An_earlier_sandbox_gets_certificates_for_the_merchant_that_it_has_and_they_work()
    {
        await InitAsync("http://127.0.0.1:5090");
        var earlier = Sandbox();
        earlier["Sandbox"]!["WeChat"]!.AsObject().Remove("Tls");
        await File.WriteAllTextAsync(Path.Combine(Data, "sandbox.json"), earlier.ToJsonString(), TestContext.Current.CancellationToken);
        foreach (var name in new[] { "wechat-authority.crt", "wechat-server.crt", "wechat-server-private.pem", "wechat-merchant.p12" })
        {
            File.Delete(Path.Combine(Data, name));
        }

        File.Delete(Path.Combine(Credentials, "Modular__Providers__wechatpayv2__ClientCertificate"));
        File.Delete(Path.Combine(Credentials, "Modular__Providers__wechatpayv2__RefundBaseUrl"));
        await InitAsync("http://127.0.0.1:5090");
        var now = Sandbox();
        now["Sandbox"]!["WeChat"]!.AsObject().Remove("Tls");
        Assert.True(JsonNode.DeepEquals(earlier, now));

        var merchant = earlier["Sandbox"]!["WeChat"]!["Merchants"]!["wechat"]!;
        using var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(Contents()["Modular__Providers__wechatpayv2__ClientCertificate"]), (string?)merchant["MchId"]);
        Assert.Equal((string?)merchant["MerchantSerialNo"], certificate.SerialNumber);
        Assert.DoesNotContain(Directory.EnumerateFiles(Data), file => file.Contains("authority", StringComparison.Ordinal) && file.Contains("private", StringComparison.Ordinal));
        await using var app = SandboxApp.Create(["--data", Data], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0", "https://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(Data, "wechat-authority.crt"));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy, ClientCertificates = [certificate] } });
        Assert.Contains("ok", await client.GetStringAsync(app.Urls.First(url => url.StartsWith("https", StringComparison.Ordinal)) + "/sandbox/health", TestContext.Current.CancellationToken), StringComparison.Ordinal);
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
    public async Task The_credentials_of_WeChat_Pay_belong_to_the_merchant_of_the_sandbox()
    {
        await InitAsync("http://127.0.0.1:5090");
        var (shop, merchant) = (Contents(), Sandbox()["Sandbox"]!["WeChat"]!["Merchants"]!["wechat"]!);
        string Shop(string name) => shop["Modular__Providers__" + name];
        Assert.Equal(("Modular.Payments.WeChatPay", "Modular.Payments.WeChatPayV2"), (Shop("wechatpay__Plugin"), Shop("wechatpayv2__Plugin")));
        foreach (var name in new[] { "AppId", "MchId", "MerchantSerialNo", "ApiV3Key", "PublicKeyId", "AppSecret" })
        {
            Assert.Equal((string?)merchant[name], Shop("wechatpay__" + name));
        }

        Assert.Equal(((string?)merchant["ApiKey"], "HMAC-SHA256"), (Shop("wechatpayv2__ApiKey"), Shop("wechatpayv2__SignType")));
        Assert.Equal((32, 32), (Shop("wechatpay__ApiV3Key").Length, Shop("wechatpayv2__ApiKey").Length));
        using var shopKey = RSA.Create();
        shopKey.ImportFromPem(Shop("wechatpay__PrivateKey"));
        Assert.Equal(shopKey.ExportSubjectPublicKeyInfoPem(), File.ReadAllText(Path.Combine(Data, (string)merchant["MerchantPublicKey"]!)).Trim());
        using var publicKey = RSA.Create();
        publicKey.ImportFromPem(File.ReadAllText(Path.Combine(Data, (string)merchant["PublicKeyPrivateKey"]!)));
        Assert.Equal(publicKey.ExportSubjectPublicKeyInfoPem(), Shop("wechatpay__PublicKey").Trim());
    }

    [Fact]
    public async Task The_credentials_of_the_legacy_gateway_belong_to_the_merchant_of_the_sandbox()
    {
        await InitAsync("http://127.0.0.1:5090");
        var (shop, merchant) = (Contents(), Sandbox()["Sandbox"]!["AlipayDirect"]!["Merchants"]!["direct"]!);
        string Shop(string name) => shop["Modular__Providers__alipaydirect__" + name];
        Assert.Equal(("Modular.Payments.AlipayDirect", "http://127.0.0.1:5090/alipaydirect/gateway.do", "MD5"), (Shop("Plugin"), Shop("Gateway"), Shop("SignType")));
        Assert.Equal(((string?)merchant["Partner"], (string?)merchant["Key"]), (Shop("Partner"), Shop("Key")));
        Assert.Equal(32, Shop("Key").Length);
    }

    [Fact]
    public async Task An_earlier_sandbox_gets_the_merchants_that_it_lacks_and_keeps_everything_else()
    {
        await InitAsync("http://127.0.0.1:5090");
        var earlier = Sandbox();
        earlier["Sandbox"]!.AsObject().Remove("WeChat");
        earlier["Sandbox"]!.AsObject().Remove("AlipayDirect");
        earlier["Sandbox"]!["TimeFactor"] = 60;
        var keys = File.ReadAllText(Path.Combine(Data, "alipay-app-private.pem"));
        File.WriteAllText(Path.Combine(Data, "sandbox.json"), "// Mine.\n" + earlier.ToJsonString());
        await InitAsync("http://127.0.0.1:5090");
        var now = Sandbox();
        Assert.NotNull(now["Sandbox"]!["WeChat"]!["Merchants"]!["wechat"]!["MchId"]);
        Assert.NotNull(now["Sandbox"]!["AlipayDirect"]!["Merchants"]!["direct"]!["Partner"]);
        now["Sandbox"]!.AsObject().Remove("WeChat");
        now["Sandbox"]!.AsObject().Remove("AlipayDirect");
        Assert.True(JsonNode.DeepEquals(earlier, now));
        Assert.Equal(keys, File.ReadAllText(Path.Combine(Data, "alipay-app-private.pem")));
        await InitAsync("http://127.0.0.1:5090");
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

    private JsonNode Sandbox() => JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "sandbox.json")))!;

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

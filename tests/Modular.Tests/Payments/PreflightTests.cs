using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Payments;
using Modular.Payments.Abstractions.Preflight;
using Modular.Testing;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Tests.WeChat;

namespace Modular.Tests.Payments;

/// <summary>
/// The preflight of instances with one mistake each, against the sandbox and a running shop. Each mistake is one line, and everything else
/// passes; that the shop's address is on this machine is warned about in all of them.
/// </summary>
public sealed class PreflightTests(PreflightTests.Surroundings fixture) : IClassFixture<PreflightTests.Surroundings>
{
    private static readonly string[] Online = ["alipay", "wechatpay", "wechatpayv2"];

    public static TheoryData<string> Instances => [.. Online];

    // --- All is well ---

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task A_right_instance_passes_every_line_and_its_gateway_proves_the_keys(string instance)
    {
        var lines = await RunAsync(instance, []);

        Assert.Empty(Troubles(lines));
        Assert.Equal(["settings", "gateway", "clock", "signed question", "notify url", "return url"], lines.Select(line => line.What).Where(Always.Contains).Distinct());
    }

    [Fact]
    public async Task The_probes_of_a_preflight_are_no_refused_messages()
    {
        var before = await fixture.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox");
        await RunAsync("alipay", []);
        Assert.Equal(before, await fixture.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox"));

        // Anything else with the same sender's name is a forgery like any other.
        using var content = new StringContent("modular-preflight&sign=1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payments/alipay/notify") { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "Modular-Preflight/1");
        using var response = await fixture.Shop.Web.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.NotEqual(before, await fixture.Shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox"));
    }

    // --- Settings and keys ---

    public static TheoryData<string, string, string, string, string> OneWrongSetting => new()
    {
        { "alipay", "AlipayPublicKey", "own public key", "alipay key", "AlipayPublicKey is the public half of your own PrivateKey" },
        { "alipay", "AppId", "", "account", "AppId is missing" },
        { "alipay", "PrivateKey", "own public key", "own key", "PrivateKey holds a public key or a certificate" },
        { "wechatpay", "ApiV3Key", "V3keyOfTheTestMerchant012345678", "api v3 key", "exactly 32" },
        { "wechatpay", "PublicKey", "own merchant key", "wechat pay key", "PublicKey is the public half of your own PrivateKey" },
        { "wechatpay", "PublicKey", "own certificate", "wechat pay key", "PublicKey is your own API certificate" },
        { "wechatpay", "MchId", "merchant", "account", "MchId is no merchant number" },
        { "wechatpay", "AppId", "2021000000000001", "account", "AppId is no application number" },
        { "wechatpay", "AppSecret", WeChatParty.ApiV3Key, "api v3 key", "AppSecret is the same as ApiV3Key" },
        { "wechatpayv2", "ApiKey", "too-short", "api key", "ApiKey has 9 characters" },
        { "wechatpayv2", "ClientCertificate", "another merchant's p12", "client certificate", "belongs to another merchant than MchId" },
        { "wechatpayv2", "ClientCertificate", "expired p12", "client certificate", "ClientCertificate expired on" },
        { "alipaydirect", "Key", "0123456789012345678901234567890", "keys", "Key has 31 characters" },
        { "alipaydirect", "Partner", "shop@example.com", "account", "Partner is no account number" },
    };

    [Theory]
    [MemberData(nameof(OneWrongSetting))]
    public async Task A_wrong_setting_is_one_line_that_fails_and_tells_the_remedy(string instance, string setting, string value, string what, string sentence)
    {
        var lines = await RunAsync(instance, new() { [setting] = fixture.Value(value) }, offline: true);

        var trouble = Assert.Single(Troubles(lines));
        Assert.Equal((PreflightLevel.Fail, what), (trouble.Level, trouble.What));
        Assert.Contains(sentence, trouble.Sentence + " " + trouble.Remedy, StringComparison.Ordinal);
        Assert.NotEmpty(trouble.Remedy);
    }

    [Fact]
    public async Task The_legacy_gateways_own_key_in_Alipays_place_is_told()
    {
        var lines = await RunAsync("alipaydirect", new() { ["SignType"] = "RSA", ["PrivateKey"] = fixture.Shop.Alipay.AppKey.ExportPkcs8PrivateKeyPem(), ["AlipayPublicKey"] = fixture.Value("own public key") }, offline: true);

        Assert.Equal("keys", Assert.Single(Troubles(lines)).What);
        Assert.Empty(Troubles(await RunAsync("alipaydirect", [], offline: true)));
    }

    [Fact]
    public async Task Two_mistakes_are_two_lines()
    {
        var lines = await RunAsync("wechatpay", new() { ["ApiV3Key"] = "short", ["MchId"] = "x" }, offline: true);

        Assert.Equal(["account", "api v3 key"], Troubles(lines).Select(line => line.What));
    }

    [Theory]
    [InlineData("alipay", "Gateway", "https://openapi.alipay.com/gateway.do", "AppId", "9021000000000001", PreflightLevel.Fail, "AppId is an application of Alipay's sandbox")]
    [InlineData("alipay", "Gateway", "https://openapi-sandbox.dl.alipaydev.com/gateway.do", "AppId", "2021004000000001", PreflightLevel.Warn, "AppId looks like one of production")]
    [InlineData("wechatpay", "BaseUrl", "https://api.mch.weixin.qq.com", "MchId", "1900000109", PreflightLevel.Fail, "is an example")]
    [InlineData("wechatpayv2", "BaseUrl", "https://api.mch.weixin.qq.com/xdc/apiv2sandbox", "MchId", "1600000000", PreflightLevel.Warn, "moves no money")]
    [InlineData("alipaydirect", "Gateway", "https://mapi.alipaydev.com/gateway.do", "Partner", "2088000000000001", PreflightLevel.Warn, "no money moves")]
    public async Task B15_a_gateway_and_an_account_of_two_worlds_are_told(string instance, string address, string url, string account, string number, PreflightLevel level, string sentence)
    {
        var trouble = Assert.Single(Troubles(await RunAsync(instance, new() { [address] = url, [account] = number }, offline: true)));

        Assert.Equal((level, "environment"), (trouble.Level, trouble.What));
        Assert.Contains(sentence, trouble.Sentence, StringComparison.Ordinal);
    }

    // --- Certificates ---

    [Theory]
    [InlineData(100, null)]
    [InlineData(29, PreflightLevel.Warn)]
    [InlineData(-1, PreflightLevel.Fail)]
    public async Task A_certificate_is_counted_down_and_an_expired_one_fails(int daysLeft, PreflightLevel? level)
    {
        var trouble = Troubles(await RunAsync("alipay", fixture.Certificates(daysLeft), offline: true));

        Assert.Equal(level is { } expected ? [(expected, "application certificate")] : [], trouble.Select(line => (line.Level, line.What)));
    }

    [Theory]
    [InlineData(100, PreflightLevel.Pass)]
    [InlineData(1804, PreflightLevel.Warn)]
    public async Task WeChat_Pays_newest_platform_certificate_is_counted_down(int daysLater, PreflightLevel level)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        await shop.ControlAsync("/sandbox/wechat/rotate", new { drop = true });
        shop.Clock.Advance(TimeSpan.FromDays(daysLater));
        var settings = shop.Services.GetRequiredService<IConfiguration>().AsEnumerable().Where(pair => pair.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);
        settings["Modular:Providers:wechatpay:PublicKey"] = settings["Modular:Providers:wechatpay:PublicKeyId"] = "";

        var runner = PreflightRunner.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), shop.Clock);
        var lines = Assert.Single(await runner.RunAsync("wechatpay", offline: false, TestContext.Current.CancellationToken)).Lines;

        var line = Assert.Single(lines, line => line.What == "platform certificate");
        Assert.Equal(level, line.Level);
        Assert.Matches(@"^WeChat Pay's newest platform certificate \(from \d{4}-\d\d-\d\d\) is valid until \d{4}-\d\d-\d\d, \d+ days from now\.$", line.Sentence);
        Assert.Equal(level == PreflightLevel.Warn, line.Remedy.Contains("merchant console", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_applications_certificate_in_Alipays_place_is_told()
    {
        var settings = fixture.Certificates(100);
        settings["AlipayCertificate"] = settings["AppCertificate"];

        var trouble = Assert.Single(Troubles(await RunAsync("alipay", settings, offline: true)));
        Assert.Equal("alipay certificate", trouble.What);
        Assert.Contains("your own PrivateKey", trouble.Sentence, StringComparison.Ordinal);
    }

    // --- The gateway ---

    public static TheoryData<string, string, string, string> OneWrongKey => new()
    {
        { "alipay", "PrivateKey", "stranger's private key", "own key" },
        { "alipay", "AlipayPublicKey", "stranger's public key", "alipay key" },
        { "wechatpay", "PrivateKey", "stranger's private key", "own key" },
        { "wechatpay", "PublicKey", "stranger's public key", "wechat pay key" },
        { "wechatpay", "ApiV3Key", "V3keyOfSomeoneElse00123456789012", "api v3 key" },
        { "wechatpayv2", "ApiKey", "V2keyOfSomeoneElse00123456789012", "api key" },
    };

    [Theory]
    [MemberData(nameof(OneWrongKey))]
    public async Task A_key_that_the_gateway_does_not_share_is_found_by_asking_it(string instance, string setting, string value, string what)
    {
        var settings = new Dictionary<string, string?> { [setting] = fixture.Value(value) };
        Assert.Empty(Troubles(await RunAsync(instance, settings, offline: true)));

        var trouble = Assert.Single(Troubles(await RunAsync(instance, settings)));
        Assert.Equal((PreflightLevel.Fail, what), (trouble.Level, trouble.What));
        Assert.NotEmpty(trouble.Remedy);
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task A_gateway_that_does_not_answer_is_one_line(string instance)
    {
        var dead = FreePort.Address().ToString();
        var trouble = Assert.Single(Troubles(await RunAsync(instance, new() { [instance == "alipay" ? "Gateway" : "BaseUrl"] = dead })));

        Assert.Equal((PreflightLevel.Fail, "gateway"), (trouble.Level, trouble.What));
        Assert.Contains("ConnectionError", trouble.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, PreflightLevel.Fail, "ahead of")]
    [InlineData(-6, PreflightLevel.Fail, "behind")]
    [InlineData(2, PreflightLevel.Warn, "ahead of")]
    public async Task A_clock_that_is_off_is_measured_against_the_gateway(int minutes, PreflightLevel level, string direction)
    {
        foreach (var instance in Online)
        {
            var clock = new TestClock();
            clock.Advance(TimeSpan.FromMinutes(minutes));
            var lines = await RunAsync(instance, [], clock: clock);

            var line = Assert.Single(lines, line => line.What == "clock");
            Assert.Equal(level, line.Level);
            Assert.Contains(direction, line.Sentence, StringComparison.Ordinal);
            Assert.InRange(int.Parse(line.Sentence.Split(' ').Single(word => word.All(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture), Math.Abs(minutes * 60) - 5, Math.Abs(minutes * 60) + 5);
            Assert.Equal(level == PreflightLevel.Fail ? 1 : 0, lines.Count(other => other.Level == PreflightLevel.Fail));
        }
    }

    // --- The shop's own addresses ---

    [Theory]
    [InlineData("https://shop.example.com/?from=here", "without a query")]
    [InlineData("http://shop.example.com", "plain http")]
    [InlineData("shop.example.com", "absolute")]
    [InlineData("", "is missing")]
    public async Task A_public_url_that_cannot_be_used_is_one_line_and_the_gateway_is_asked_all_the_same(string url, string sentence)
    {
        var lines = await RunAsync("alipay", [], publicUrl: url);

        var trouble = Assert.Single(Troubles(lines));
        Assert.Equal((PreflightLevel.Fail, "public url"), (trouble.Level, trouble.What));
        Assert.Contains(sentence, trouble.Sentence, StringComparison.Ordinal);
        Assert.Contains(lines, line => line is { What: "signed question", Level: PreflightLevel.Pass });
    }

    public static TheoryData<string, int, string?, PreflightLevel, string> Strangers => new()
    {
        { "moved", 301, "https://www.example.com/payments/alipay/notify?token=hidden", PreflightLevel.Fail, "is redirected to https://www.example.com/payments/alipay/notify." },
        { "login by redirect", 302, "/login?next=%2Fpayments", PreflightLevel.Fail, "/login." },
        { "login", 401, null, PreflightLevel.Fail, "is behind a login" },
        { "forbidden", 403, null, PreflightLevel.Fail, "is behind a login" },
        { "login page", 200, null, PreflightLevel.Fail, "is behind a login" },
        { "another site", 404, null, PreflightLevel.Fail, "does not exist" },
        { "proxy without shop", 502, null, PreflightLevel.Fail, "HTTP 502" },
        { "firewall", 400, null, PreflightLevel.Fail, "not in the shop's own words" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Somebody_else_at_the_notify_url_is_told_by_what_they_answer(string kind, int status, string? location, PreflightLevel level, string sentence)
    {
        await using var stranger = await StartStrangerAsync(status, location, kind);
        var troubles = Troubles(await RunAsync("alipay", [], publicUrl: stranger.Urls.First()));

        Assert.Equal(["notify url", "return url"], troubles.Select(line => line.What));
        Assert.All(troubles, trouble => Assert.Equal(level, trouble.Level));
        Assert.Contains(sentence, troubles[0].Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", troubles[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notify_url_that_cannot_be_reached_from_here_is_only_warned_about()
    {
        var troubles = Troubles(await RunAsync("alipay", [], publicUrl: FreePort.Address().ToString()));

        Assert.Equal([(PreflightLevel.Warn, "notify url"), (PreflightLevel.Warn, "return url")], troubles.Select(line => (line.Level, line.What)));
    }

    [Fact]
    public async Task A_running_shop_that_does_not_know_the_instance_is_told()
    {
        var trouble = Assert.Single(Troubles(await RunAsync("newcomer", [])), line => line.What == "notify url");

        Assert.Contains("no instance of this name", trouble.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_is_out_of_service_gets_its_other_lines_all_the_same()
    {
        var lines = await RunAsync("broken", []);

        Assert.Equal([(PreflightLevel.Fail, "own key"), (PreflightLevel.Fail, "alipay key")], Troubles(lines).Select(line => (line.Level, line.What)));
        Assert.Contains("out of service", Assert.Single(lines, line => line.What == "notify url").Sentence, StringComparison.Ordinal);
        Assert.Contains(lines, line => line is { What: "return url", Level: PreflightLevel.Pass });
    }

    // --- Other plugins ---

    [Theory]
    [InlineData("throw", PreflightLevel.Fail, "plugin")]
    [InlineData("null", PreflightLevel.Fail, "plugin")]
    public async Task A_plugin_that_knows_no_preflight_is_asked_by_the_host(string mode, PreflightLevel level, string what)
    {
        var plugins = Directory.CreateTempSubdirectory("modular-chaos-");
        try
        {
            var source = Repository.PathOf("artifacts", "bin", "Modular.ChaosPlugin", Path.GetFileName(Path.GetDirectoryName(TestShop.PluginFolder))!);
            var target = plugins.CreateSubdirectory("Modular.ChaosPlugin");
            foreach (var file in Directory.GetFiles(source))
            {
                File.Copy(file, Path.Combine(target.FullName, Path.GetFileName(file)));
            }

            var lines = await RunAsync("chaos", new() { ["Plugin"] = "Modular.ChaosPlugin", ["Mode"] = mode }, plugins: plugins.FullName);

            Assert.Equal(PreflightLevel.Pass, Assert.Single(lines, line => line.What == "settings").Level);
            Assert.Equal(level, Assert.Single(lines, line => line.What == what).Level);
            Assert.Contains(lines, line => line.What == "notify url");
        }
        finally
        {
            plugins.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_plugin_without_any_power_gets_the_hosts_lines()
    {
        var lines = await RunAsync("absent", new() { ["Plugin"] = "Modular.Payments.Nothing" }, offline: true);

        var trouble = Assert.Single(Troubles(lines));
        Assert.Equal((PreflightLevel.Fail, "settings"), (trouble.Level, trouble.What));
        Assert.Contains("is not installed", trouble.Sentence + trouble.Remedy, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.What == "public url");
    }

    [Fact]
    public async Task No_key_and_no_secret_is_ever_told()
    {
        const string Canary = "canary0secret0canary0secret0cana";
        var told = "";
        foreach (var (instance, setting) in new[] { ("alipay", "PrivateKey"), ("alipay", "AlipayPublicKey"), ("wechatpay", "ApiV3Key"), ("wechatpay", "PrivateKey"), ("wechatpay", "AppSecret"), ("wechatpayv2", "ApiKey"), ("alipaydirect", "Key") })
        {
            foreach (var value in new[] { Canary, Canary[..31] })
            {
                told += string.Join('\n', (await RunAsync(instance, new() { [setting] = value }, offline: instance == "alipaydirect")).Select(line => $"{line.What} {line.Sentence} {line.Remedy}"));
            }
        }

        Assert.DoesNotContain(Canary[..31], told, StringComparison.Ordinal);
        Assert.DoesNotContain(WeChatParty.ApiKey, told, StringComparison.Ordinal);
        Assert.DoesNotContain(WeChatParty.ApiV3Key, told, StringComparison.Ordinal);
        Assert.All(
            fixture.Shop.Alipay.AppKey.ExportPkcs8PrivateKeyPem().Split('\n').Where(line => line.Length > 30).Skip(1),
            line => Assert.DoesNotContain(line, told, StringComparison.Ordinal));
    }

    // --- Means ---

    private static readonly string[] Always = ["settings", "gateway", "clock", "signed question", "notify url", "return url"];

    /// <summary>What does not pass, but that every test's shop is on this machine.</summary>
    private static PreflightLine[] Troubles(IEnumerable<PreflightLine> lines) =>
        [.. lines.Where(line => line.Level != PreflightLevel.Pass && line is not { What: "public url", Level: PreflightLevel.Warn })];

    private async Task<IReadOnlyList<PreflightLine>> RunAsync(
        string instance, Dictionary<string, string?> settings, bool offline = false, string? publicUrl = null, TimeProvider? clock = null, string? plugins = null)
    {
        var configured = fixture.Shop.Services.GetRequiredService<IConfiguration>().AsEnumerable().Where(pair => pair.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);
        configured["Modular:PublicUrl"] = publicUrl ?? configured["Modular:PublicUrl"];
        foreach (var (name, value) in Surroundings.OtherInstances.Concat(settings.Select(setting => KeyValuePair.Create($"Modular:Providers:{instance}:{setting.Key}", setting.Value))))
        {
            configured[name] = value;
        }

        configured["Modular:Plugins:Path"] = plugins ?? configured["Modular:Plugins:Path"];
        if (instance == "newcomer")
        {
            foreach (var (name, value) in configured.Where(pair => pair.Key.StartsWith("Modular:Providers:alipay:", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                configured[name.Replace(":alipay:", ":newcomer:", StringComparison.OrdinalIgnoreCase)] = value;
            }
        }

        var runner = PreflightRunner.From(new ConfigurationBuilder().AddInMemoryCollection(configured).Build(), clock ?? fixture.Shop.Clock);
        return Assert.Single(await runner.RunAsync(instance, offline, TestContext.Current.CancellationToken)).Lines;
    }

    private static async Task<WebApplication> StartStrangerAsync(int status, string? location, string text)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(FreePort.Address().ToString());
        var stranger = builder.Build();
        stranger.Run(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<html>{text}</html>");
        });
        await stranger.StartAsync(TestContext.Current.CancellationToken);
        return stranger;
    }

    /// <summary>A running shop with its sandbox, and the keys and certificates that mistakes are made of.</summary>
    public sealed class Surroundings : IAsyncLifetime
    {
        private readonly RSA stranger = RSA.Create(2048);
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modular-preflight-");

        public static IReadOnlyDictionary<string, string?> OtherInstances { get; } = new Dictionary<string, string?>
        {
            ["Modular:Providers:alipaydirect:Plugin"] = "Modular.Payments.AlipayDirect",
            ["Modular:Providers:alipaydirect:Gateway"] = "http://127.0.0.1:9/gateway.do",
            ["Modular:Providers:alipaydirect:Partner"] = "2088000000000001",
            ["Modular:Providers:alipaydirect:Key"] = "legacykeyoftheshop01234567890123",
        };

        public TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?>
            {
                ["Modular:Providers:broken:Plugin"] = "Modular.Payments.Alipay",
                ["Modular:Providers:broken:AppId"] = AlipayParty.AppId,
                ["Modular:Providers:broken:SellerId"] = AlipayParty.SellerId,
                ["Modular:Providers:broken:Gateway"] = "http://127.0.0.1:9/gateway.do",
            },
        });

        public async ValueTask DisposeAsync()
        {
            await Shop.DisposeAsync();
            stranger.Dispose();
            folder.Delete(recursive: true);
        }

        /// <summary>What a name stands for; any other text stands for itself.</summary>
        public string Value(string name) => name switch
        {
            "own public key" => Shop.Alipay.AppKey.ExportSubjectPublicKeyInfoPem(),
            "own merchant key" => Shop.WeChat.MerchantKey.ExportSubjectPublicKeyInfoPem(),
            "stranger's private key" => stranger.ExportPkcs8PrivateKeyPem(),
            "stranger's public key" => stranger.ExportSubjectPublicKeyInfoPem(),
            "own certificate" => Certificate(Shop.WeChat.MerchantKey, WeChatParty.MchId, 100).ExportCertificatePem(),
            "another merchant's p12" => Pkcs12("1900000000", 100),
            "expired p12" => Pkcs12(WeChatParty.MchId, -1),
            _ => name,
        };

        /// <summary>Certificate mode, with an application certificate that is valid for so many days.</summary>
        public Dictionary<string, string?> Certificates(int daysLeft) => new()
        {
            ["AlipayPublicKey"] = "",
            ["AppCertificate"] = Certificate(Shop.Alipay.AppKey, "application", daysLeft).ExportCertificatePem(),
            ["AlipayCertificate"] = Certificate(Shop.Alipay.AlipayKey, "alipay", 400).ExportCertificatePem(),
            ["AlipayRootCertificate"] = Certificate(stranger, "root", 400).ExportCertificatePem(),
        };

        private X509Certificate2 Certificate(RSA key, string name, int daysLeft)
        {
            var now = Shop.Clock.GetUtcNow();
            return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-500), now.AddDays(daysLeft).AddHours(1));
        }

        private string Pkcs12(string merchant, int daysLeft)
        {
            var path = Path.Combine(folder.FullName, $"{merchant}.{daysLeft}.p12");
            // The password is the merchant number of the instance, as WeChat Pay sets it.
            File.WriteAllBytes(path, Certificate(stranger, merchant, daysLeft).Export(X509ContentType.Pfx, WeChatParty.MchId));
            return path;
        }
    }
}

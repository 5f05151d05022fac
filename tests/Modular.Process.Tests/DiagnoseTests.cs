using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Modular.Process.Tests;

/// <summary>The signature doctor as a command: a process of its own, offline, without a database.</summary>
public sealed class DiagnoseTests
{
    private static readonly RSA Alipay = RSA.Create(2048);
    private static readonly RSA Application = RSA.Create(2048);

    [Fact]
    public async Task It_tells_a_valid_request_from_a_refused_one_and_prints_one_object_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("modular-diagnose-");
        try
        {
            const string Text = "app_id=2021004000000001&notify_id=1&notify_type=trade_status_sync&out_trade_no=P1&seller_id=2088000000000001&total_amount=0.01&trade_no=T1&trade_status=TRADE_SUCCESS";
            var sign = Convert.ToBase64String(Alipay.SignData(Encoding.UTF8.GetBytes(Text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            var body = $"{Text}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}";

            var (exit, printed) = await RunAsync(folder, body);
            Assert.Equal(0, exit);
            Assert.Equal("valid", (string?)JsonNode.Parse(printed)!["verdict"]);
            Assert.Null(JsonNode.Parse(printed)!["cause"]);

            (exit, printed) = await RunAsync(folder, "c=pay&" + body);
            Assert.Equal(1, exit);
            var answer = JsonNode.Parse(printed)!.AsObject();
            Assert.Equal(["verdict", "cause", "sentence", "canonical"], answer.Select(member => member.Key));
            Assert.Equal("extra-parameter", (string?)answer["cause"]);
            Assert.Equal(Text, (string?)answer["canonical"]);

            // Nothing was made beside the request: no database, no keys.
            Assert.Single(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_it_cannot_examine_it_says_in_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("modular-diagnose-");
        try
        {
            var (exit, printed) = await RunAsync(folder, "a=b", instance: "nobody");
            Assert.Equal(2, exit);
            Assert.Equal("There is no provider instance nobody; there are: alipay.\n", printed);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(DirectoryInfo folder, string body, string instance = "alipay")
    {
        var file = Path.Combine(folder.FullName, "request.http");
        await File.WriteAllTextAsync(file, $"POST /payments/alipay/notify HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}", TestContext.Current.CancellationToken);
        return await Program.RunAsync(
            "dotnet",
            [ShopProcess.BuiltProgram, "diagnose", "--instance", instance, "--file", file, "--json"],
            new Dictionary<string, string?>
            {
                ["Modular__Data"] = folder.FullName,
                ["Modular__Providers__alipay__Plugin"] = "Modular.Payments.Alipay",
                ["Modular__Providers__alipay__AppId"] = "2021004000000001",
                ["Modular__Providers__alipay__SellerId"] = "2088000000000001",
                ["Modular__Providers__alipay__PrivateKey"] = Application.ExportPkcs8PrivateKeyPem(),
                ["Modular__Providers__alipay__AlipayPublicKey"] = Alipay.ExportSubjectPublicKeyInfoPem(),
            },
            folder.FullName);
    }
}

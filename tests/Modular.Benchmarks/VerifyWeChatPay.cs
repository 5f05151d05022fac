using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPay;
using Modular.Testing.Hosting;

namespace Modular.Benchmarks;

/// <summary>P2: what verifying, decrypting and reading a notification of WeChat Pay's API v3 costs beside the bare RSA operation.</summary>
internal static class VerifyWeChatPay
{
    public static void Run()
    {
        using var party = new WeChatParty();
        var now = TimeProvider.System.GetUtcNow();
        var message = party.NotifyV3(WeChatParty.PaidResource("01M899GP1RP724473F1RPBMBR5", 1), now);
        var request = new RawRequest("POST", "", [.. message.Headers], message.Body) { ReceivedAt = now };
        var provider = Provider(party);
        var canonical = Encoding.UTF8.GetBytes($"{message.Headers["Wechatpay-Timestamp"]}\n{message.Headers["Wechatpay-Nonce"]}\n{Encoding.UTF8.GetString(message.Body)}\n");
        var signature = Convert.FromBase64String(message.Headers["Wechatpay-Signature"]);

        var (raw, plugin) = Contest.Verify(party.WeChatKey, canonical, signature, provider, request, "plugin: verify, decrypt, read, report", out var allocated);
        Report.Heading("P2  WeChat Pay v3 in process, one thread");
        Console.WriteLine(raw.Line("/s"));
        Console.WriteLine(plugin.Line("/s"));
        Report.Goal("P2", "v3: verify, decrypt and read / raw VerifyData", plugin.Over(raw), 0.75);
        Report.Goal("P2", "v3: allocated per notification, KB", allocated / 1024.0, 8, atMost: true);
    }

    private static IPaymentProvider Provider(WeChatParty party) => new WeChatPayPlugin().Create(new ProviderContext(
        "wechatpay",
        new ProviderSettings(new Dictionary<string, string?>
        {
            ["AppId"] = WeChatParty.AppId,
            ["MchId"] = WeChatParty.MchId,
            ["MerchantSerialNo"] = WeChatParty.MerchantSerialNo,
            ["PrivateKey"] = party.MerchantKey.ExportPkcs8PrivateKeyPem(),
            ["ApiV3Key"] = WeChatParty.ApiV3Key,
            ["PublicKeyId"] = WeChatParty.PublicKeyId,
            ["PublicKey"] = party.WeChatKey.ExportSubjectPublicKeyInfoPem(),
        }),
        new HttpClient(),
        TimeProvider.System));
}

using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay;
using Modular.Testing.Hosting;

namespace Modular.Benchmarks;

/// <summary>P2: what verifying a notification and signing a request cost beside the bare RSA operation.</summary>
internal static class VerifyAlipay
{
    private const int Signatures = 400;

    public static void Run()
    {
        using var alipay = new AlipayParty();
        var provider = Provider(alipay);
        var fields = AlipayParty.PaidFields("01M899GP1RP724473F1RPBMBR5", "0.01");
        var body = Encoding.ASCII.GetBytes(alipay.Sign(fields));
        var request = new RawRequest("POST", "", [new("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], body);
        var canonical = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(field => $"{field.Key}={field.Value}")));
        var signature = alipay.AlipayKey.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        var (raw, plugin) = Contest.Verify(alipay.AlipayKey, canonical, signature, provider, request, "plugin: parse, verify, report", out var allocated);
        var (rawSign, pluginSign) = (new Figures("RSA.SignData alone"), new Figures("plugin: make and sign a page.pay form"));
        var start = Start();
        for (var round = -Contest.WarmUps; round < Contest.Rounds; round++)
        {
            var signRaw = Contest.Rate(Signatures, () => Contest.Check(alipay.AppKey.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length == 256));
            var signPlugin = Contest.Rate(Signatures, () => Contest.Check(provider.StartAsync(start, default).Result is StartAnswer.Started));
            if (round >= 0)
            {
                rawSign.Add(signRaw);
                pluginSign.Add(signPlugin);
            }
        }

        Report.Heading("P2  Alipay in process, one thread");
        foreach (var figures in new[] { raw, plugin, rawSign, pluginSign })
        {
            Console.WriteLine(figures.Line("/s"));
        }

        Report.Goal("P2", "verify / raw VerifyData", plugin.Over(raw), 0.75);
        Report.Goal("P2", "allocated per notification, KB", allocated / 1024.0, 4, atMost: true);
        Report.Goal("P2", "sign / raw SignData", pluginSign.Over(rawSign), 0.95);
    }

    private static IPaymentProvider Provider(AlipayParty alipay) => new AlipayPlugin().Create(new ProviderContext(
        "alipay",
        new ProviderSettings(new Dictionary<string, string?>
        {
            ["AppId"] = AlipayParty.AppId,
            ["SellerId"] = AlipayParty.SellerId,
            ["PrivateKey"] = alipay.AppKey.ExportPkcs8PrivateKeyPem(),
            ["AlipayPublicKey"] = alipay.AlipayKey.ExportSubjectPublicKeyInfoPem(),
        }),
        new HttpClient(),
        TimeProvider.System));

    private static StartRequest Start() => new()
    {
        PaymentNo = "01M899GP1RP724473F1RPBMBR5",
        Amount = Money.Cny(1),
        Subject = "预订一分钱测试订单",
        Scene = PaymentScene.Pc,
        NotifyUrl = new Uri("https://shop.example.com/payments/alipay/notify"),
        ReturnUrl = new Uri("https://shop.example.com/payments/alipay/return"),
        QuitUrl = new Uri("https://shop.example.com/orders/1"),
        CreatedAt = TimeProvider.System.GetUtcNow(),
        ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(30),
    };
}

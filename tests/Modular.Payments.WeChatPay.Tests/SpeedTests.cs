using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>
/// Goal P2. Only explicit, because it wants a quiet machine and a release build: the compared things run in short
/// turns, so that what disturbs one disturbs the other, and the median of the ratios counts.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 301;

    // Long enough for the runtime to have compiled both sides with full optimisation.
    private const int WarmUp = 400;

    [Fact(Explicit = true)]
    public async Task P2_verifying_and_opening_a_notification_costs_little_more_than_the_signature()
    {
        var provider = Some.Provider();
        var body = Some.Envelope(Some.Transaction());
        var headers = Some.Signed(body);
        var request = Some.Notify(body, headers);
        var canonical = Encoding.UTF8.GetBytes($"{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n{body}\n");
        var signature = Convert.FromBase64String(headers["Wechatpay-Signature"]);

        var ratio = MedianRatio(
            50,
            () => Keys.WeChat.VerifyData(canonical, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            () => provider.VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult() is Verification.Verified);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = await provider.VerifyNotificationAsync(request, TestContext.Current.CancellationToken);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verify and open: {ratio:0.000} of raw verify, {allocated} bytes allocated"));
        Assert.True(ratio >= 0.75, $"{ratio}");
        Assert.True(allocated <= 16 * 1024, $"{allocated}");
    }

    [Fact(Explicit = true)]
    public void P2_signing_a_request_costs_little_more_than_the_signature()
    {
        var settings = WeChatPaySettings.Read(new ProviderSettings(Some.PublicKeyModeSettings()));
        var signer = new MerchantSigner(settings, TimeProvider.System);
        var body = Order.Write(Some.Start(PaymentScene.Qr), WeChatProduct.Native, settings);
        var canonical = Encoding.UTF8.GetBytes($"POST\n{WeChatProduct.Native.Path}\n1795321800\n593BEC0C930BF1AFEB40B4A08C8FB242\n{Encoding.UTF8.GetString(body)}\n");

        var ratio = MedianRatio(
            10,
            () => settings.PrivateKey.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length > 0,
            () => signer.Authorization("POST", WeChatProduct.Native.Path, body).Length > 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sign: {ratio:0.000} of raw"));
        Assert.True(ratio >= 0.95, $"{ratio}");
    }

    private static double MedianRatio(int calls, Func<bool> floor, Func<bool> ours)
    {
        var ratios = new double[Rounds];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var (raw, measured) = (Time(calls, floor), Time(calls, ours));
            if (round >= 0)
            {
                ratios[round] = raw / measured;
            }
        }

        Array.Sort(ratios);
        return ratios[Rounds / 2];
    }

    private static double Time(int calls, Func<bool> action)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
        {
            Assert.True(action());
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

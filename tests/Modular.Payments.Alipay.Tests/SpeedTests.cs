using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay.Tests;

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
    public async Task P2_verifying_a_notification_costs_little_more_than_the_signature()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var provider = Some.Provider();
        var fields = Some.Notification();
        var request = Some.Notify(Some.SignedBody(fields));
        var canonical = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(f => $"{f.Key}={f.Value}")));
        var signature = Convert.FromBase64String(Some.Sign(fields));

        var ratio = MedianRatio(
            50,
            () => Keys.Alipay.VerifyData(canonical, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            () => Verify(provider, request) is Verification.Verified);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = await provider.VerifyNotificationAsync(request, cancellation);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verify: {ratio:0.000} of raw, {allocated} bytes allocated"));
        Assert.True(ratio >= 0.75, $"{ratio}");
        Assert.True(allocated <= 4096, $"{allocated}");
    }

    [Fact(Explicit = true)]
    public void P2_signing_a_request_costs_little_more_than_the_signature()
    {
        var settings = AlipaySettings.Read(new ProviderSettings(Some.KeyModeSettings()), TimeProvider.System);
        var signer = new RequestSigner(settings, TimeProvider.System);
        var terms = BizContent.OfStart(Some.Start(PaymentScene.Pc), AlipayProduct.Page, Some.SellerId);
        var canonical = Encoding.UTF8.GetBytes(string.Join('&', signer.Sign("alipay.trade.page.pay", terms).Select(p => $"{p.Key}={p.Value}")));

        var ratio = MedianRatio(
            10,
            () => settings.PrivateKey.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length > 0,
            () => signer.Sign("alipay.trade.page.pay", terms).Count > 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sign: {ratio:0.000} of raw"));
        Assert.True(ratio >= 0.95, $"{ratio}");
    }

    private static Verification Verify(IPaymentProvider provider, RawRequest request) =>
        provider.VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();

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

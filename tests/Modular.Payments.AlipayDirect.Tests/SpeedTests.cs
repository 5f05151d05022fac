using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>
/// Goal P2, for what happens inside the shop: the question to Alipay that follows costs what the network costs. Compared with is the bare
/// signature operation (with Alipay's 1024 bits it is so cheap that the reading shows more than with longer keys) and, for MD5, which
/// costs next to nothing, the bare decoding of the same form as well. Only explicit, because it wants a quiet machine and a
/// release build: the compared things run in short turns, so that what disturbs one disturbs the other, and the median of the
/// ratios counts.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 301;

    // Long enough for the runtime to have compiled both sides with full optimisation.
    private const int WarmUp = 400;

    [Theory(Explicit = true)]
    [InlineData("MD5", "utf-8", 0.6)]
    [InlineData("MD5", "gbk", 0.6)]
    [InlineData("RSA", "utf-8", 0.6)]
    [InlineData("RSA", "gbk", 0.6)]
    public void P2_verifying_a_notification_costs_little_more_than_the_signature(string signType, string charset, double goal)
    {
        var dialect = new Dialect(signType, charset);
        var reader = new MessageReader(AlipayDirectSettings.Read(new ProviderSettings(Some.Settings(dialect))));
        var request = Some.Notify(Alipay.Signed(Some.Notification(), dialect));
        var canonical = Alipay.Canonical(Some.Notification(), dialect);
        byte[] keyed = [.. canonical, .. Encoding.ASCII.GetBytes(Keys.Md5)];
        var signature = signType == "RSA" ? Convert.FromBase64String(Alipay.Sign(Some.Notification(), dialect)) : [];

#pragma warning disable CA5350, CA5351 // The gateway has no stronger algorithms.
        var ratio = MedianRatio(
            50,
            signType == "RSA"
                ? () => Keys.Alipay.VerifyData(canonical, signature, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1)
                : () => DecodeBare(request.Body.Span) > 20 && MD5.HashData(keyed).Length > 0,
            () => reader.ReadNotification(request).Verdict is Verification.Verified);
#pragma warning restore CA5350, CA5351

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = reader.ReadNotification(request);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verify {dialect}: {ratio:0.000} of bare, {allocated} bytes allocated"));
        Assert.True(ratio >= goal, $"{ratio}");
        Assert.True(allocated <= 4096, $"{allocated}");
    }

    [Theory(Explicit = true)]
    [InlineData("utf-8")]
    [InlineData("gbk")]
    public void P2_signing_a_payment_costs_little_more_than_the_signature(string charset)
    {
        var dialect = new Dialect("RSA", charset);
        var settings = AlipayDirectSettings.Read(new ProviderSettings(Some.Settings(dialect)));
        var cashier = new Cashier(settings);
        var canonical = Alipay.Canonical(((PaymentAction.Form)cashier.Open(DirectPay.Service, DirectPay.Fields(Some.Start(), settings, null))).Fields, dialect);

        var ratio = MedianRatio(
            10,
            () => settings.Signer.Sign(canonical).Length > 0,
            () => cashier.Open(DirectPay.Service, DirectPay.Fields(Some.Start(), settings, null)) is PaymentAction.Form);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sign {dialect}: {ratio:0.000} of bare"));
        Assert.True(ratio >= 0.95, $"{ratio}");
    }

    private static int DecodeBare(ReadOnlySpan<byte> body)
    {
        var parameters = new Dictionary<string, byte[]>(32, StringComparer.Ordinal);
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            var equals = pair.IndexOf((byte)'=');
            var value = pair[(equals + 1)..].ToArray();
            parameters.Add(Encoding.ASCII.GetString(pair[..equals]), WebUtility.UrlDecodeToBytes(value, 0, value.Length)!);
        }

        return parameters.Count;
    }

    private static double MedianRatio(int calls, Func<bool> floor, Func<bool> ours)
    {
        var ratios = new double[Rounds];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var (bare, measured) = (Time(calls, floor), Time(calls, ours));
            if (round >= 0)
            {
                ratios[round] = bare / measured;
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

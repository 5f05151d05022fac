using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>
/// Goal P2. A hash costs next to nothing, so what is compared with is the bare reading of the same XML and the bare hash together. Only
/// explicit, because it wants a quiet machine and a release build: the compared things run in short turns, so that what
/// disturbs one disturbs the other, and the median of the ratios counts.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 301;

    // Long enough for the runtime to have compiled both sides with full optimisation.
    private const int WarmUp = 400;

    private static readonly XmlReaderSettings Bare = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    [Theory(Explicit = true)]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public void P2_verifying_a_notification_costs_little_more_than_reading_and_hashing_it(string type)
    {
        var provider = Some.Provider(settings: Some.Settings(("SignType", type)));
        var fields = Some.Notification();
        var request = Some.Notify(WeChat.Signed(fields, type));
        var canonical = Encoding.UTF8.GetBytes(string.Join('&', fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")) + "&key=" + Some.ApiKey);
        var key = Encoding.ASCII.GetBytes(Some.ApiKey);
        var algorithm = SignAlgorithm.Named(type)!;

        var ratio = MedianRatio(
            50,
            () => ReadBare(request.Body) > 20 && algorithm.Hash(canonical, key).Length > 0,
            () => Door.Verify(request, provider) is Verification.Verified);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = Door.Verify(request, provider);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verify {type}: {ratio:0.000} of bare, {allocated} bytes allocated"));
        Assert.True(ratio >= 0.6, $"{ratio}");
        Assert.True(allocated <= 24 * 1024, $"{allocated}");
    }

    private static int ReadBare(ReadOnlyMemory<byte> body)
    {
        using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(body.Span)), Bare);
        var texts = 0;
        while (reader.Read())
        {
            texts += reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && reader.Value.Length > 0 ? 1 : 0;
        }

        return texts;
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

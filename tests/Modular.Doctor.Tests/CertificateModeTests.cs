using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPay;

namespace Modular.Doctor.Tests;

/// <summary>WeChat Pay's platform certificates stand in no setting: what is known of them the running shop alone knows.</summary>
public sealed class CertificateModeTests
{
    private const string Certificate = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";

    [Fact]
    public void Without_the_shop_the_sentence_sends_to_where_the_certificates_are()
    {
        var diagnosis = Diagnose(null);
        Assert.Equal((false, null), (diagnosis.IsValid, diagnosis.Cause));
        Assert.Contains("only the running shop", diagnosis.Sentence, StringComparison.Ordinal);
        Assert.Contains("/ops/diagnose", diagnosis.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_could_fetch_no_certificate_yet_takes_none_for_a_false_one()
    {
        using var provider = Running(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        await provider.Provider.VerifyNotificationAsync(Message(0), TestContext.Current.CancellationToken);
        var diagnosis = Diagnose(provider.Provider);
        Assert.Equal((false, null), (diagnosis.IsValid, diagnosis.Cause));
        Assert.Contains("could not fetch any", diagnosis.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_has_asked_says_which_certificate_is_none_of_WeChat_Pays()
    {
        const string None = """{"code":"RESOURCE_NOT_EXISTS","message":"none"}""";
        using var provider = Running(_ => new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent(None) });
        await provider.Provider.VerifyNotificationAsync(Message(0), TestContext.Current.CancellationToken);
        Assert.Equal(Causes.UnknownSerial, Diagnose(provider.Provider).Cause);
    }

    [Theory]
    [InlineData(-360, "360 seconds behind this machine's clock")]
    [InlineData(360, "360 seconds ahead of this machine's clock")]
    public void A_clock_that_is_off_is_named_with_its_distance_and_nothing_is_said_of_the_signature(int seconds, string distance)
    {
        var diagnosis = Diagnose(null, seconds);
        Assert.Equal(Causes.ClockSkew, diagnosis.Cause);
        Assert.Contains(distance, diagnosis.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("signature is right", diagnosis.Sentence, StringComparison.Ordinal);
    }

    private static Diagnosis Diagnose(IPaymentProvider? running, int seconds = 0) =>
        new WeChatPayPlugin().Diagnose(new DiagnosisRequest(Message(seconds), new ProviderSettings(Settings()), [], Party.Now) { Running = running });

    private static RawRequest Message(int seconds)
    {
        var body = Encoding.UTF8.GetBytes(WeChatPayCorpus.Body());
        return new RawRequest("POST", "", WeChatPayCorpus.Headers(body, Keys.Stranger, Certificate, seconds), body);
    }

    private static Dictionary<string, string?> Settings() => new(WeChatPayCorpus.Settings) { ["PublicKeyId"] = null, ["PublicKey"] = null };

    private static Instance Running(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        var http = new HttpClient(new Answering(answer));
        return new Instance(new WeChatPayPlugin().Create(new ProviderContext("wechatpay", new ProviderSettings(Settings()), http, new FakeTimeProvider(Party.Now))), http);
    }

    private sealed record Instance(IPaymentProvider Provider, HttpClient Http) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }

    private sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}

using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Doctor.Tests;

/// <summary>What the host adds to the plugins' doctors.</summary>
public sealed class SignatureDoctorTests
{
    private const string Alipay = "Modular.Payments.Alipay";
    private const string V2 = "Modular.Payments.WeChatPayV2";
    private static readonly FakeTimeProvider Clock = new(Party.Now);
    private static readonly RawRequest Right = AlipayCorpus.Notify(AlipayCorpus.Encode(AlipayCorpus.Signed(AlipayCorpus.Fields())));

    [Fact]
    public void An_instance_whose_settings_fail_validation_is_examined_all_the_same()
    {
        var doctor = Configured.Doctor(Clock, ("alipay", Alipay, new Dictionary<string, string?>(AlipayCorpus.Settings) { ["AlipayPublicKey"] = Keys.Public(Keys.Merchant), ["SellerId"] = null }));
        Assert.Equal(Causes.OwnPublicKey, Examined(doctor.Examine("alipay", Right)).Cause);
    }

    [Fact]
    public void The_keys_of_the_other_instances_are_tried_and_named_by_their_instance()
    {
        var stranger = new Dictionary<string, string?>(AlipayCorpus.Settings) { ["AlipayPublicKey"] = Keys.Public(Keys.OtherProvider) };
        var alone = Configured.Doctor(Clock, ("alipay", Alipay, stranger));
        Assert.Null(Examined(alone.Examine("alipay", Right)).Cause);

        var beside = Configured.Doctor(Clock, ("alipay", Alipay, stranger), ("alipay-b", Alipay, AlipayCorpus.Settings));
        var diagnosis = Examined(beside.Examine("alipay", Right));
        Assert.Equal(Causes.OtherKey, diagnosis.Cause);
        Assert.Contains("alipay-b", diagnosis.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_stands_in_the_message_itself_is_hidden()
    {
        var fields = WeChatPayV2Corpus.Fields(("attach", $"key={WeChatPayV2Corpus.ApiKey}"));
        var doctor = Configured.Doctor(Clock, ("wechat", V2, WeChatPayV2Corpus.Settings));
        var diagnosis = Examined(doctor.Examine("wechat", WeChatPayV2Corpus.Notify(WeChatPayV2Corpus.Xml(fields, WeChatPayV2Corpus.Sign(fields)))));
        Assert.True(diagnosis.IsValid);
        Assert.DoesNotContain(WeChatPayV2Corpus.ApiKey, diagnosis.Canonical, StringComparison.Ordinal);
        Assert.Contains("attach=key=***", diagnosis.Canonical, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_signature_in_a_message_that_cannot_be_read_only_the_beginning_is_shown()
    {
        var body = Encoding.Latin1.GetString(Right.Body.Span);
        var sign = body[(body.IndexOf("&sign=", StringComparison.Ordinal) + "&sign=".Length)..];
        var doctor = Configured.Doctor(Clock, ("alipay", Alipay, AlipayCorpus.Settings));
        var diagnosis = Examined(doctor.Examine("alipay", AlipayCorpus.Notify($"%zz&total_amount=0.01&{body}")));
        Assert.False(diagnosis.IsValid);
        Assert.Contains("sign=" + sign[..4], diagnosis.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain(sign[..24], diagnosis.Canonical, StringComparison.Ordinal);
    }

    [Fact]
    public void The_legacy_gateway_s_messages_are_examined_by_its_plugin_and_its_keys_are_tried_for_the_other_instances()
    {
        const string Direct = "Modular.Payments.AlipayDirect";
        var request = AlipayDirectCorpus.Notify(AlipayDirectCorpus.Encode(AlipayDirectCorpus.Signed(AlipayDirectCorpus.Fields())));
        var swapped = new Dictionary<string, string?>(AlipayDirectCorpus.Settings) { ["Key"] = "00000000000000000000000000000000" };
        var doctor = Configured.Doctor(Clock, ("direct", Direct, AlipayDirectCorpus.Settings), ("swapped", Direct, swapped), ("alipay", Alipay, AlipayCorpus.Settings));
        Assert.True(Examined(doctor.Examine("direct", request)).IsValid);

        var diagnosis = Examined(doctor.Examine("swapped", request));
        Assert.Equal(Causes.OtherApiKey, diagnosis.Cause);
        Assert.Contains("Key of the instance direct", diagnosis.Sentence, StringComparison.Ordinal);
        Assert.Equal(Causes.WrongApiVersion, Examined(doctor.Examine("alipay", request)).Cause);
        Assert.Equal(Causes.WrongApiVersion, Examined(doctor.Examine("direct", Right)).Cause);
    }

    [Fact]
    public void A_refund_of_api_v2_is_sealed_and_the_key_that_opens_it_is_named()
    {
        var sealedRefund = WeChatPayV2Corpus.Refund();
        var right = Configured.Doctor(Clock, ("wechat", V2, WeChatPayV2Corpus.Settings));
        var valid = Examined(right.Examine("wechat", sealedRefund));
        Assert.True(valid.IsValid);
        Assert.Contains("opens with ApiKey", valid.Sentence, StringComparison.Ordinal);

        var stranger = new Dictionary<string, string?>(WeChatPayV2Corpus.Settings) { ["ApiKey"] = new string('k', 32) };
        var alone = Examined(Configured.Doctor(Clock, ("wechat", V2, stranger)).Examine("wechat", sealedRefund));
        Assert.Equal((false, null), (alone.IsValid, alone.Cause));
        Assert.Contains("does not open", alone.Sentence, StringComparison.Ordinal);
        var beside = Examined(Configured.Doctor(Clock, ("wechat", V2, stranger), ("wechat-b", V2, WeChatPayV2Corpus.Settings)).Examine("wechat", sealedRefund));
        Assert.Equal(Causes.OtherApiKey, beside.Cause);
        Assert.Contains("wechat-b", beside.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_instance_and_a_plugin_that_is_not_there_are_said_to_be_so()
    {
        var doctor = Configured.Doctor(Clock, ("alipay", Alipay, AlipayCorpus.Settings), ("gone", "Modular.Payments.Gone", new Dictionary<string, string?>()));
        Assert.Equal(["alipay", "gone"], Assert.IsType<SignatureDoctor.Outcome.UnknownInstance>(doctor.Examine("nobody", Right)).Names);
        Assert.Contains("not installed", Assert.IsType<SignatureDoctor.Outcome.Unable>(doctor.Examine("gone", Right)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n", Broken.Valid)]
    [InlineData("", Broken.Valid)]
    [InlineData("&route=x", Causes.ExtraParameter)]
    public void A_body_longer_than_its_length_is_read_as_a_server_would_and_else_as_a_whole(string surplus, string expected)
    {
        var body = Encoding.Latin1.GetString(Right.Body.Span);
        var length = expected == Broken.Valid ? body.Length : body.Length - 40;
        var capture = $"POST /payments/alipay/notify HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\nContent-Length: {length}\n\n{body}{surplus}";
        var doctor = Configured.Doctor(Clock, ("alipay", Alipay, AlipayCorpus.Settings));
        var diagnosis = Examined(doctor.Examine("alipay", CapturedRequest.Read(Encoding.Latin1.GetBytes(capture), out _)!));
        Assert.Equal(expected, diagnosis.IsValid ? Broken.Valid : diagnosis.Cause);
    }

    [Fact]
    public async Task A_refusal_is_explained_within_a_budget_and_otherwise_keeps_its_own_detail()
    {
        var clock = new FakeTimeProvider(Party.Now);
        var refusals = new RefusalDoctor(Configured.Doctor(clock, ("alipay", Alipay, AlipayCorpus.Settings)), new PaymentsOptions(null, null, []) { ExplanationBudget = TimeSpan.FromMinutes(1) }, clock);
        var request = AlipayCorpus.Notify(Encoding.Latin1.GetString(Right.Body.Span) + "&route=x");
        var explained = await FloodAsync();
        Assert.Equal(10, explained);
        Assert.Equal(0, await FloodAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await FloodAsync());

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new Explanation(null, "own"), await refusals.ExplainAsync("alipay", request, "not_for_here", "own"));
        Assert.Equal(new Explanation(null, "own"), await refusals.ExplainAsync("nobody", request, "wrong_signature", "own"));
        var (cause, sentence) = await refusals.ExplainAsync("alipay", request, "wrong_signature", "own");
        Assert.Equal(Causes.ExtraParameter, cause);
        Assert.StartsWith("extra-parameter: ", sentence, StringComparison.Ordinal);
        Assert.InRange(sentence.Length, 20, 512);

        async Task<int> FloodAsync()
        {
            var count = 0;
            for (var i = 0; i < 50; i++)
            {
                count += (await refusals.ExplainAsync("alipay", request, "wrong_signature", "own")).Cause is not null ? 1 : 0;
            }

            return count;
        }
    }

    private static Diagnosis Examined(SignatureDoctor.Outcome outcome) => Assert.IsType<SignatureDoctor.Outcome.Examined>(outcome).Diagnosis;
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Doctor.Tests;

/// <summary>Whatever is done to a message, no harmless cause is named for a message that says something else than what was signed.</summary>
public sealed class CorruptionTests
{
    // Said of a message because of what is plainly missing in it, whatever else may have changed; none of them is harmless.
    private static readonly string[] Structural = [Causes.Truncated, Causes.MissingSignature, Causes.WrongApiVersion];

    [Fact]
    public void A_corrupted_form_gets_no_false_cause() => Check(
        "alipay", AlipayCorpus.Notify(AlipayCorpus.Encode(AlipayCorpus.Signed(AlipayCorpus.Fields()))), 700, 400,
        body => string.Join('&', WithoutLineEnds(body).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(Decoded).Where(pair => !pair.StartsWith("sign_type", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));

    [Fact]
    public void A_corrupted_form_of_the_legacy_gateway_gets_no_false_cause() => Check(
        "alipay-direct", AlipayDirectCorpus.Notify(AlipayDirectCorpus.Encode(AlipayDirectCorpus.Signed(AlipayDirectCorpus.Fields()))), 3000, 1500, LegacyMeaning);

    [Fact]
    public void A_corrupted_form_of_the_legacy_gateway_with_rsa_gets_no_false_cause() => Check(
        "alipay-direct", AlipayDirectCorpus.Notify(AlipayDirectCorpus.Encode(AlipayDirectCorpus.RsaSignedWithPlus())), 700, 400, LegacyMeaning, AlipayDirectCorpus.RsaSettings);

    [Fact]
    public void A_corrupted_json_body_gets_no_false_cause() => Check(
        "wechatpay", WeChatPayCorpus.Notify(WeChatPayCorpus.Body()), 300, 400,
        body => Json(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(WithoutLineEnds(body))).Trim('\uFEFF')));

    [Fact]
    public void Without_the_shop_no_body_whatever_gets_a_cause_from_a_platform_certificate_that_nobody_knows()
    {
        var certificates = new Dictionary<string, string?> { ["PublicKeyId"] = null, ["PublicKey"] = null };
        var body = Encoding.UTF8.GetBytes(WeChatPayCorpus.Body());
        var request = new RawRequest("POST", "", WeChatPayCorpus.Headers(body, Keys.Stranger, "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"), body);
        Corruption(body).Sample(
            corrupted => Party.Named("wechatpay").Diagnose(request with { Body = corrupted }, 300, certificates) is { IsValid: false, Cause: null or Causes.Truncated or Causes.WrongApiVersion },
            iter: 400);
    }

    [Fact]
    public void A_corrupted_xml_body_gets_no_false_cause() => Check(
        "wechatpay-v2", WeChatPayV2Corpus.Notify(WeChatPayV2Corpus.Xml(WeChatPayV2Corpus.Fields(), WeChatPayV2Corpus.Sign(WeChatPayV2Corpus.Fields()))), 3000, 400,
        body => string.Join('|', Regex.Matches(Regex.Replace(Encoding.UTF8.GetString(body.Span), @"<xml\s*>", ""), @"<([a-z_0-9]+)\s*>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</\1\s*>", RegexOptions.Singleline).Select(m => $"{m.Groups[1]}={m.Groups[2]}").Order(StringComparer.Ordinal)));

    [Fact]
    public void Every_changed_digit_of_the_amount_stays_unexplained()
    {
        for (var digit = '0'; digit <= '9'; digit++)
        {
            foreach (var (party, request) in Sound())
            {
                var text = Encoding.Latin1.GetString(request.Body.Span);
                var at = text.IndexOf("368", StringComparison.Ordinal);
                if (at < 0 || text[at] == digit)
                {
                    continue;
                }

                var changed = request with { Body = Encoding.Latin1.GetBytes($"{text[..at]}{digit}{text[(at + 1)..]}") };
                var diagnosis = Party.Named(party).Diagnose(changed, 2000);
                Assert.Null(diagnosis.Cause);
                Assert.False(diagnosis.IsValid);
            }
        }
    }

    private static IEnumerable<(string Party, RawRequest Request)> Sound() =>
        Party.All.Select(party => (party.Name, party.Corpus[0].Request));

    private static string LegacyMeaning(ReadOnlyMemory<byte> body) => string.Join('&', WithoutLineEnds(body).Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(Decoded).Where(pair => !pair.StartsWith("sign_type", StringComparison.Ordinal) && !pair.EndsWith('=')).Order(StringComparer.Ordinal));

    private static void Check(
        string party, RawRequest request, int maxTrials, long times, Func<ReadOnlyMemory<byte>, string?> meaning, IReadOnlyDictionary<string, string?>? changes = null)
    {
        var original = meaning(request.Body);
        Assert.True(Party.Named(party).Diagnose(request, maxTrials, changes).IsValid);
        Corruption(request.Body.ToArray()).Sample(
            body =>
            {
                var diagnosis = Party.Named(party).Diagnose(request with { Body = body }, maxTrials, changes);
                return diagnosis.Cause is null && !diagnosis.IsValid
                    || Structural.Contains(diagnosis.Cause)
                    || meaning(body) == original
                    || diagnosis.Cause == Causes.SignTypeExcluded || diagnosis.Cause == Causes.SignTypeWrong;
            },
            iter: times,
            print: body => $"{Party.Named(party).Diagnose(request with { Body = body }, maxTrials, changes)} of {Encoding.Latin1.GetString(body)}");
    }

    private static Gen<byte[]> Corruption(byte[] body) => Gen.OneOf(
        from position in Gen.Int[0, body.Length - 1]
        from bit in Gen.Int[0, 7]
        select Changed(body, bytes => bytes[position] ^= (byte)(1 << bit)),
        from position in Gen.Int[0, body.Length - 1]
        from length in Gen.Int[1, 4]
        select (byte[])[.. body[..position], .. body[Math.Min(position + length, body.Length)..]],
        from position in Gen.Int[0, body.Length]
        from value in Gen.OneOf(Gen.Byte, Gen.OneOfConst(" +%&=<>\"\\\r\n\t;'"u8.ToArray()))
        select (byte[])[.. body[..position], value, .. body[position..]],
        from position in Gen.Int[0, body.Length - 1]
        from value in Gen.Byte
        select Changed(body, bytes => bytes[position] = value),
        from first in Gen.Int[0, body.Length - 1]
        from second in Gen.Int[0, body.Length - 1]
        from length in Gen.Int[1, 12]
        select Swapped(body, Math.Min(first, second), Math.Max(first, second), length));

    private static byte[] Changed(byte[] body, Action<byte[]> change)
    {
        var copy = (byte[])body.Clone();
        change(copy);
        return copy;
    }

    private static byte[] Swapped(byte[] body, int first, int second, int length)
    {
        length = Math.Min(length, Math.Min(second - first, body.Length - second));
        return [.. body[..first], .. body[second..(second + length)], .. body[(first + length)..second], .. body[first..(first + length)], .. body[(second + length)..]];
    }

    private static string? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text)?.ToJsonString();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // Of signatures a space is what becomes of a plus, and changes nothing that is signed.
    private static string Decoded(string pair)
    {
        var decoded = WebUtility.UrlDecode(pair);
        return decoded.StartsWith("sign=", StringComparison.Ordinal) ? decoded.Replace(' ', '+') : decoded;
    }

    /// <summary>The bytes as characters, without line ends: they may stand between the bytes of one character.</summary>
    private static string WithoutLineEnds(ReadOnlyMemory<byte> body) =>
        Encoding.Latin1.GetString(body.Span).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
}

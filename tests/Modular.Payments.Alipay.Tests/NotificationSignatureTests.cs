using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.Alipay.Tests.Door;

namespace Modular.Payments.Alipay.Tests;

/// <summary>What is not authentic has no effect, however it is made.</summary>
public sealed class NotificationSignatureTests
{
    [Fact]
    public async Task S01_dropping_any_parameter_is_refused()
    {
        var fields = Some.Notification();
        var pairs = Some.SignedBody(fields).Split('&');
        for (var i = 0; i < pairs.Length; i++)
        {
            var body = string.Join('&', pairs.Where((_, index) => index != i));
            Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(body)));
        }
    }

    [Fact]
    public async Task S01_a_missing_or_empty_sign_is_named_as_such()
    {
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Some.Encode(Some.Notification()) + "&sign_type=RSA2")).Reason);
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Some.Encode(Some.Notification()) + "&sign_type=RSA2&sign=")).Reason);
    }

    [Fact]
    public async Task S03_no_header_stands_in_for_a_signature()
    {
        var forged = Encoding.ASCII.GetBytes(Some.SignedBody(Some.Notification(), key: Keys.App));
        var request = new RawRequest("POST", "", [new("Content-Type", "application/x-www-form-urlencoded"), new("Host", "localhost"), new("X-Forwarded-For", "127.0.0.1")], forged);
        Assert.IsType<Verification.Refused>(await VerifyAsync(request));
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("rsa2")]
    [InlineData("MD5")]
    [InlineData("")]
    [InlineData("RSA2 ")]
    public async Task S05_a_downgraded_sign_type_is_refused(string type)
    {
        var body = Some.SignedBody(Some.Notification()).Replace("sign_type=RSA2", "sign_type=" + Uri.EscapeDataString(type), StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S05_an_absent_sign_type_is_refused()
    {
        var body = Some.SignedBody(Some.Notification()).Replace("&sign_type=RSA2", "", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S05_a_genuine_sha1_signature_is_refused_whatever_it_calls_itself()
    {
        var fields = Some.Notification();
        var canonical = string.Join('&', fields.Select(f => $"{f.Key}={f.Value}"));
#pragma warning disable CA5350 // The weak algorithm is what the test is about.
        var sha1 = Convert.ToBase64String(Keys.Alipay.SignData(Encoding.UTF8.GetBytes(canonical), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350
        foreach (var type in new[] { "RSA", "RSA2" })
        {
            Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify($"{Some.Encode(fields)}&sign_type={type}&sign={Uri.EscapeDataString(sha1)}")));
        }
    }

    [Fact]
    public void S08_every_flipped_bit_of_the_message_is_refused()
    {
        var body = Encoding.ASCII.GetBytes(Some.SignedBody(Some.Notification()));
        (from position in Gen.Int[0, body.Length - 1]
         from bit in Gen.Int[0, 7]
         select (position, bit)).Sample(
            t =>
            {
                var flipped = (byte[])body.Clone();
                flipped[t.position] ^= (byte)(1 << t.bit);
                return Verify(new RawRequest("POST", "", [new("Content-Type", "application/x-www-form-urlencoded")], flipped)) is Verification.Refused
                    || MeansTheSame(body, flipped);
            },
            iter: 3000);
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("=")]
    public async Task S08_a_broken_signature_is_wrong_and_throws_nothing(string sign)
    {
        var body = $"{Some.Encode(Some.Notification())}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}";
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S08_truncated_extended_and_enormous_signatures_are_wrong()
    {
        var fields = Some.Notification();
        var sign = Some.Sign(fields);
        string[] wrong = [sign[..^4], sign + "AAAA", sign + " ", new string('A', 1_000_000)];
        foreach (var candidate in wrong)
        {
            var refused = await RefusedAsync($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(candidate)}");
            Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
        }
    }

    [Fact]
    public async Task A_plus_that_became_a_space_is_explained()
    {
        var fields = Some.Notification();
        var sign = Some.Sign(fields).Replace('+', ' ').Insert(10, " ");
        Assert.Contains("spaces", (await RefusedAsync($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}")).Detail, StringComparison.Ordinal);
    }

    // A flipped bit in a hex digit's case or between two encodings of one character leaves the same message.
    private static bool MeansTheSame(byte[] one, byte[] other) =>
        Encoding.Latin1.GetString(other) is var text && !HasBrokenPercent(text)
        && StubGateway.Decode(Encoding.Latin1.GetString(one)).OrderBy(p => p.Key, StringComparer.Ordinal).SequenceEqual(StubGateway.Decode(text).OrderBy(p => p.Key, StringComparer.Ordinal));

    private static bool HasBrokenPercent(string text) => text.Split('&').Any(pair => !pair.Contains('=', StringComparison.Ordinal));
}

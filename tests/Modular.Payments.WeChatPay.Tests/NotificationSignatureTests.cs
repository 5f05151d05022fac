using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPay.Tests.Door;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>What is not authentic has no effect, however it is made.</summary>
public sealed class NotificationSignatureTests
{
    private static readonly string Body = Some.Envelope(Some.Transaction());

    [Theory]
    [InlineData("Wechatpay-Timestamp")]
    [InlineData("Wechatpay-Nonce")]
    [InlineData("Wechatpay-Signature")]
    [InlineData("Wechatpay-Serial")]
    public async Task S01_a_missing_or_empty_header_is_named(string name)
    {
        var headers = Some.Signed(Body);
        headers[name] = "";
        foreach (var given in new[] { headers, Some.Signed(Body).Where(h => h.Key != name) })
        {
            var refused = await RefusedAsync(Some.Notify(Body, given));
            Assert.Equal(RefusalReason.MissingSignature, refused.Reason);
            Assert.Contains($"lacks {name}:", refused.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task S01_no_header_at_all_names_them_all()
    {
        var refused = await RefusedAsync(Some.Notify(Body, []));
        Assert.Equal(RefusalReason.MissingSignature, refused.Reason);
        Assert.Contains("Wechatpay-Timestamp, Wechatpay-Nonce, Wechatpay-Signature, Wechatpay-Serial", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Wechatpay-Timestamp")]
    [InlineData("Wechatpay-Nonce")]
    [InlineData("wechatpay-signature")]
    [InlineData("WECHATPAY-SERIAL")]
    [InlineData("Wechatpay-Signature-Type")]
    public async Task B13_a_header_that_stands_twice_is_malformed(string name)
    {
        var headers = Some.Signed(Body);
        var again = headers.First(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(Body, headers.Append(new(name, again))))).Reason);
    }

    [Fact]
    public async Task S03_no_header_stands_in_for_a_signature()
    {
        KeyValuePair<string, string>[] tricks = [new("Host", "localhost"), new("X-Forwarded-For", "127.0.0.1")];
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(Body, Some.Signed(Body, Keys.Merchant).Concat(tricks))));
    }

    [Theory]
    [InlineData("WECHATPAY2-SM2-WITH-SM3")]
    [InlineData("WECHATPAY2-SHA256-RSA2048 ")]
    [InlineData("wechatpay2-sha256-rsa2048")]
    [InlineData("HMAC-SHA256")]
    [InlineData("")]
    public async Task S05_another_signature_type_is_refused(string type)
    {
        var headers = Some.Signed(Body);
        headers["Wechatpay-Signature-Type"] = type;
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
    }

    [Fact]
    public async Task S06_an_hmac_with_the_public_key_or_the_api_key_is_refused()
    {
        foreach (var key in new[] { Keys.WeChat.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(Some.ApiV3Key) })
        {
            var headers = Some.Signed(Body);
            var canonical = Encoding.UTF8.GetBytes($"{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n{Body}\n");
            headers["Wechatpay-Signature"] = Convert.ToBase64String(HMACSHA256.HashData(key, canonical));
            Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
        }
    }

    [Fact]
    public async Task S05_a_genuine_signature_of_another_hash_or_padding_is_refused()
    {
        var headers = Some.Signed(Body);
        var canonical = Encoding.UTF8.GetBytes($"{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n{Body}\n");
#pragma warning disable CA5350 // The weak algorithm is what the test is about.
        var sha1 = Keys.WeChat.SignData(canonical, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
#pragma warning restore CA5350
        foreach (var signature in new[] { sha1, Keys.WeChat.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pss) })
        {
            headers["Wechatpay-Signature"] = Convert.ToBase64String(signature);
            Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
        }
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-299, false)]
    [InlineData(299, false)]
    [InlineData(-86_400, true)]
    public async Task T01_a_message_five_minutes_off_is_stale_and_names_the_clocks(int seconds, bool stale)
    {
        var verification = await VerifyAsync(Some.Notify(Body, Some.Signed(Body, at: Keys.Now.AddSeconds(seconds))));
        Assert.Equal(stale, verification is Verification.Refused { Reason: RefusalReason.Stale });
        Assert.Equal(!stale, verification is Verification.Verified);
        if (verification is Verification.Refused refused)
        {
            Assert.Contains($"{Math.Abs(seconds)} seconds {(seconds > 0 ? "ahead of" : "behind")} this machine's clock", refused.Detail, StringComparison.Ordinal);
            Assert.Contains("one of the two clocks is off", refused.Detail, StringComparison.Ordinal);
            Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        }
    }

    [Theory]
    [InlineData("Wechatpay-Timestamp", "-1795321800")]
    [InlineData("Wechatpay-Timestamp", "1795321800.0")]
    [InlineData("Wechatpay-Timestamp", " 1795321800")]
    [InlineData("Wechatpay-Timestamp", "١٧٩٥٣٢١٨٠٠")]
    [InlineData("Wechatpay-Timestamp", "179532180000000000000000000000")]
    [InlineData("Wechatpay-Nonce", "a b")]
    [InlineData("Wechatpay-Nonce", "a\nb")]
    [InlineData("Wechatpay-Nonce", "中")]
    public async Task A_header_that_cannot_be_meant_is_malformed(string name, string value)
    {
        var headers = Some.Signed(Body);
        headers[name] = value;
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
    }

    [Fact]
    public async Task A_line_feed_in_the_nonce_cannot_move_the_beginning_of_the_body()
    {
        var inner = Some.Envelope(Some.Transaction(number: "P2"));
        var signed = Some.Signed($"{{}}\n{inner}");
        signed["Wechatpay-Nonce"] += "\n{}";
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(inner, signed))).Reason);
    }

    [Fact]
    public async Task S09_a_probe_fails_and_is_counted_apart()
    {
        var headers = Some.Signed(Body);
        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"][19..];
        var refused = await RefusedAsync(Some.Notify(Body, headers));
        Assert.Equal(RefusalReason.Probe, refused.Reason);
        Assert.NotNull(refused.Evidence);

        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/not base64";
        Assert.Equal(RefusalReason.Probe, (await RefusedAsync(Some.Notify(Body, headers))).Reason);

        // Nothing but the signature makes a probe, and being one opens no other door.
        headers["Wechatpay-Serial"] = "PUB_KEY_ID_1";
        Assert.Equal(RefusalReason.UnknownKey, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
    }

    [Fact]
    public void S08_any_changed_byte_of_the_body_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        var headers = Some.Signed(Body);
        (from position in Gen.Int[0, bytes.Length - 1]
         from change in Gen.Int[1, 255]
         select (position, change)).Sample(
            t =>
            {
                var changed = (byte[])bytes.Clone();
                changed[t.position] ^= (byte)t.change;
                return Verify(Some.Notify(changed, headers)) is Verification.Refused;
            },
            iter: 2000);
    }

    [Theory]
    [InlineData("Wechatpay-Timestamp")]
    [InlineData("Wechatpay-Nonce")]
    [InlineData("Wechatpay-Signature")]
    public void S08_any_changed_character_of_a_header_is_refused(string name)
    {
        var headers = Some.Signed(Body);
        var value = headers[name];
        (from position in Gen.Int[0, value.Length - 1]
         from character in Gen.Char[' ', '~']
         where value[position] != character
         select (position, character)).Sample(
            t =>
            {
                var changed = new Dictionary<string, string>(headers) { [name] = $"{value[..t.position]}{t.character}{value[(t.position + 1)..]}" };
                return Verify(Some.Notify(Body, changed)) is Verification.Refused;
            },
            iter: 1000);
    }

    [Fact]
    public void S11_any_changed_byte_of_the_ciphertext_is_refused_even_when_it_is_signed_anew()
    {
        var text = Some.Seal(Some.Transaction(), "transaction", "fdasfjihihih");
        var sealedBytes = Convert.FromBase64String(text);
        (from position in Gen.Int[0, sealedBytes.Length - 1]
         from change in Gen.Int[1, 255]
         select (position, change)).Sample(
            t =>
            {
                var changed = (byte[])sealedBytes.Clone();
                changed[t.position] ^= (byte)t.change;
                return Verify(Some.Notify(Body.Replace(text, Convert.ToBase64String(changed), StringComparison.Ordinal))) is Verification.Refused { Reason: RefusalReason.WrongSignature };
            },
            iter: 300);
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("=")]
    [InlineData("签名")]
    public async Task S08_a_broken_signature_is_wrong_and_throws_nothing(string signature)
    {
        var headers = Some.Signed(Body);
        headers["Wechatpay-Signature"] = signature;
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
    }

    [Fact]
    public async Task S08_truncated_extended_and_enormous_signatures_are_wrong()
    {
        var headers = Some.Signed(Body);
        var signature = headers["Wechatpay-Signature"];
        foreach (var wrong in new[] { signature[..^4], signature + "AAAA", signature + " ", " " + signature, signature.Insert(8, "\n"), new string('A', 1_000_000) })
        {
            headers["Wechatpay-Signature"] = wrong;
            Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(Body, headers))).Reason);
        }
    }
}

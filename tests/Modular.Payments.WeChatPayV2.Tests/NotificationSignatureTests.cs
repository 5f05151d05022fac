using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPayV2.Tests.Door;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>What is not authentic has no effect, however it is made.</summary>
public sealed class NotificationSignatureTests
{
    private static readonly IPaymentProvider Md5Provider = Some.Provider(settings: Some.Settings(("SignType", "MD5")));

    [Fact]
    public void S01_dropping_any_field_is_refused()
    {
        var fields = Some.Notification();
        KeyValuePair<string, string>[] signed = [.. fields, new("sign", WeChat.Sign(fields))];
        foreach (var (name, _) in signed)
        {
            Assert.IsType<Verification.Refused>(Verify(Some.Notify(WeChat.Xml(signed.Where(f => f.Key != name)))));
        }
    }

    [Fact]
    public void S01_a_missing_or_empty_sign_is_named_as_such()
    {
        Assert.Equal(RefusalReason.MissingSignature, Refused(WeChat.Xml(Some.Notification())).Reason);
        Assert.Equal(RefusalReason.MissingSignature, Refused(WeChat.Xml([.. Some.Notification(), new("sign", "")])).Reason);
        Assert.Equal(RefusalReason.MissingSignature, Refused(WeChat.SignatureError).Reason);
    }

    [Fact]
    public void S08_any_changed_field_is_refused()
    {
        var fields = Some.Notification(("attach", "支付测试"));
        var sign = WeChat.Sign(fields);
        Gen.Select(Gen.OneOfConst(fields.Keys.Order(StringComparer.Ordinal).ToArray()), Gen.String[Gen.Char[' ', '\u4e80'], 0, 30]).Sample(
            (name, value) =>
            {
                if (fields[name] == value || value.Contains("]]>", StringComparison.Ordinal))
                {
                    return true;
                }

                var changed = new Dictionary<string, string>(fields) { [name] = value, ["sign"] = sign };
                return Verify(Some.Notify(WeChat.Xml(changed))) is Verification.Refused;
            },
            iter: 3000);
    }

    [Fact]
    public void S08_any_changed_byte_is_refused_or_changes_nothing()
    {
        var body = Encoding.UTF8.GetBytes(WeChat.Signed(Some.Notification()));
        var genuine = Assert.IsType<Verification.Verified>(Verify(Some.Notify(body))).Report;
        Gen.Select(Gen.Int[0, body.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] changed = [.. body];
                changed[at] = value;

                // White space between the fields is not part of the message.
                return Verify(Some.Notify(changed)) is not Verification.Verified verified || verified.Report == genuine;
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("another key, which has 32 letters")]
    [InlineData("00000000000000000000000000000000")]
    public void S08_another_key_is_a_wrong_signature(string key)
    {
        foreach (var type in new[] { WeChat.Hmac, WeChat.Md5 })
        {
            var refused = Refused(WeChat.Signed(Some.Notification(), type, key));
            Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
            Assert.Contains("ApiKey", refused.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void S05_S06_the_algorithm_is_that_of_the_settings_and_never_that_of_the_message()
    {
        AssertWrongAlgorithm(WeChat.Signed(Some.Notification(), WeChat.Md5), Provider);
        AssertWrongAlgorithm(WeChat.Signed(Some.Notification(("sign_type", WeChat.Md5)), WeChat.Md5), Provider);
        AssertWrongAlgorithm(WeChat.Signed(Some.Notification(), WeChat.Hmac), Md5Provider);
        AssertWrongAlgorithm(WeChat.Signed(Some.Notification(("sign_type", WeChat.Hmac)), WeChat.Hmac), Md5Provider);
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("RSA")]
    [InlineData("hmac-sha256")]
    [InlineData("HMAC-SHA256 ")]
    [InlineData("none")]
    public void S05_a_sign_type_that_is_not_ours_is_refused_even_when_the_signature_is(string type) =>
        AssertWrongAlgorithm(WeChat.Signed(Some.Notification(("sign_type", type)), WeChat.Hmac), Provider);

    [Fact]
    public void S05_the_right_sign_type_is_part_of_what_is_signed()
    {
        var fields = Some.Notification(("sign_type", WeChat.Hmac));
        Assert.IsType<Verification.Verified>(Verify(Some.Notify(WeChat.Signed(fields))));
        Assert.Equal(RefusalReason.WrongSignature, Refused(WeChat.Xml([.. fields, new("sign", WeChat.Sign(fields.Where(f => f.Key != "sign_type")))])).Reason);
    }

    [Fact]
    public void S08_there_is_one_way_to_write_a_signature()
    {
        var fields = Some.Notification();
        var sign = WeChat.Sign(fields);
        foreach (var written in new[] { sign.ToLowerInvariant(), " " + sign, sign + "\n", sign[..^1], sign + "0", sign[..32], "0x" + sign[2..], new string('0', 64), new string('A', 60_000), "签名" })
        {
            Assert.Equal(RefusalReason.WrongSignature, Refused(WeChat.Xml([.. fields, new("sign", written)])).Reason);
        }

        Assert.Contains("capitals", Refused(WeChat.Xml([.. fields, new("sign", sign.ToLowerInvariant())])).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void S03_no_header_stands_in_for_a_signature()
    {
        var forged = Encoding.UTF8.GetBytes(WeChat.Signed(Some.Notification(), key: new string('k', 32)));
        Assert.IsType<Verification.Refused>(Verify(new RawRequest("POST", "", [new("Host", "localhost"), new("X-Forwarded-For", "127.0.0.1"), new("Wechatpay-Signature", "x")], forged)));
    }

    [Fact]
    public void B08_the_number_of_another_order_cannot_be_written_into_a_paid_one() =>
        Assert.Equal(RefusalReason.WrongSignature, Refused(WeChat.Signed(Some.Notification()).Replace(Some.PaymentNo, "P20261122000002", StringComparison.Ordinal)).Reason);

    [Fact]
    public void A_refusal_carries_what_was_checked_and_the_number_as_a_hint()
    {
        var fields = Some.Notification(("attach", "客房"), ("empty", ""));
        var sign = WeChat.Sign(fields, key: new string('k', 32));
        var refused = Refused(WeChat.Xml([.. fields, new("sign", sign)]));
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        Assert.Equal("ApiKey", refused.Evidence!.Key);
        Assert.Equal("HMAC-SHA256", refused.Evidence.Algorithm);
        Assert.Equal(string.Join('&', fields.Where(f => f.Value.Length > 0).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")), refused.Evidence.Canonical);
        foreach (var shown in new[] { refused.Detail, refused.Evidence.Canonical })
        {
            Assert.DoesNotContain(Some.ApiKey, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(sign, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(WeChat.Sign(fields), shown, StringComparison.Ordinal);
        }

        Assert.Null(Refused(WeChat.Xml(Some.Notification(("out_trade_no", "a'; drop")))).PaymentNoHint);
        Assert.Null(Refused(WeChat.Xml(Some.Notification(("out_trade_no", new string('1', 33))))).PaymentNoHint);
        Assert.InRange(Refused(WeChat.Xml(Some.Notification(("attach", new string('x', 20_000))))).Evidence!.Canonical.Length, 1, 4096);
    }

    private static void AssertWrongAlgorithm(string body, IPaymentProvider provider) =>
        Assert.Equal(RefusalReason.WrongAlgorithm, Refused(body, provider).Reason);
}

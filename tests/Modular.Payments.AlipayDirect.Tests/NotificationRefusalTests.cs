using System.Text;
using Modular.Payments.Abstractions;
using static Modular.Payments.AlipayDirect.Tests.Door;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>What cannot be read, or is authentic and does not belong here.</summary>
public sealed class NotificationRefusalTests
{
    [Theory]
    [InlineData("utf-16")]
    [InlineData("big5")]
    public async Task An_unheard_of_charset_is_malformed(string charset) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Alipay.Signed(Some.Notification(("_input_charset", charset)), Dialect.Usual))).Reason);

    [Theory]
    [InlineData("batch_refund_notify")]
    [InlineData("")]
    public async Task S04_another_kind_of_notification_is_verified_and_then_sent_away(string type)
    {
        var fields = Some.Notification(("notify_type", type));
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Alipay.Signed(fields, Dialect.Usual))).Reason);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Alipay.Signed(fields, Dialect.Usual, new string('0', 32)))).Reason);
    }

    [Theory]
    [InlineData("out_trade_no", RefusalReason.NotForHere)]
    [InlineData("seller_id", RefusalReason.NotForHere)]
    [InlineData("trade_status", RefusalReason.NotForHere)]
    [InlineData("notify_type", RefusalReason.NotForHere)]
    [InlineData("notify_id", RefusalReason.Malformed)]
    public async Task A_signed_message_without_what_it_needs_is_refused(string missing, RefusalReason reason)
    {
        var fields = Some.Notification();
        fields.Remove(missing);
        Assert.Equal(reason, (await RefusedAsync(Alipay.Signed(fields, Dialect.Usual))).Reason);
        Assert.Equal(reason, (await RefusedAsync(Alipay.Signed(Some.Notification((missing, "")), Dialect.Usual))).Reason);
    }

    [Fact]
    public async Task A_return_that_is_posted_is_no_notification() =>
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Alipay.Signed(Some.Return(), Dialect.Usual))).Reason);

    [Theory]
    [InlineData("total_fee=0.01&")]
    [InlineData("sign=AAAA&")]
    [InlineData("sign_type=MD5&")]
    [InlineData("%74otal_fee=0.01&")]
    [InlineData("buyer_id&")]
    public async Task B13_a_parameter_that_stands_twice_is_malformed(string second)
    {
        var refused = await RefusedAsync(second + Alipay.Signed(Some.Notification(), Dialect.Usual));
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("twice", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%u4e2d")]
    [InlineData("%=1")]
    [InlineData("=1")]
    [InlineData("a%20b=1")]
    [InlineData("a[]=1")]
    [InlineData("%D6%D0=1")]
    [InlineData("{\"total_fee\":\"368.00\"}")]
    [InlineData("")]
    [InlineData("&&&")]
    public async Task X07_what_is_no_form_of_alipays_is_malformed(string body) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body)).Reason);

    [Fact]
    public async Task X07_too_many_parameters_and_too_many_bytes_are_malformed()
    {
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(string.Join('&', Enumerable.Range(0, 1000).Select(i => $"p{i}=1")))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(new string('a', 65) + "=1")).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Alipay.Signed(Some.Notification(("body", new string('x', 70_000))), Dialect.Usual))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Alipay.Signed(Some.Notification(("trade_no", new string('x', 600))), Dialect.Usual))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Alipay.Signed(Some.Notification(("notify_id", new string('x', 129))), Dialect.Usual))).Reason);
    }

    [Theory]
    [InlineData("utf-8", "00")]
    [InlineData("utf-8", "EDA080")]
    [InlineData("utf-8", "D6D0")]
    [InlineData("gbk", "00")]
    [InlineData("gbk", "D620")]
    [InlineData("gbk", "D6")]
    public async Task X07_text_that_is_none_is_malformed_even_when_signed(string charset, string hex)
    {
        var dialect = new Dialect("MD5", charset);
        var fields = Some.Notification();
        fields.Remove("trade_no");
        var value = Convert.FromHexString(hex);
        byte[] canonical =
        [
            .. Alipay.Canonical(fields.Where(f => string.CompareOrdinal(f.Key, "trade_no") < 0), dialect),
            .. "&trade_no="u8, .. value, .. "&"u8,
            .. Alipay.Canonical(fields.Where(f => string.CompareOrdinal(f.Key, "trade_no") > 0), dialect),
        ];
        var sign = Alipay.SignBytes(canonical, "MD5");
        var refused = await RefusedAsync($"{Alipay.Encode(fields, dialect)}&trade_no={Alipay.PercentEncode(value)}&sign_type=MD5&sign={sign}", dialect);
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("trade_no", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    public async Task A_notification_that_announces_another_format_is_malformed(string contentType)
    {
        var request = Some.Notify(Alipay.Signed(Some.Notification(), Dialect.Usual), contentType);
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(Verify(request)).Reason);
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await Provider().VerifyNotificationAsync(request with { Method = "GET", Headers = [] }, TestContext.Current.CancellationToken)).Reason);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_refusal_carries_what_was_checked_and_the_number_as_a_hint(Dialect dialect)
    {
        var refused = await RefusedAsync(Alipay.Signed(Some.Notification(), dialect, new string('0', 32), Keys.Stranger), dialect);
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        Assert.StartsWith("buyer_email=shopper@example.com&buyer_id=", refused.Evidence!.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain("sign", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain(Keys.Md5, refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Contains("预订庭院客房订单", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Equal(dialect.SignType == "MD5" ? "Key" : "AlipayPublicKey", refused.Evidence.Key);
        Assert.Equal(dialect.SignType, refused.Evidence.Algorithm);

        Assert.Null((await RefusedAsync(Alipay.Signed(Some.Notification(("out_trade_no", "a'; drop")), dialect, new string('0', 32), Keys.Stranger), dialect)).PaymentNoHint);
        var undecodable = await RefusedAsync($"out_trade_no=1&subject=%81&sign_type={dialect.SignType}&sign=AAAA", dialect);
        Assert.Contains("subject=?", undecodable.Evidence!.Canonical, StringComparison.Ordinal);
    }
}

using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using static Modular.Payments.Alipay.Tests.Door;

namespace Modular.Payments.Alipay.Tests;

/// <summary>What cannot be read, or is authentic and does not belong here.</summary>
public sealed class NotificationRefusalTests
{
    [Theory]
    [InlineData("utf-16")]
    [InlineData("us-ascii")]
    public async Task An_unheard_of_charset_is_malformed(string charset) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.SignedBody(Some.Notification(("charset", charset))))).Reason);

    [Theory]
    [InlineData("batch_refund_notify")]
    [InlineData("")]
    public async Task S04_another_kind_of_notification_is_verified_and_then_sent_away(string type)
    {
        var fields = Some.Notification(("notify_type", type));
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.SignedBody(fields))).Reason);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.SignedBody(fields, key: Keys.App))).Reason);
    }

    [Theory]
    [InlineData("out_trade_no")]
    [InlineData("trade_status")]
    [InlineData("notify_type")]
    public async Task A_signed_message_without_what_names_a_payment_is_not_for_here(string missing)
    {
        var fields = Some.Notification();
        fields.Remove(missing);
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.SignedBody(fields))).Reason);
    }

    [Theory]
    [InlineData("total_amount=0.01&")]
    [InlineData("sign=AAAA&")]
    [InlineData("sign_type=RSA2&")]
    [InlineData("%74otal_amount=0.01&")]
    [InlineData("charset&")]
    public async Task B13_a_parameter_that_stands_twice_is_malformed(string second)
    {
        var refused = await RefusedAsync(second + Some.SignedBody(Some.Notification()));
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
    [InlineData("")]
    public async Task X07_broken_percent_encoding_is_malformed(string body) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body)).Reason);

    [Fact]
    public async Task X07_a_thousand_parameters_are_malformed() =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(string.Join('&', Enumerable.Range(0, 1000).Select(i => $"p{i}=1")))).Reason);

    [Theory]
    [InlineData("%00")]
    [InlineData("%ED%A0%80")]
    [InlineData("%FF")]
    public async Task X07_text_that_no_database_takes_is_malformed_even_when_signed(string encoded)
    {
        var fields = Some.Notification();
        fields.Remove("trade_no");
        byte[] value = [.. encoded.Split('%', StringSplitOptions.RemoveEmptyEntries).Select(hex => Convert.ToByte(hex, 16))];

        // trade_no stands before trade_status and version in the signed order.
        var canonical = Splice(fields, value);
        var sign = Convert.ToBase64String(Keys.Alipay.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var refused = await RefusedAsync($"{Some.Encode(fields)}&trade_no={encoded}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}");
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("trade_no", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task A_notification_that_is_no_form_is_malformed(string? contentType) =>
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(Some.SignedBody(Some.Notification()), contentType))).Reason);

    [Fact]
    public async Task A_refusal_carries_what_was_checked_and_the_number_as_a_hint()
    {
        var refused = await RefusedAsync(Some.SignedBody(Some.Notification(), key: Keys.App));
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        Assert.StartsWith("app_id=" + Some.AppId + "&auth_app_id=", refused.Evidence!.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain("sign", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Contains("预订庭院客房订单", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Equal("AlipayPublicKey", refused.Evidence.Key);
        Assert.Equal("RSA2", refused.Evidence.Algorithm);

        var odd = Some.SignedBody(Some.Notification(("out_trade_no", "a'; drop")), key: Keys.App);
        Assert.Null((await RefusedAsync(odd)).PaymentNoHint);
    }

    private static byte[] Splice(SortedDictionary<string, string> fields, byte[] tradeNo)
    {
        var names = fields.Keys.Append("trade_no").Order(StringComparer.Ordinal);
        return [.. names.SelectMany((name, i) => (byte[])[.. Encoding.UTF8.GetBytes((i > 0 ? "&" : "") + name + "="), .. name == "trade_no" ? tradeNo : Encoding.UTF8.GetBytes(fields[name])])];
    }
}

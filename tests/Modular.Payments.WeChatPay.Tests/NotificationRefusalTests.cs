using System.Text;
using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPay.Tests.Door;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>What cannot be read, or is authentic and does not belong here.</summary>
public sealed class NotificationRefusalTests
{
    [Theory]
    [InlineData("text/xml")]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task S06_B06_an_xml_body_is_malformed_and_the_reason_names_v2(string? contentType)
    {
        foreach (var body in new[] { "<xml><out_trade_no>P1</out_trade_no></xml>", "\uFEFF \n<xml/>" })
        {
            var refused = await RefusedAsync(Some.Notify(body, contentType: contentType));
            Assert.Equal(RefusalReason.Malformed, refused.Reason);
            Assert.Contains("v2", refused.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=gbk")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Another_content_type_is_malformed(string contentType) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(Some.Envelope(Some.Transaction()), contentType: contentType))).Reason);

    [Fact]
    public async Task Only_a_post_with_a_body_is_a_notification()
    {
        var request = Some.Notify(Some.Envelope(Some.Transaction()));
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(request with { Method = "GET" })).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(""))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(" \n"))).Reason);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"event_type\":\"TRANSACTION.SUCCESS\",\"event_type\":\"TRANSACTION.SUCCESS\"}")]
    [InlineData("{\"event_type\":\"TRANSACTION.SUCCESS\",\"event\\u005ftype\":\"TRANSACTION.SUCCESS\"}")]
    [InlineData("{\"summary\":\"\\u0000\"}")]
    [InlineData("{\"summary\":\"\\ud800\"}")]
    [InlineData("{\"\\u0000\":1}")]
    [InlineData("{\"event_type\":\"TRANSACTION.SUCCESS\"}")]
    [InlineData("{\"event_type\":\"TRANSACTION.SUCCESS\",\"resource\":[]}")]
    public async Task B14_X07_a_body_of_no_single_meaning_is_malformed_even_when_signed(string body) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body)).Reason);

    [Theory]
    [InlineData("\"summary\":\"x\"")]
    [InlineData("\"event\\u005ftype\":\"REFUND.SUCCESS\"")]
    [InlineData("\"resource\":{}")]
    [InlineData("\"more\":{\"a\":1,\"a\":1}")]
    public async Task B14_a_member_that_stands_twice_spoils_a_notification_that_is_otherwise_right(string member)
    {
        var body = Some.Envelope(Some.Transaction())[..^1] + $",{member}}}";
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task X07_depth_and_broken_encoding_are_malformed_even_when_signed()
    {
        var deep = $"{{\"a\":{new string('[', 1000)}{new string(']', 1000)}}}";
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(deep)).Reason);

        byte[] bytes = [.. "{\"a\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8];
        var timestamp = Keys.Now.ToUnixTimeSeconds();
        byte[] canonical = [.. Encoding.ASCII.GetBytes($"{timestamp}\nn\n"), .. bytes, (byte)'\n'];
        var headers = Some.Signed("");
        headers["Wechatpay-Nonce"] = "n";
        headers["Wechatpay-Signature"] = Convert.ToBase64String(Keys.WeChat.SignData(canonical, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1));
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Notify(bytes, headers))).Reason);
    }

    [Theory]
    [InlineData("{\"out_trade_no\":\"P1\",\"out_trade_no\":\"P2\"}")]
    [InlineData("{\"attach\":\"\\u0000\"}")]
    [InlineData("{\"attach\":\"\\udfff\"}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("plain")]
    public async Task X07_a_content_of_no_single_meaning_is_malformed(string content) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.Envelope(content))).Reason);

    [Theory]
    [InlineData("REFUND.SUCCESS", "refund")]
    [InlineData("REFUND.ABNORMAL", "refund")]
    [InlineData("REFUND.CLOSED", "refund")]
    [InlineData("PAYSCORE.USER_PAID", "payscore")]
    [InlineData("transaction.success", "transaction")]
    [InlineData("", "transaction")]
    public async Task S04_another_event_is_verified_and_then_sent_away(string eventType, string originalType)
    {
        var body = Some.Envelope(Some.Transaction(), eventType, originalType);
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(body)).Reason);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(body, Some.Signed(body, Keys.Merchant)))).Reason);
    }

    [Theory]
    [InlineData("refund")]
    [InlineData("Transaction")]
    [InlineData("")]
    public async Task S12_an_event_around_another_type_is_not_for_here(string originalType) =>
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.Envelope(Some.Transaction(), originalType: originalType))).Reason);

    [Fact]
    public async Task S12_an_event_around_another_content_is_not_for_here()
    {
        string[] contents =
        [
            Some.Transaction("NOTPAY"),
            Some.Transaction("CLOSED"),
            Some.Transaction("BRAND_NEW"),
            Some.Transaction(more: ",\"refund_status\":\"SUCCESS\""),
            Some.Transaction(more: ",\"out_refund_no\":\"R1\""),
            $$"""{"mchid":"{{Some.MchId}}","out_trade_no":"{{Some.PaymentNo}}","refund_id":"1","refund_status":"SUCCESS","amount":{"total":36800,"refund":36800,"currency":"CNY"} }""",
            "{}",
        ];
        foreach (var content in contents)
        {
            Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.Envelope(content))).Reason);
        }
    }

    [Theory]
    [InlineData("mchid")]
    [InlineData("appid")]
    [InlineData("out_trade_no")]
    [InlineData("trade_state")]
    public async Task A_content_without_what_names_a_payment_is_not_for_here(string missing)
    {
        var content = Some.Transaction().Replace($"\"{missing}\":", $"\"sp_{missing}\":", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.Envelope(content))).Reason);
    }

    [Fact]
    public async Task S11_what_cannot_be_opened_is_refused_with_the_reason()
    {
        var otherKey = await RefusedAsync(Some.Envelope(Some.Transaction(), key: "192006250b4c09247ec02edce69f6a2d"));
        Assert.Equal(RefusalReason.WrongSignature, otherKey.Reason);
        Assert.Contains("ApiV3Key", otherKey.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Some.ApiV3Key, otherKey.Detail, StringComparison.Ordinal);

        var swapped = Some.Envelope(Some.Transaction()).Replace("\"associated_data\":\"transaction\"", "\"associated_data\":\"refund\"", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(swapped)).Reason);

        var sealedText = Some.Seal(Some.Transaction(), "transaction", "fdasfjihihih");
        var body = Some.Envelope(Some.Transaction());
        foreach (var (from, to) in new[]
        {
            (sealedText, sealedText[..20]), (sealedText, ""), (sealedText, "***"), (sealedText, "AAAA"),
            ("\"nonce\":\"fdasfjihihih\"", "\"nonce\":\"fdasfjihihi\""), ("\"nonce\":\"fdasfjihihih\"", "\"nonce\":\"fdasfjihihihh\""), ("\"nonce\":\"fdasfjihihih\"", "\"nonce\":12"),
        })
        {
            Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body.Replace(from, to, StringComparison.Ordinal))).Reason);
        }

        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(body.Replace(sealedText, sealedText[..^24], StringComparison.Ordinal))).Reason);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(Some.Envelope(Some.Transaction(), algorithm: "AEAD_SM4_GCM"))).Reason);
    }

    [Fact]
    public async Task A_refusal_carries_what_was_checked_and_the_number_as_a_hint()
    {
        var body = Some.Envelope(Some.Transaction());
        var headers = Some.Signed(body, Keys.Merchant);
        var refused = await RefusedAsync(Some.Notify(body, headers));
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        Assert.StartsWith($"{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n{{\"id\":", refused.Evidence!.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain(headers["Wechatpay-Signature"], refused.Evidence.Canonical + refused.Detail, StringComparison.Ordinal);
        Assert.Equal(Some.PublicKeyId, refused.Evidence.Key);
        Assert.Equal("WECHATPAY2-SHA256-RSA2048", refused.Evidence.Algorithm);

        // Stripped headers leave the hint, so that a query can make up for a CDN that eats them.
        Assert.Equal(Some.PaymentNo, (await RefusedAsync(Some.Notify(body, []))).PaymentNoHint);

        var foreign = Some.Envelope(Some.Transaction(), key: "192006250b4c09247ec02edce69f6a2d");
        Assert.Null((await RefusedAsync(Some.Notify(foreign, Some.Signed(foreign, Keys.Merchant)))).PaymentNoHint);
        var odd = Some.Envelope(Some.Transaction(number: "a'; drop"));
        Assert.Null((await RefusedAsync(Some.Notify(odd, Some.Signed(odd, Keys.Merchant)))).PaymentNoHint);

        var endless = $$"""{"a":"{{new string('x', 60_000)}}"}""";
        Assert.Equal(4096, (await RefusedAsync(Some.Notify(endless, Some.Signed(endless, Keys.Merchant)))).Evidence!.Canonical.Length);
    }
}

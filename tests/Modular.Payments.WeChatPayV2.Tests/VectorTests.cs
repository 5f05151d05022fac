using System.Text;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>What other people have published.</summary>
public sealed class VectorTests
{
    /// <summary>WeChat Pay's documentation, chapter 4_3 (安全规范), the worked example; the HMAC value is on the same page.</summary>
    [Theory]
    [InlineData("MD5", "9A0A8659F005D6984697E2CA0A9CF3B7")]
    [InlineData("HMAC-SHA256", "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6")]
    public void The_documents_own_example_is_signed_alike(string type, string expected)
    {
        var message = MessageFields.ToSend(
            ("mch_id", "10000100"),
            ("device_info", "1000"),
            ("body", "test"),
            ("appid", "wxd930ea5d5a258f4f"),
            ("nonce_str", "ibuaiVcKdpRxkhJA"));
        Assert.Equal(expected, new MessageSigner(SignAlgorithm.Named(type)!, "192006250b4c09247ec02edce69f6a2d").Sign(message));
    }

    /// <summary>w7corp/easywechat, tests/Pay/UtilsTest.php: the parameters of a launch inside WeChat.</summary>
    [Theory]
    [InlineData("MD5", "C52D6B09E8A039D6E8696A014BB37160")]
    [InlineData("HMAC-SHA256", "BAC9240577E86EDC7753264E502196C61F78F24777E9E7CCE82A7BD97F906EED")]
    public void Easywechats_launch_is_signed_alike(string type, string expected)
    {
        var message = MessageFields.ToSend(
            ("appId", "mock-appid"),
            ("nonceStr", "mock-nonce"),
            ("package", "prepay_id=mock-prepay-id"),
            ("signType", type),
            ("timeStamp", "1601234567"));
        Assert.Equal(expected, new MessageSigner(SignAlgorithm.Named(type)!, "mock-v2-secret-key").Sign(message));
    }

    /// <summary>wechatpay-apiv3/wechatpay-php, tests/fixtures: the hostile XML of WeChat Pay's own SDK.</summary>
    [Theory]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE foo [<!ENTITY xxe SYSTEM \"http://tst.qq.com/xxe_inject/463103c2ee4067e1c4f5318440dc245d\">]>\n<foo><value>&xxe;</value></foo>\n", "document type")]
    [InlineData("<?xml version=\"1.0\" standalone=\"yes\"?>\n<movies>\n <movie>\n  <titles>PHP: Behind the Parser</title>\n </movie>\n</movies>\n", "root")]
    [InlineData("<batchjob>\n    <payment>\n    <account>5678-attacker</account>\n    </payment>\n    <payment>\n    <account>1234-victim</account>\n    </payment>\n</batchjob>\n", "root")]
    public void X01_the_official_sdks_hostile_messages_are_malformed(string xml, string says) =>
        Assert.Contains(says, Door.Refused(xml).Detail, StringComparison.Ordinal);

    /// <summary>
    /// Made with OpenSSL from the key of chapter 4_3: what a notification of a refund holds. The documents publish no example whose
    /// key is known.
    /// </summary>
    [Fact]
    public void What_openssl_has_sealed_opens() =>
        Assert.Equal(
            "<root>\n<out_refund_no><![CDATA[R1]]></out_refund_no>\n<refund_status><![CDATA[SUCCESS]]></refund_status>\n</root>",
            Encoding.UTF8.GetString(new SealedText("192006250b4c09247ec02edce69f6a2d").Open("4gS8kbcHysCW7bHqyEU0M9umdFVGKPOUBs+y0jA3Blg+Ev4fh/hsfGme53V7VcauQIldO9SGnmyoSnCg6RqQKvsNqQ8QZ/QqGG7L7Ft26zOJT8KKGtIQhQk/aqUrb9aswOZRsl6VTrRb62a9RC300A==")!));

    /// <summary>
    /// wechatpay-apiv3/wechatpay-php, tests/Crypto/AesEcbTest.php, and fudiwei/DotNetCore.SKIT.FlurlHttpClient.Wechat,
    /// TenpayV2.UnitTests/TestCase_ToolsAESUtilityTests.cs: the cipher, with the key as it is.
    /// </summary>
    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef", "pZwJZBLuy3mDACEQT4YTBw==", "hello")]
    [InlineData("01234567890abcdefedcba9876543210", "l/aL5GyVfl/tw3Lww6GvCQ==", "SKIT is great!")]
    public void Others_texts_open(string key, string text, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(SealedText.WithKey(Encoding.ASCII.GetBytes(key)).Open(text)!));

    /// <summary>wechatpay-axios-plugin, tests/lib/hash.test.js: the digest that keys are made of.</summary>
    [Fact]
    public void The_key_is_the_lower_case_digest() =>
        Assert.Equal("4ad14ac334ab13540eb6c5479512a8e8", Encoding.ASCII.GetString(SealedText.KeyOf("exposed_your_key_here_have_risks")));

    /// <summary>wechatpay-apiv3/wechatpay-php, tests/fixtures/paysuccess.notification.sample.xml; its key is not published, so it is signed anew.</summary>
    [Fact]
    public void The_official_sdks_sample_notification_is_understood()
    {
        Dictionary<string, string> sample = new()
        {
            ["appid"] = "wx2421b1c4370ec43b",
            ["attach"] = "支付测试",
            ["bank_type"] = "CFT",
            ["fee_type"] = "CNY",
            ["is_subscribe"] = "Y",
            ["mch_id"] = "10000100",
            ["nonce_str"] = "5d2b6c2a8db53831f7eda20af46e531c",
            ["openid"] = "oUpF8uMEb4qRXf22hE3X68TekukE",
            ["out_trade_no"] = "1409811653",
            ["result_code"] = "SUCCESS",
            ["return_code"] = "SUCCESS",
            ["time_end"] = "20140903131540",
            ["total_fee"] = "1",
            ["coupon_fee"] = "10",
            ["coupon_count"] = "1",
            ["coupon_type"] = "CASH",
            ["coupon_id"] = "10000",
            ["trade_type"] = "JSAPI",
            ["transaction_id"] = "1004400740201409030005092168",
        };
        var report = Door.Verified(WeChat.Signed(sample));
        Assert.Equal("1409811653", report.PaymentNo);
        Assert.Equal(1, report.Amount!.Value.Minor);
        Assert.Equal(new DateTimeOffset(2014, 9, 3, 5, 15, 40, TimeSpan.Zero), report.PaidAt);
    }
}

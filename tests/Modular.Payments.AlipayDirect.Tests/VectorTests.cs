using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>What other people have published.</summary>
public sealed class VectorTests
{
    /// <summary>The public key that Alipay itself signs with on this gateway; the same for every merchant (chloerei/alipay, lib/alipay/sign.rb).</summary>
    private const string AlipaysOwnKey =
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCnxj/9qwVfgoUh/y2W89L6BkRAFljhNhgPdyPuBV64bfQNN1PjbCzkIM6qRdKBoLPXmKKMiFYnkd6rAoprih3/PrQE"
        + "B/VsW8OoM8fxn67UDYuyBTqA23MML9q1+ilIZwBC2AQ2UBVOrFXfFl75p6/B5KsiNG9zpgmLCUYuLkxpLQIDAQAB";

    private const string RubysKey = "10000000000000000000000000000000";

    /// <summary>chloerei/alipay, test/alipay/sign_test.rb, notify_test.rb and service_test.rb; lokielse/omnipay-alipay, tests/Common/SignerTest.php.</summary>
    [Theory]
    [InlineData("partner=123&service=test", RubysKey, "bbd13b52823b576291595f472ebcfbc2")]
    [InlineData("partner=123&service=test", "20000000000000000000000000000000", "6d581af270c023fdaaca6880491e9bf7")]
    [InlineData("notify_id=1234", RubysKey, "22fc7e38e5acdfede396aa463870d111")]
    [InlineData("aaa=111&bbb=2222&ccc=3333&ggg=1", "hello", "7e63e20bcc6ad2ba695305e340592ffd")]
    [InlineData("_input_charset=utf-8&out_trade_no=1&partner=1000000000000000&payment_type=1&price=0.01&quantity=1&seller_id=1000000000000000&service=create_direct_pay_by_user&subject=test", RubysKey, "682ad02280fca7d4c0fd22678fdddeef")]
    [InlineData("_input_charset=utf-8&out_trade_no=1&partner=1000000000000000&payment_type=1&price=0.01&quantity=1&seller_email=admin@example.com&service=create_direct_pay_by_user&subject=test", RubysKey, "51c7f60e85eaff5136600d1942b2744c")]
    [InlineData("_input_charset=utf-8&account_name=毛毛&batch_fee=1000.0&batch_no=20080107001&batch_num=1&detail_data=0315006^testture0002@126.com^常炜买家^1000.00^hello&email=biz_932@alitest.com&notify_url=https://example.com/orders/20150401000-0001/notify&partner=1000000000000000&pay_date=20080107&service=batch_trans_notify", RubysKey, "59c611607daafd1337e96b22404bd521")]
    public void A_published_md5_signature_is_made_and_accepted(string text, string key, string expected)
    {
        var signer = new Md5Signer(Encoding.ASCII.GetBytes(key));
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, signer.Sign(bytes));
        Assert.True(signer.IsAuthentic(bytes, Encoding.ASCII.GetBytes(expected)));
        Assert.False(signer.IsAuthentic([.. bytes, (byte)' '], Encoding.ASCII.GetBytes(expected)));
    }

    /// <summary>chloerei/alipay, test/alipay/service_test.rb: the parameters of its address, unsorted, through the plugin's own sorting and signing.</summary>
    [Fact]
    public void The_published_address_of_the_cashier_is_signed_alike()
    {
        // Its partner is none that the settings take.
        var settings = AlipayDirectSettings.Read(new ProviderSettings(Some.Settings(null, ("Key", RubysKey)))) with { Partner = "1000000000000000" };
        var signed = Parameters.Sign(
            "create_direct_pay_by_user",
            [("seller_id", "1000000000000000"), ("payment_type", "1"), ("out_trade_no", "1"), ("subject", "test"), ("price", "0.01"), ("quantity", "1"), ("body", ""), ("it_b_pay", null)],
            settings);
        Assert.Equal("682ad02280fca7d4c0fd22678fdddeef", signed.All.Single(p => p.Key == "sign").Value);
        Assert.Equal("MD5", signed.All.Single(p => p.Key == "sign_type").Value);
    }

    /// <summary>chloerei/alipay, test/alipay/notify_test.rb: signed with MD5, and refused for lacking everything but the notify_id.</summary>
    [Fact]
    public async Task The_published_notification_has_a_right_signature_and_is_about_nothing()
    {
        var provider = Some.Provider(Some.Settings(null, ("Key", RubysKey)));
        var refused = Assert.IsType<Verification.Refused>(await provider.VerifyNotificationAsync(
            Some.Notify("notify_id=1234&sign_type=MD5&sign=22fc7e38e5acdfede396aa463870d111"), TestContext.Current.CancellationToken));
        Assert.Equal(RefusalReason.NotForHere, refused.Reason);
    }

    /// <summary>chloerei/alipay, test/test_helper.rb (the public key) and test/alipay/sign/rsa_test.rb.</summary>
    [Fact]
    public void A_published_rsa_signature_is_accepted()
    {
        using var published = RSA.Create();
        published.ImportFromPem(
            """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCjNVhJf9PYDFN1PFd4SXEvxmjD
            0dn+xQ4lQu6o8HbGXz4de/RRVTJDL48qwxn81lar5cNSIjbnhDRXm9fZcrzuwbjq
            xXOv2Ov7MZAa/WJEcfvp3XcSgxKPB54FLVvHo/rxuMK2xpps47Lpc7vppkvi3ofb
            XW61S+aT0TWFkUMTnwIDAQAB
            -----END PUBLIC KEY-----
            """);
        var sign = "TaVXdP/0ia5NxIv9T76v6vGOrtgoaFrwnchKIWP9PQeX1UkUVxaq6ejDFmXFrFR+Plk+E/XzfV2DYJSVt0Am0qJRSgeg+PuvK+yWGCGm9GJgUJlS4Eyta3g+8DWwRWTjUyh5yzlf9JoSnbNjYpBolnMRD7B/u1JLkTMJuMx2TVM="u8;
        var signer = new RsaSigner(Keys.Shop, published);
        Assert.True(signer.IsAuthentic("partner=123&service=test"u8, sign));
        Assert.False(signer.IsAuthentic("dangerpartner=123&service=test"u8, sign));
    }

    /// <summary>
    /// A real notification of 2015 that Alipay signed, as published in a callback's source code on GitHub. Its text names a buyer and is
    /// therefore not repeated; this is the SHA-1 of what was signed, sorted by name and without sign and sign_type, and the signature.
    /// </summary>
    [Fact]
    public void Alipays_own_key_is_taken_and_its_real_signature_is_of_the_kind_that_is_checked()
    {
        _ = Some.Provider(Some.Settings(new Dialect("RSA", "utf-8"), ("AlipayPublicKey", AlipaysOwnKey)));

        using var alipay = RSA.Create();
        alipay.ImportSubjectPublicKeyInfo(Convert.FromBase64String(AlipaysOwnKey), out _);
        Assert.Equal(1024, alipay.KeySize);
        Assert.True(alipay.VerifyHash(
            Convert.FromHexString("c4cd146e555b6eb448913506968a74e683218415"),
            Convert.FromBase64String("H5VGZ63LYr3f9819ABuBuaxzRVOx5u3Ku3BI661jkW5gisD1XMc4PdV6bfI/5EIEFQvmSKLADYG3I/8N8Ty5eu/xsrcQXjsVC3Zr3wLOXaDnYh8Ale2crDoIQjgUrbg4d8csovBrJV9Fi+/SCM2/EXPxlO0qrilY/EpKYOczzZ8="),
            HashAlgorithmName.SHA1,
            RSASignaturePadding.Pkcs1));
    }
}

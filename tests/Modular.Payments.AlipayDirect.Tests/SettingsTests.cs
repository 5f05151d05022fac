using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class SettingsTests
{
    private static readonly Dialect Rsa = new("RSA", "utf-8");

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public void Every_dialect_is_configured_without_the_network(Dialect dialect)
    {
        var gateway = StubGateway.Failing(new InvalidOperationException("The network was used."));
        var provider = Some.Provider(Some.Settings(dialect), gateway);
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.Partner), provider.Account);
        Assert.IsAssignableFrom<IClosingProvider>(provider);
        Assert.Empty(gateway.Calls);
    }

    [Fact]
    public void A_partner_and_a_key_are_enough()
    {
        var provider = Some.Provider(new() { ["Partner"] = Some.Partner, ["Key"] = Keys.Md5 });
        Assert.Equal(new ProviderAccount(Some.Partner, Some.Partner), provider.Account);
    }

    [Theory]
    [InlineData("MD5", "Partner")]
    [InlineData("MD5", "Key")]
    [InlineData("RSA", "Partner")]
    [InlineData("RSA", "PrivateKey")]
    [InlineData("RSA", "AlipayPublicKey")]
    public void S02_a_missing_or_blank_setting_is_refused_by_name(string signType, string name)
    {
        foreach (var nothing in new[] { null, "", "  \n" })
        {
            Assert.StartsWith(name, Refusal(Some.Settings(new Dialect(signType, "utf-8"), (name, nothing))), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Gateway", "http://gateway.example/gateway.do", "https")]
    [InlineData("Gateway", "https://gateway.example/gateway.do?_input_charset=utf-8", "query")]
    [InlineData("Gateway", "https://gateway.example/gateway.do#x", "fragment")]
    [InlineData("Gateway", "gateway.do", "absolute")]
    [InlineData("Partner", "shop@example.com", "2088")]
    [InlineData("Partner", "208800000000001", "16 digits")]
    [InlineData("Partner", "1000000000000000", "2088")]
    [InlineData("Partner", "２088000000000001", "16 digits")]
    [InlineData("SellerId", "shop@example.com", "2088")]
    [InlineData("SignType", "DSA", "MD5 nor RSA")]
    [InlineData("SignType", "RSA2", "MD5 nor RSA")]
    [InlineData("Key", "0123456789abcdef", "exactly 32")]
    [InlineData("Key", "0123456789abcdef 123456789abcdef", "letter or digit")]
    [InlineData("InputCharset", "big5", "utf-8 nor gbk")]
    [InlineData("AntiPhishing", "yes", "true nor false")]
    [InlineData("Redirect", "1", "true nor false")]
    [InlineData("SendTimeout", "no", "true nor false")]
    public void S02_a_wrong_setting_is_refused_with_a_remedy(string name, string value, string says)
    {
        var refusal = Refusal(Some.Settings(null, (name, value)));
        Assert.StartsWith(name, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PrivateKey", "nonsense!", "Base64")]
    [InlineData("AlipayPublicKey", "AAAA", "public key")]
    public void S02_a_key_that_is_none_is_refused(string name, string value, string says)
    {
        var refusal = Refusal(Some.Settings(Rsa, (name, value)));
        Assert.StartsWith(name, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void S07_keys_of_1024_bits_are_taken_and_shorter_ones_are_refused()
    {
        _ = Some.Provider(Some.Settings(Rsa, ("PrivateKey", Keys.Stranger.ExportPkcs8PrivateKeyPem())));

        using var shortKey = RSA.Create(768);
        Assert.StartsWith("PrivateKey has 768 bits", Refusal(Some.Settings(Rsa, ("PrivateKey", shortKey.ExportPkcs8PrivateKeyPem()))), StringComparison.Ordinal);
        Assert.StartsWith("AlipayPublicKey has 768 bits", Refusal(Some.Settings(Rsa, ("AlipayPublicKey", shortKey.ExportSubjectPublicKeyInfoPem()))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_own_public_key_in_alipays_place_is_refused()
    {
        var refusal = Refusal(Some.Settings(Rsa, ("AlipayPublicKey", Convert.ToBase64String(Keys.Shop.ExportSubjectPublicKeyInfo()))));
        Assert.StartsWith("AlipayPublicKey is the public half of your own PrivateKey", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_of_the_other_sign_type_are_not_read()
    {
        var settings = Some.Settings(null, ("PrivateKey", "nonsense!"), ("AlipayPublicKey", "nonsense!"));
        var body = Alipay.Signed(Some.Notification(), Dialect.Usual);
        Assert.IsType<Verification.Verified>(await Some.Provider(settings).VerifyNotificationAsync(Some.Notify(body), TestContext.Current.CancellationToken));

        _ = Some.Provider(Some.Settings(Rsa, ("Key", "short")));
    }

    /// <summary>The refusal's sentence, which must not give away any key that was configured.</summary>
    private static string Refusal(Dictionary<string, string?> settings)
    {
        var message = Assert.Throws<ProviderSettingsException>(() => Some.Provider(settings)).Message;
        foreach (var value in settings.Where(s => s.Key.Contains("Key", StringComparison.Ordinal)).Select(s => s.Value?.Trim()))
        {
            if (value is { Length: > 15 })
            {
                Assert.DoesNotContain(value[..8], message, StringComparison.Ordinal);
                Assert.DoesNotContain(value[^8..], message, StringComparison.Ordinal);
            }
        }

        return message;
    }
}

using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("AppId")]
    [InlineData("MchId")]
    [InlineData("ApiKey")]
    public void S02_a_missing_or_blank_setting_is_refused_by_name(string name)
    {
        foreach (var nothing in new[] { null, "", "  \n" })
        {
            Assert.StartsWith(name, Refusal((name, nothing)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AppId", "wx 1", "letters and digits")]
    [InlineData("AppId", "wx0123456789abcdef0123456789abcdef0", "begins with wx")]
    [InlineData("MchId", "shop@example.com", "digits only")]
    [InlineData("MchId", "１２３４５６７８", "digits only")]
    [InlineData("ApiKey", "0123456789abcdefghijklmnopqrstu", "31 characters")]
    [InlineData("ApiKey", "0123456789abcdefghijklmnopqrstuvw", "33 characters")]
    [InlineData("ApiKey", "0123456789abcdefghijklmnopqrst v", "without spaces")]
    [InlineData("ApiKey", "0123456789abcdefghijklmnopqrstuü", "ASCII")]
    [InlineData("SignType", "SHA1", "HMAC-SHA256 nor MD5")]
    [InlineData("SignType", "RSA", "HMAC-SHA256 nor MD5")]
    [InlineData("BaseUrl", "http://api.example", "https")]
    [InlineData("BaseUrl", "api.example", "absolute")]
    [InlineData("BaseUrl", "https://api.example/?a=1", "query")]
    [InlineData("RefundBaseUrl", "http://api.example", "https")]
    [InlineData("RefundBaseUrl", "https://api.example/?a=1", "query")]
    [InlineData("OAuthAuthorizeUrl", "https://open.example/#x", "fragment")]
    [InlineData("OAuthTokenUrl", "https://open.example/token?appid=1", "query")]
    [InlineData("OAuthTokenUrl", "http://open.example/token", "https")]
    [InlineData("AppSecret", "short", "basic configuration")]
    [InlineData("AppSecret", "5ecret5ecret5ecret&x=5ecret5ecret", "letters and digits")]
    [InlineData("AppSecret", Some.ApiKey, "same as ApiKey")]
    public void S02_a_wrong_setting_is_refused_with_a_remedy(string name, string value, string says)
    {
        var refusal = Refusal((name, value));
        Assert.StartsWith(name, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal, StringComparison.Ordinal);
        if (name is "ApiKey" or "AppSecret" && value.Length > 8)
        {
            Assert.DoesNotContain(value[..8], refusal, StringComparison.Ordinal);
            Assert.DoesNotContain(value[^8..], refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, WeChat.Hmac)]
    [InlineData("HMAC-SHA256", WeChat.Hmac)]
    [InlineData("hmac-sha256", WeChat.Hmac)]
    [InlineData("MD5", WeChat.Md5)]
    [InlineData("md5", WeChat.Md5)]
    public async Task The_secure_algorithm_is_the_default_and_the_request_names_it_as_the_documents_do(string? setting, string expected)
    {
        var gateway = StubGateway.Saying("");
        await Some.Provider(gateway, Some.Settings(("SignType", setting))).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
        var sent = Assert.Single(gateway.Calls).Fields;
        Assert.Equal(expected, sent["sign_type"]);
        Assert.Equal(WeChat.Sign(sent, expected), sent["sign"]);
    }

    [Theory]
    [InlineData(null, "https://api.mch.weixin.qq.com/pay/orderquery")]
    [InlineData("https://api2.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com/pay/orderquery")]
    [InlineData("http://127.0.0.1:5081/wechat/", "http://127.0.0.1:5081/wechat/pay/orderquery")]
    public async Task Calls_go_to_the_base_address(string? setting, string expected)
    {
        var gateway = StubGateway.Saying("");
        await Some.Provider(gateway, Some.Settings(("BaseUrl", setting))).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
        Assert.Equal(expected, Assert.Single(gateway.Calls).Url.AbsoluteUri);
    }

    [Fact]
    public void A_setting_that_is_not_known_is_left_alone() =>
        Assert.NotNull(Some.Provider(settings: Some.Settings(("MerchantSerialNo", "x"), ("ApiV3Key", "y"))));

    private static string Refusal(params (string Name, string? Value)[] changes) =>
        Assert.Throws<ProviderSettingsException>(() => Some.Provider(settings: Some.Settings(changes))).Message;
}

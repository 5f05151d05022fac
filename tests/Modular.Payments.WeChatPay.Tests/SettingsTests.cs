using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Both_modes_are_configured_without_the_network()
    {
        var gateway = new StubGateway(_ => throw new InvalidOperationException("There is no network here."));
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), Some.Provider(Some.PublicKeyModeSettings(), gateway).Account);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), Some.Provider(Some.CertificateModeSettings(), gateway).Account);
        Assert.Empty(gateway.Calls);
    }

    [Theory]
    [InlineData("AppId")]
    [InlineData("MchId")]
    [InlineData("MerchantSerialNo")]
    [InlineData("PrivateKey")]
    [InlineData("ApiV3Key")]
    public void S02_a_missing_or_blank_setting_is_refused_by_name(string name)
    {
        foreach (var nothing in new[] { null, "", "  \n" })
        {
            var settings = Some.PublicKeyModeSettings();
            settings[name] = nothing;
            Assert.StartsWith($"{name} is missing", Refusal(settings), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PublicKeyId")]
    [InlineData("PublicKey")]
    public void S02_half_of_public_key_mode_is_refused_by_name(string name)
    {
        var settings = Some.PublicKeyModeSettings();
        settings[name] = " ";
        Assert.StartsWith($"{name} is missing", Refusal(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BaseUrl", "http://gateway.example", "https")]
    [InlineData("BaseUrl", "https://gateway.example/?x=1", "query")]
    [InlineData("BaseUrl", "gateway", "absolute")]
    [InlineData("OAuthAuthorizeUrl", "https://open.example/authorize#x", "fragment")]
    [InlineData("OAuthTokenUrl", "http://api.example/token", "https")]
    [InlineData("AppId", "2021000000000001", "wx")]
    [InlineData("AppId", "wx 421b1c4370ec43b", "letters")]
    [InlineData("MchId", "wx2421b1c4370ec43b", "digits")]
    [InlineData("MchId", "١٩٠٠٠٠٧٢٩١", "digits")]
    [InlineData("MerchantSerialNo", "40:8B:07:E7:9B", "colons")]
    [InlineData("MerchantSerialNo", "408B07E", "hex")]
    [InlineData("MerchantSerialNo", "0408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB", "hex")]
    [InlineData("MerchantSerialNo", "PUB_KEY_ID_0119000072912026112200000001", "hex")]
    [InlineData("PrivateKey", "nonsense!", "Base64")]
    [InlineData("ApiV3Key", "0123456789abcdefghijklmnopqrstu", "32")]
    [InlineData("ApiV3Key", "0123456789abcdefghijklmnopqrstuvw", "32")]
    [InlineData("ApiV3Key", "0123456789abcdefghijklmnopqrstu密", "32")]
    [InlineData("ApiV3Key", "0123456789abcdef hijklmnopqrstuv", "32")]
    [InlineData("PublicKeyId", "pub_key_id_0119000072912026112200000001", "PUB_KEY_ID_")]
    [InlineData("PublicKeyId", "PUB_KEY_ID_", "digits")]
    [InlineData("PublicKeyId", "PUB_KEY_ID_01x", "digits")]
    [InlineData("PublicKey", "AAAA", "public key")]
    [InlineData("AppSecret", "two words", "32")]
    public void S02_a_wrong_setting_is_refused_with_a_remedy(string name, string value, string says)
    {
        var settings = Some.PublicKeyModeSettings();
        settings[name] = value;
        var refusal = Refusal(settings);
        Assert.StartsWith(name, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_own_public_key_in_wechats_place_is_refused()
    {
        var settings = Some.PublicKeyModeSettings();
        settings["PublicKey"] = Convert.ToBase64String(Keys.Merchant.ExportSubjectPublicKeyInfo());
        Assert.StartsWith("PublicKey is the public half of your own PrivateKey", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void S07_short_keys_are_refused()
    {
        using var shortKey = RSA.Create(1024);
        var settings = Some.PublicKeyModeSettings();
        settings["PrivateKey"] = shortKey.ExportPkcs8PrivateKeyPem();
        Assert.StartsWith("PrivateKey has 1024 bits", Refusal(settings), StringComparison.Ordinal);

        settings = Some.PublicKeyModeSettings();
        settings["PublicKey"] = shortKey.ExportSubjectPublicKeyInfoPem();
        Assert.StartsWith("PublicKey has 1024 bits", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_merchants_serial_keeps_its_zeros_and_is_sent_in_capitals()
    {
        var settings = Some.PublicKeyModeSettings();
        settings["MerchantSerialNo"] = "00ab08b07e79b8269fec3d5d3e6ab8ed163a6a38";
        var gateway = StubGateway.Saying("");
        await Some.Provider(settings, gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
        Assert.Contains("serial_no=\"00AB08B07E79B8269FEC3D5D3E6AB8ED163A6A38\"", Assert.Single(gateway.Calls).Headers["Authorization"], StringComparison.Ordinal);
    }

    /// <summary>The refusal's sentence, which must not give away any secret that was configured.</summary>
    private static string Refusal(Dictionary<string, string?> settings)
    {
        var message = Assert.Throws<ProviderSettingsException>(() => Some.Provider(settings)).Message;
        foreach (var name in new[] { "PrivateKey", "PublicKey", "ApiV3Key", "AppSecret" })
        {
            if (settings[name]?.Trim() is { Length: > 16 } value)
            {
                Assert.DoesNotContain(value[..8], message, StringComparison.Ordinal);
                Assert.DoesNotContain(value[^8..], message, StringComparison.Ordinal);
                Assert.DoesNotContain(value[(value.Length / 2)..((value.Length / 2) + 8)], message, StringComparison.Ordinal);
            }
        }

        return message;
    }
}

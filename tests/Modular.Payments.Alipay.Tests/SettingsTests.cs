using System.Security.Cryptography;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Both_modes_are_configured_without_the_network()
    {
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.AppId), Some.Provider().Account);
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.AppId), Some.Provider(Some.CertificateModeSettings()).Account);
        Assert.IsAssignableFrom<IClosingProvider>(Some.Provider());
    }

    [Theory]
    [InlineData("AppId")]
    [InlineData("SellerId")]
    [InlineData("PrivateKey")]
    [InlineData("AlipayPublicKey")]
    public void S02_a_missing_or_blank_setting_of_key_mode_is_refused_by_name(string name)
    {
        foreach (var nothing in new[] { null, "", "  \n" })
        {
            var settings = Some.KeyModeSettings();
            settings[name] = nothing;
            Assert.Contains(name, Refusal(settings), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AppId")]
    [InlineData("SellerId")]
    [InlineData("PrivateKey")]
    [InlineData("AppCertificate")]
    [InlineData("AlipayCertificate")]
    [InlineData("AlipayRootCertificate")]
    public void S02_half_a_certificate_mode_is_refused_by_name(string name)
    {
        var settings = Some.CertificateModeSettings();
        settings[name] = " ";
        Assert.StartsWith(name, Refusal(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gateway", "http://gateway.example/gateway.do", "https")]
    [InlineData("Gateway", "https://gateway.example/gateway.do?x=1", "query")]
    [InlineData("Gateway", "gateway.do", "absolute")]
    [InlineData("AppId", "my app", "digits")]
    [InlineData("SellerId", "shop@example.com", "2088")]
    [InlineData("PrivateKey", "nonsense!", "Base64")]
    [InlineData("AlipayPublicKey", "AAAA", "public key")]
    public void S02_a_wrong_setting_is_refused_with_a_remedy(string name, string value, string says)
    {
        var settings = Some.KeyModeSettings();
        settings[name] = value;
        var refusal = Refusal(settings);
        Assert.StartsWith(name, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_modes_at_once_are_refused()
    {
        var settings = Some.CertificateModeSettings();
        settings["AlipayPublicKey"] = Keys.Alipay.ExportSubjectPublicKeyInfoPem();
        Assert.StartsWith("AlipayPublicKey", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_own_public_key_in_alipays_place_is_refused()
    {
        var settings = Some.KeyModeSettings();
        settings["AlipayPublicKey"] = Convert.ToBase64String(Keys.App.ExportSubjectPublicKeyInfo());
        Assert.Contains("own", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_in_each_others_place_are_refused()
    {
        var settings = Some.CertificateModeSettings();
        settings["AlipayCertificate"] = settings["AppCertificate"];
        Assert.StartsWith("AlipayCertificate", Refusal(settings), StringComparison.Ordinal);

        settings = Some.CertificateModeSettings();
        settings["AppCertificate"] = settings["AlipayCertificate"];
        Assert.StartsWith("AppCertificate does not belong to PrivateKey", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void S07_short_keys_are_refused()
    {
        using var shortKey = RSA.Create(1024);
        var settings = Some.KeyModeSettings();
        settings["PrivateKey"] = shortKey.ExportPkcs8PrivateKeyPem();
        Assert.StartsWith("PrivateKey has 1024 bits", Refusal(settings), StringComparison.Ordinal);

        settings = Some.KeyModeSettings();
        settings["AlipayPublicKey"] = shortKey.ExportSubjectPublicKeyInfoPem();
        Assert.StartsWith("AlipayPublicKey has 1024 bits", Refusal(settings), StringComparison.Ordinal);

        using var certificate = Keys.Issue(shortKey, "CN=short", 7, Keys.Now.AddYears(-1), Keys.Now.AddYears(1));
        settings = Some.CertificateModeSettings();
        settings["AlipayCertificate"] = certificate.ExportCertificatePem();
        Assert.StartsWith("AlipayCertificate certifies a key of 1024 bits", Refusal(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AppCertificate")]
    [InlineData("AlipayCertificate")]
    public void A_certificate_that_is_not_valid_now_is_refused(string name)
    {
        var key = name == "AppCertificate" ? Keys.App : Keys.Alipay;
        using var expired = Keys.Issue(key, "CN=old", 8, Keys.Now.AddYears(-2), Keys.Now.AddSeconds(-1));
        using var early = Keys.Issue(key, "CN=young", 9, Keys.Now.AddSeconds(1), Keys.Now.AddYears(2));
        var settings = Some.CertificateModeSettings();
        settings[name] = expired.ExportCertificatePem();
        Assert.StartsWith($"{name} expired", Refusal(settings), StringComparison.Ordinal);
        settings[name] = early.ExportCertificatePem();
        Assert.StartsWith($"{name} is not valid before", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_bundle_without_rsa_is_refused_and_a_mixed_one_counts_its_rsa_members()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=curve", curve, HashAlgorithmName.SHA256);
        using var foreign = request.CreateSelfSigned(Keys.Now.AddYears(-1), Keys.Now.AddYears(1));

        var settings = Some.CertificateModeSettings();
        settings["AlipayRootCertificate"] = foreign.ExportCertificatePem();
        Assert.StartsWith("AlipayRootCertificate", Refusal(settings), StringComparison.Ordinal);

        using var second = Keys.SelfSigned(Keys.Alipay, "CN=R2, C=CN");
        var serials = CertificateSerial.OfRoots([foreign, Keys.Root, second]);
        Assert.Equal($"{CertificateSerial.Of(Keys.Root)}_{CertificateSerial.Of(second)}", serials);
    }

    [Fact]
    public async Task In_certificate_mode_a_notification_of_another_certificate_is_an_unknown_key()
    {
        var provider = Some.Provider(Some.CertificateModeSettings());
        var good = Some.Notify(Some.SignedBody(Some.Notification()));
        Assert.IsType<Verification.Verified>(await provider.VerifyNotificationAsync(good, TestContext.Current.CancellationToken));

        var other = Some.Notify(Some.SignedBody(Some.Notification(("alipay_cert_sn", new string('a', 32))), key: Keys.App));
        var refused = Assert.IsType<Verification.Refused>(await provider.VerifyNotificationAsync(other, TestContext.Current.CancellationToken));
        Assert.Equal(RefusalReason.UnknownKey, refused.Reason);
        Assert.Equal(CertificateSerial.Of(Keys.AlipayCertificate), refused.Evidence!.Key);
    }

    /// <summary>The refusal's sentence, which must not give away any value that was configured.</summary>
    private static string Refusal(Dictionary<string, string?> settings)
    {
        var message = Assert.Throws<ProviderSettingsException>(() => Some.Provider(settings)).Message;
        foreach (var value in settings.Where(s => s.Key.Contains("Key", StringComparison.Ordinal) || s.Key.Contains("Certificate", StringComparison.Ordinal)).Select(s => s.Value?.Trim()))
        {
            if (value is { Length: > 16 })
            {
                Assert.DoesNotContain(value[..8], message, StringComparison.Ordinal);
                Assert.DoesNotContain(value[^8..], message, StringComparison.Ordinal);
                Assert.DoesNotContain(value[(value.Length / 2)..((value.Length / 2) + 8)], message, StringComparison.Ordinal);
            }
        }

        return message;
    }
}

using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay;

/// <summary>The public key that Alipay's messages are verified with.</summary>
/// <param name="Key">The key; imported once and used from several threads.</param>
/// <param name="Name">What the operator knows it by: the setting, or the certificate's serial; never the key.</param>
/// <param name="CertificateSerial">In certificate mode Alipay's <c>alipay_cert_sn</c>, else null.</param>
internal sealed record AlipayTrust(RSA Key, string Name, string? CertificateSerial);

/// <summary>
/// The checked settings of one instance. <c>AppId</c>, <c>SellerId</c> and <c>PrivateKey</c> are always needed. The rest
/// decides the mode: <c>AlipayPublicKey</c> alone is key mode; <c>AppCertificate</c>, <c>AlipayCertificate</c> and
/// <c>AlipayRootCertificate</c>, all three, are certificate mode. Both together are refused rather than ranked, because the
/// one that loses would look configured and never be used.
/// </summary>
/// <param name="Gateway">Where calls go; default Alipay's own gateway.</param>
/// <param name="AppId">The application, <c>app_id</c>.</param>
/// <param name="SellerId">The account that receives the money, Alipay's 2088… number.</param>
/// <param name="PrivateKey">The application's key, at least 2048 bits.</param>
/// <param name="Trust">Whose signatures are believed.</param>
/// <param name="Certificates">The serials that go with a request in certificate mode, else null.</param>
internal sealed record AlipaySettings(
    Uri Gateway,
    string AppId,
    string SellerId,
    RSA PrivateKey,
    AlipayTrust Trust,
    CertificateSerials? Certificates)
{
    private const string DefaultGateway = "https://openapi.alipay.com/gateway.do";

    /// <summary>Reads and checks the settings; certificates must be valid at the present moment of <paramref name="time"/>.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static AlipaySettings Read(ProviderSettings settings, TimeProvider time)
    {
        var gateway = ReadGateway(settings);
        var appId = ReadAppId(settings);
        var sellerId = ReadSellerId(settings);
        var certificates = CertificateMode.IsChosen(settings);
        var privateKey = settings.PrivateKey("PrivateKey");
        if (certificates)
        {
            var (trust, serials) = CertificateMode.Read(settings, privateKey, time.GetUtcNow());
            return new AlipaySettings(gateway, appId, sellerId, privateKey, trust, serials);
        }

        return new AlipaySettings(gateway, appId, sellerId, privateKey, new AlipayTrust(ReadAlipayKey(settings, privateKey), "AlipayPublicKey", null), null);
    }

    public static Uri ReadGateway(ProviderSettings settings)
    {
        var gateway = settings.Url("Gateway", DefaultGateway);
        return gateway.Query.Length == 0 && gateway.Fragment.Length == 0
            ? gateway
            : throw new ProviderSettingsException("Gateway has a query: write the address alone, the plugin adds the parameters.");
    }

    public static string ReadAppId(ProviderSettings settings)
    {
        var appId = settings.Required("AppId");
        return appId.Length <= 32 && appId.All(char.IsAsciiLetterOrDigit)
            ? appId
            : throw new ProviderSettingsException("AppId is no application number: copy it from the open platform's console, digits only.");
    }

    public static string ReadSellerId(ProviderSettings settings)
    {
        var sellerId = settings.Required("SellerId");
        return sellerId.Length <= 28 && sellerId.All(char.IsAsciiDigit)
            ? sellerId
            : throw new ProviderSettingsException("SellerId is no account number: it is the merchant's number that begins with 2088, digits only, not the login address.");
    }

    public static RSA ReadAlipayKey(ProviderSettings settings, RSA privateKey)
    {
        var key = settings.PublicKey("AlipayPublicKey");
        ProviderSettings.RefuseOwnKey("AlipayPublicKey", key, privateKey, "the console shows Alipay's own public key beside the application's, copy that one.");
        return key;
    }
}

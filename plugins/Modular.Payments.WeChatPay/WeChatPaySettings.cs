using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay;

/// <summary>WeChat Pay's own public key, which the merchant console shows beside its id.</summary>
/// <param name="Id">The id, <c>PUB_KEY_ID_</c> and digits; compared case-sensitively.</param>
/// <param name="Key">The key; imported once and used from several threads.</param>
internal sealed record WeChatPayPublicKey(string Id, RSA Key);

/// <summary>How the shopper's browser is identified inside WeChat.</summary>
/// <param name="AppSecret">The application's secret, or null when nobody is identified here.</param>
/// <param name="AuthorizeUrl">Where the browser goes.</param>
/// <param name="TokenUrl">Where the code is exchanged.</param>
internal sealed record OAuthSettings(string? AppSecret, Uri AuthorizeUrl, Uri TokenUrl);

/// <summary>
/// The checked settings of one instance. <c>AppId</c>, <c>MchId</c>, <c>MerchantSerialNo</c>, <c>PrivateKey</c> and
/// <c>ApiV3Key</c> are always needed. <c>PublicKeyId</c> and <c>PublicKey</c> together switch on public-key mode; platform
/// certificates need no setting, they are fetched when a message names one, so both modes work at once while a merchant migrates.
/// </summary>
/// <param name="BaseUrl">Where calls go; default WeChat Pay's own host.</param>
/// <param name="AppId">The application that the merchant collects for, <c>appid</c>.</param>
/// <param name="MchId">The merchant, <c>mchid</c>.</param>
/// <param name="MerchantSerialNo">The serial of the merchant's API certificate: upper-case hex with its leading zeros, as WeChat Pay compares it.</param>
/// <param name="PrivateKey">The merchant's key, at least 2048 bits.</param>
/// <param name="ApiV3Key">The 32 bytes that notifications and certificates are encrypted with.</param>
/// <param name="PublicKey">WeChat Pay's public key, or null in certificate mode.</param>
/// <param name="OAuth">How payers are identified.</param>
internal sealed record WeChatPaySettings(
    Uri BaseUrl,
    string AppId,
    string MchId,
    string MerchantSerialNo,
    RSA PrivateKey,
    byte[] ApiV3Key,
    WeChatPayPublicKey? PublicKey,
    OAuthSettings OAuth)
{
    private const string DefaultBaseUrl = "https://api.mch.weixin.qq.com";
    private const string DefaultAuthorizeUrl = "https://open.weixin.qq.com/connect/oauth2/authorize";
    private const string DefaultTokenUrl = "https://api.weixin.qq.com/sns/oauth2/access_token";

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static WeChatPaySettings Read(ProviderSettings settings)
    {
        var baseUrl = ReadBaseUrl(settings);
        var (appId, mchId, serialNo, apiV3Key) = (ReadAppId(settings), ReadMchId(settings), ReadSerialNo(settings), ReadApiV3Key(settings));
        var privateKey = settings.PrivateKey("PrivateKey");
        return new WeChatPaySettings(
            baseUrl, appId, mchId, serialNo, privateKey, Encoding.ASCII.GetBytes(apiV3Key), ReadPublicKey(settings, privateKey), ReadOAuth(settings));
    }

    public static Uri ReadBaseUrl(ProviderSettings settings) => PlainUrl(settings, "BaseUrl", DefaultBaseUrl);

    public static string ReadAppId(ProviderSettings settings) => Checked(
        settings, "AppId", text => text.Length is >= 10 and <= 32 && text.StartsWith("wx", StringComparison.Ordinal) && text.All(char.IsAsciiLetterOrDigit),
        "is no application number: it begins with wx and has 18 letters and digits, copy it from the console.");

    public static string ReadMchId(ProviderSettings settings) => Checked(
        settings, "MchId", text => text.Length is >= 6 and <= 32 && text.All(char.IsAsciiDigit),
        "is no merchant number: it has 8 to 10 digits, copy it from the merchant console.");

    public static string ReadSerialNo(ProviderSettings settings) => Checked(
        settings, "MerchantSerialNo", text => text.Length is >= 8 and <= 40 && text.All(char.IsAsciiHexDigit),
        "is no serial number: copy the hex digits of your own API certificate's serial from the merchant console, with leading zeros and without colons.").ToUpperInvariant();

    public static string ReadApiV3Key(ProviderSettings settings) => Checked(
        settings, "ApiV3Key", text => text.Length == 32 && text.All(IsVisible),
        "is not the APIv3 key: it has exactly 32 letters and digits, set it in the merchant console and copy it here.");

    /// <summary>WeChat Pay's public key, or null in certificate mode.</summary>
    public static WeChatPayPublicKey? ReadPublicKey(ProviderSettings settings, RSA privateKey)
    {
        if (!settings.Has("PublicKeyId") && !settings.Has("PublicKey"))
        {
            return null;
        }

        if (!settings.Has("PublicKeyId") || !settings.Has("PublicKey"))
        {
            var missing = settings.Has("PublicKey") ? "PublicKeyId" : "PublicKey";
            throw new ProviderSettingsException($"{missing} is missing: public-key mode needs PublicKeyId and PublicKey together, and certificate mode needs neither.");
        }

        var id = Checked(settings, "PublicKeyId", Wire.KeySerial.IsPublicKeyId, "is no id of a public key: it is PUB_KEY_ID_ in capitals and digits, as the merchant console shows it beside the key.");
        RefuseOwnCertificate(settings, privateKey);
        var key = settings.PublicKey("PublicKey");
        ProviderSettings.RefuseOwnKey("PublicKey", key, privateKey, "the merchant console offers WeChat Pay's public key for download, use that one.");
        return new WeChatPayPublicKey(id, key);
    }

    public static OAuthSettings ReadOAuth(ProviderSettings settings) => new(
        settings.Has("AppSecret")
            ? Checked(settings, "AppSecret", text => text.Length <= 128 && text.All(IsVisible), "is no application secret: it has 32 letters and digits, copy it from the console of the official account.")
            : null,
        PlainUrl(settings, "OAuthAuthorizeUrl", DefaultAuthorizeUrl),
        PlainUrl(settings, "OAuthTokenUrl", DefaultTokenUrl));

    // The files lie side by side in the merchant's folder, so this mix-up gets a sentence of its own.
    private static void RefuseOwnCertificate(ProviderSettings settings, RSA privateKey)
    {
        X509Certificate2Collection certificates;
        try
        {
            certificates = settings.Certificates("PublicKey");
        }
        catch (ProviderSettingsException)
        {
            return;
        }

        using var key = certificates[0].GetRSAPublicKey();
        if (key is not null && key.ExportParameters(false).Modulus.AsSpan().SequenceEqual(privateKey.ExportParameters(false).Modulus))
        {
            throw new ProviderSettingsException("PublicKey is your own API certificate (apiclient_cert.pem): download WeChat Pay's public key from the merchant console, your own certificate is needed nowhere here.");
        }
    }

    private static string Checked(ProviderSettings settings, string name, Func<string, bool> isRight, string fault) =>
        settings.Required(name) is var value && isRight(value) ? value : throw new ProviderSettingsException($"{name} {fault}");

    private static Uri PlainUrl(ProviderSettings settings, string name, string defaultValue)
    {
        var url = settings.Url(name, defaultValue);
        return url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : throw new ProviderSettingsException($"{name} has a query or a fragment: write the address alone, the plugin adds what is needed.");
    }

    private static bool IsVisible(char c) => c is > ' ' and < '\u007f';
}

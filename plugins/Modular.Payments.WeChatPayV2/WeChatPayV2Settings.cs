using System.Security.Cryptography.X509Certificates;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2;

/// <summary>
/// The checked settings of one instance. <c>AppId</c>, <c>MchId</c> and <c>ApiKey</c> are always needed. A setting that is not known here
/// is left alone, so that one file may serve several plugins.
/// </summary>
/// <param name="BaseUrl">Where calls go, without a slash at the end; default WeChat Pay's own host.</param>
/// <param name="RefundBaseUrl">Where refunds are asked for over mutual TLS, without a slash at the end; <paramref name="BaseUrl"/> unless it is set, because WeChat Pay has one host for both.</param>
/// <param name="AppId">The official account, mini program or app, <c>appid</c>; it is bound to the merchant in the console.</param>
/// <param name="MchId">The merchant that receives the money, <c>mch_id</c>.</param>
/// <param name="Signer">Signs and checks with <c>ApiKey</c> in the algorithm of <c>SignType</c>.</param>
/// <param name="ApiKey">The key itself, for what is sealed with it.</param>
/// <param name="Certificate">The merchant's certificate with its key (<c>ClientCertificate</c>, <c>ClientCertificatePassword</c>); null when it is not set, and then nothing is refunded.</param>
/// <param name="AppSecret">The secret of the official account, with which a shopper's openid is asked for; null when it is not set.</param>
/// <param name="OAuthAuthorizeUrl">Where a browser inside WeChat is sent to be identified.</param>
/// <param name="OAuthTokenUrl">Where the code that it brings back is exchanged.</param>
/// <remarks>
/// <para><c>SignType</c> is <c>HMAC-SHA256</c> unless it is set. WeChat Pay's own default is MD5; both cost the merchant nothing and need no
/// change in the console, and only one of them is still held to be secure. The request names the algorithm, WeChat Pay answers and
/// notifies in it, and a message in the other one is refused. Change it while no payment is open: the notifications of
/// payments started before are refused, and the host finds those payments by asking.</para>
/// <para><c>ClientCertificate</c> is the path of <c>apiclient_cert.p12</c>, the same file as Base64, or PEM with certificate and key;
/// <c>ClientCertificatePassword</c> is the merchant's number unless it is set, as WeChat Pay makes the file. Only refunds need
/// it. Whether the server is who it says is left to the certificates that the process trusts: for a sandbox with an authority of its
/// own, that authority is added to them (<c>SSL_CERT_FILE</c>).</para>
/// </remarks>
internal sealed record WeChatPayV2Settings(
    string BaseUrl,
    string RefundBaseUrl,
    string AppId,
    string MchId,
    string ApiKey,
    MessageSigner Signer,
    X509Certificate2? Certificate,
    string? AppSecret,
    Uri OAuthAuthorizeUrl,
    Uri OAuthTokenUrl)
{
    public const string DefaultBaseUrl = "https://api.mch.weixin.qq.com";
    private const int ApiKeyLength = 32;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static WeChatPayV2Settings Read(ProviderSettings settings, DateTimeOffset now)
    {
        var (appId, mchId, apiKey) = (ReadAppId(settings), ReadMchId(settings), ReadApiKey(settings));
        var baseUrl = ReadAddress(settings, "BaseUrl", DefaultBaseUrl).AbsoluteUri.TrimEnd('/');
        return new WeChatPayV2Settings(
            baseUrl,
            ReadAddress(settings, "RefundBaseUrl", baseUrl).AbsoluteUri.TrimEnd('/'),
            appId,
            mchId,
            apiKey,
            new MessageSigner(ReadAlgorithm(settings), apiKey),
            ClientCertificate.Read(settings, mchId, now),
            ReadAppSecret(settings, apiKey),
            ReadAddress(settings, "OAuthAuthorizeUrl", "https://open.weixin.qq.com/connect/oauth2/authorize"),
            ReadAddress(settings, "OAuthTokenUrl", "https://api.weixin.qq.com/sns/oauth2/access_token"));
    }

    public static string ReadAppId(ProviderSettings settings)
    {
        var appId = settings.Required("AppId");
        return appId.Length <= 32 && appId.All(char.IsAsciiLetterOrDigit)
            ? appId
            : throw new ProviderSettingsException("AppId is no appid: copy it from the console, it begins with wx and has letters and digits only.");
    }

    public static string ReadMchId(ProviderSettings settings)
    {
        var mchId = settings.Required("MchId");
        return mchId.Length <= 32 && mchId.All(char.IsAsciiDigit)
            ? mchId
            : throw new ProviderSettingsException("MchId is no merchant number: copy it from the merchant platform's account page, digits only.");
    }

    public static Uri ReadAddress(ProviderSettings settings, string name, string standard)
    {
        var address = settings.Url(name, standard);
        return address.Query.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new ProviderSettingsException($"{name} has a query or a fragment: write the address alone, the plugin adds the rest.");
    }

    public static string ReadApiKey(ProviderSettings settings)
    {
        var key = settings.Required("ApiKey");
        if (key.Length != ApiKeyLength)
        {
            throw new ProviderSettingsException($"ApiKey has {key.Length} characters: the APIv2 key has exactly {ApiKeyLength}, set one under API security on the merchant platform and copy it whole.");
        }

        return key.All(c => c is > ' ' and < '\x7f')
            ? key
            : throw new ProviderSettingsException("ApiKey has a character that is no ASCII letter, digit or sign: copy the APIv2 key again, without spaces or line breaks.");
    }

    public static SignAlgorithm ReadAlgorithm(ProviderSettings settings) => settings.Optional("SignType") switch
    {
        null => SignAlgorithm.HmacSha256,
        { } name => SignAlgorithm.Named(name)
            ?? throw new ProviderSettingsException("SignType is neither HMAC-SHA256 nor MD5: write one of the two, or remove the setting for HMAC-SHA256."),
    };

    public static string? ReadAppSecret(ProviderSettings settings, string apiKey)
    {
        var secret = settings.Optional("AppSecret");
        if (secret is null)
        {
            return null;
        }

        if (secret.Length is < 16 or > 128 || !secret.All(char.IsAsciiLetterOrDigit))
        {
            throw new ProviderSettingsException("AppSecret is no secret of an official account: copy it from the official account's basic configuration, letters and digits only.");
        }

        return secret != apiKey
            ? secret
            : throw new ProviderSettingsException("AppSecret is the same as ApiKey: the one comes from the official account, the other from the merchant platform; copy each from its own console.");
    }
}

using System.Security.Cryptography;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.WeChat;

/// <summary>A merchant number as WeChat Pay knows it. Safe to use from many threads.</summary>
internal sealed class WeChatMerchant
{
    private const int KeyLength = 32;

    private WeChatMerchant(WeChatMerchantOptions options, RSA? requestKey, PlatformCertificates certificates, PlatformKey? publicKey)
    {
        (MchId, AppId, AppSecret, ApiV2Key, ApiV3Key) = (options.MchId, options.AppId, options.AppSecret, options.ApiKey, options.ApiV3Key);
        Name = options.Name.Length > 0 ? options.Name : options.MchId;
        (SerialNo, RequestKey, Certificates, PublicKey) = (options.MerchantSerialNo, requestKey, certificates, publicKey);
        (H5Domains, OAuthDomain, JsapiDirectories) = (Parts(options.H5Domains), options.OAuthDomain, Parts(options.JsapiDirectories));
    }

    public string MchId { get; }

    public string AppId { get; }

    public string AppSecret { get; }

    public string Name { get; }

    /// <summary>Empty where the merchant never set one.</summary>
    public string ApiV2Key { get; }

    /// <summary>Empty where the merchant never set one.</summary>
    public string ApiV3Key { get; }

    /// <summary>Of the merchant's API certificate, which requests name.</summary>
    public string SerialNo { get; }

    /// <summary>Verifies requests to API v3 and launches; null for a merchant of API v2 alone.</summary>
    public RSA? RequestKey { get; }

    /// <summary>Empty for a merchant of the public key mode.</summary>
    public PlatformCertificates Certificates { get; }

    /// <summary>The key pair of the public key mode; null for a merchant without it.</summary>
    public PlatformKey? PublicKey { get; }

    public IReadOnlyList<string> H5Domains { get; }

    public string OAuthDomain { get; }

    public IReadOnlyList<string> JsapiDirectories { get; }

    /// <summary>A key that cannot be read throws what the reader of keys throws; anything else wrong is an <see cref="InvalidOperationException"/>.</summary>
    public static WeChatMerchant Read(WeChatMerchantOptions options, KeyText keys, TimeProvider time)
    {
        if (options.MchId.Length == 0 || options.AppId.Length == 0)
        {
            throw new InvalidOperationException("A merchant of Sandbox:WeChat:Merchants lacks its MchId or AppId.");
        }

        if (options.ApiV3Key.Length is not (0 or KeyLength))
        {
            throw new InvalidOperationException($"The ApiV3Key of merchant {options.MchId} is not 32 characters long.");
        }

        var requestKey = options.MerchantPublicKey.Length > 0 ? keys.PublicKey(options.MerchantPublicKey) : null;
        var publicKey = options.PublicKeyId.Length > 0
            ? new PlatformKey(options.PublicKeyId, keys.PrivateKey(options.PublicKeyPrivateKey), null)
            : null;
        return new WeChatMerchant(options, requestKey, PlatformCertificates.Read(options, keys, time), publicKey);
    }

    /// <summary>The key that signs where the merchant has not asked for one: the newest certificate's, else the public key mode's.</summary>
    public PlatformKey? DefaultKey => Certificates.Newest ?? PublicKey;

    /// <summary>The key of this name, which is a certificate's serial number or the id of the public key.</summary>
    public PlatformKey? KeyOf(string serial) =>
        PublicKey is not null && PublicKey.Serial == serial ? PublicKey : Certificates.Find(serial);

    private static string[] Parts(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

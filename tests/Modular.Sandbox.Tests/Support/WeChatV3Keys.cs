using System.Security.Cryptography;

namespace Modular.Sandbox.Tests.Support;

/// <summary>Two merchants of API v3, made once for the whole run: one with certificates and public key, one with the latter alone.</summary>
internal static class WeChatV3Keys
{
    public const string MchId = "1900009991";
    public const string AppId = "wx00000000000000c1";
    public const string OtherMchId = "1900009992";
    public const string OtherAppId = "wx00000000000000c2";
    public const string SerialNo = "0A3DE51C7A30C1A7FA8D4A59F3ED5D9DB41A2F11";
    public const string ApiV3Key = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
    public const string PublicKeyId = "PUB_KEY_ID_0119000099912026112500000001";
    public const string OpenId = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

    public static RSA Merchant { get; } = RSA.Create(2048);

    public static RSA PublicKey { get; } = RSA.Create(2048);

    /// <summary>For <see cref="SandboxHost.StartAsync"/>.</summary>
    public static (string Key, string Value)[] With(params (string Key, string Value)[] more) =>
    [
        .. Of("c", MchId, AppId),
        .. Of("d", OtherMchId, OtherAppId),
        ("WeChat:Merchants:d:Certificates", "false"),
        .. more,
    ];

    private static (string Key, string Value)[] Of(string name, string mchId, string appId) =>
    [
        ($"WeChat:Merchants:{name}:MchId", mchId),
        ($"WeChat:Merchants:{name}:AppId", appId),
        ($"WeChat:Merchants:{name}:Name", "测试商家"),
        ($"WeChat:Merchants:{name}:ApiV3Key", ApiV3Key),
        ($"WeChat:Merchants:{name}:MerchantSerialNo", SerialNo),
        ($"WeChat:Merchants:{name}:MerchantPublicKey", Merchant.ExportSubjectPublicKeyInfoPem()),
        ($"WeChat:Merchants:{name}:PublicKeyId", PublicKeyId),
        ($"WeChat:Merchants:{name}:PublicKeyPrivateKey", PublicKey.ExportPkcs8PrivateKeyPem()),
    ];
}

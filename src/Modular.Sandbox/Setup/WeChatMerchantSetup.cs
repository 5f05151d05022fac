using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Setup;

/// <summary>Makes the test merchant of WeChat Pay, with platform certificate, public key and the keys of both APIs.</summary>
internal static class WeChatMerchantSetup
{
    public const string PublicKeyFile = "wechat-public-key-public.pem";
    public const string MerchantKeyFile = "wechat-merchant-private.pem";

    private const string MchId = "1900000001";
    private const string AppId = "wx2421000000000001";

    /// <summary>The merchant as <c>sandbox.json</c> describes it; the keys that it names are in the folder then.</summary>
    public static JsonObject Create(KeyFolder folder)
    {
        using var merchantKey = KeyPairs.Make(folder, "wechat-merchant");
        using var platformKey = KeyPairs.Make(folder, "wechat-platform");
        using var publicKey = KeyPairs.Make(folder, "wechat-public-key");
        WriteCertificate(folder, platformKey);
        return new JsonObject
        {
            ["MchId"] = MchId,
            ["AppId"] = AppId,
            ["AppSecret"] = Hex(16),
            ["Name"] = "Modular 测试商家",
            ["ApiV3Key"] = Hex(16),
            ["ApiKey"] = Hex(16),
            ["MerchantSerialNo"] = Serial(),
            ["MerchantPublicKey"] = "wechat-merchant-public.pem",
            ["PlatformPrivateKey"] = "wechat-platform-private.pem",
            ["PlatformCertificate"] = "wechat-platform.crt",
            ["PublicKeyId"] = "PUB_KEY_ID_" + Digits.Random(30),
            ["PublicKeyPrivateKey"] = "wechat-public-key-private.pem",
        };
    }

    private static void WriteCertificate(KeyFolder folder, RSA key)
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        var request = new CertificateRequest("CN=Tenpay.com Sandbox,O=Modular Sandbox,C=CN", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), from, from.AddYears(5), Convert.FromHexString(Serial()));
        folder.Write("wechat-platform.crt", certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>40 hexadecimal digits of a positive number that fills twenty bytes.</summary>
    private static string Serial() => "5" + Convert.ToHexString(RandomNumberGenerator.GetBytes(20))[1..];

    private static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}

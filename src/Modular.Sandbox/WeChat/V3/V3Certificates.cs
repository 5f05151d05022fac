using System.Text.Json.Nodes;

namespace Modular.Sandbox.WeChat.V3;

/// <summary><c>GET /v3/certificates</c>: every platform certificate that is valid, encrypted for the merchant.</summary>
internal static class V3Certificates
{
    private const string AssociatedData = "certificate";

    public static JsonObject Of(WeChatMerchant merchant)
    {
        var keys = merchant.Certificates.All;
        if (keys.Count == 0)
        {
            throw new WeChatRefusal(404, "RESOURCE_NOT_EXISTS", "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥");
        }

        if (merchant.ApiV3Key.Length == 0)
        {
            throw new WeChatRefusal(400, "INVALID_REQUEST", "INVALID_REQUEST", "商户未设置APIv3密钥");
        }

        return new JsonObject { ["data"] = new JsonArray([.. keys.Select(key => Tell(key, merchant.ApiV3Key))]) };
    }

    private static JsonObject Tell(PlatformKey key, string apiV3Key)
    {
        var (certificate, nonce) = (key.Certificate!, Digits.Token(12));
        return new JsonObject
        {
            ["serial_no"] = key.Serial,
            ["effective_time"] = Rfc3339.Text(certificate.NotBefore),
            ["expire_time"] = Rfc3339.Text(certificate.NotAfter),
            ["encrypt_certificate"] = new JsonObject
            {
                ["algorithm"] = V3Seal.Algorithm,
                ["nonce"] = nonce,
                ["associated_data"] = AssociatedData,
                ["ciphertext"] = V3Seal.Encrypt(apiV3Key, nonce, AssociatedData, certificate.ExportCertificatePem() + "\n"),
            },
        };
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Setup;

/// <summary>Makes the two test merchants of Alipay.</summary>
internal static class AlipayMerchants
{
    public const string KeyApp = "2021000000000001";
    public const string CertificateApp = "2021000000000002";
    public const string Seller = "2088000000000001";

    /// <summary>The merchants as <c>sandbox.json</c> describes them; the keys that they name are in the folder then.</summary>
    public static JsonObject Create(KeyFolder folder)
    {
        using var appKey = KeyPairs.Make(folder, "alipay-app");
        using var alipayKey = KeyPairs.Make(folder, "alipay-platform");
        using var certificateAppKey = KeyPairs.Make(folder, "alipay-certificate-app");
        using var certificateAlipayKey = KeyPairs.Make(folder, "alipay-certificate-platform");
        WriteCertificates(folder, certificateAppKey, certificateAlipayKey);
        return new JsonObject
        {
            ["key"] = new JsonObject
            {
                ["AppId"] = KeyApp,
                ["SellerId"] = Seller,
                ["Name"] = "Modular 测试商家",
                ["AppPublicKey"] = "alipay-app-public.pem",
                ["AlipayPrivateKey"] = "alipay-platform-private.pem",
            },
            ["certificate"] = new JsonObject
            {
                ["AppId"] = CertificateApp,
                ["SellerId"] = Seller,
                ["Name"] = "Modular 测试商家（证书）",
                ["AlipayPrivateKey"] = "alipay-certificate-platform-private.pem",
                ["AppCertificate"] = "alipay-app.crt",
                ["AlipayCertificate"] = "alipay-platform.crt",
                ["AlipayRootCertificate"] = "alipay-root.crt",
            },
        };
    }

    private static void WriteCertificates(KeyFolder folder, RSA appKey, RSA alipayKey)
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var rootKey = RSA.Create(2048);
        var rootRequest = Request("CN=Sandbox Root CA,OU=Modular Sandbox,O=Modular Sandbox,C=CN", rootKey);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(from, from.AddYears(20));
        using var app = Issue("CN=Sandbox App,OU=Alipay,O=Modular Sandbox,C=CN", appKey, root);
        using var alipay = Issue("CN=Sandbox Alipay,OU=Alipay,O=Modular Sandbox,C=CN", alipayKey, root);
        folder.Write("alipay-root.crt", root.ExportCertificatePem() + "\n");
        folder.Write("alipay-app.crt", app.ExportCertificatePem() + "\n");
        folder.Write("alipay-platform.crt", alipay.ExportCertificatePem() + "\n");
    }

    private static X509Certificate2 Issue(string name, RSA key, X509Certificate2 root)
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        return Request(name, key).Create(root, root.NotBefore.ToUniversalTime(), root.NotAfter.ToUniversalTime().AddDays(-1), serial);
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}

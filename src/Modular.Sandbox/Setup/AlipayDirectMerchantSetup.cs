using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Setup;

/// <summary>Makes the test merchant of Alipay's legacy gateway, with a key for MD5 and keys for RSA.</summary>
internal static class AlipayDirectMerchantSetup
{
    private const string Partner = "2088000000000002";

    /// <summary>The merchant as <c>sandbox.json</c> describes it; the keys that it names are in the folder then.</summary>
    public static JsonObject Create(KeyFolder folder)
    {
        using var merchantKey = KeyPairs.Make(folder, "alipaydirect-merchant");
        using var alipayKey = KeyPairs.Make(folder, "alipaydirect-platform");
        return new JsonObject
        {
            ["Partner"] = Partner,
            ["Name"] = "Modular 测试商家（即时到账）",
            ["Key"] = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 32),
            ["MerchantPublicKey"] = "alipaydirect-merchant-public.pem",
            ["AlipayPrivateKey"] = "alipaydirect-platform-private.pem",
        };
    }
}

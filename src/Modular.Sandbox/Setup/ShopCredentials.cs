namespace Modular.Sandbox.Setup;

/// <summary>What the shop needs to pay here, one file per configuration key.</summary>
internal static class ShopCredentials
{
    private const string Prefix = "Modular__Providers__alipay__";

    /// <summary>Returns how many files were written. What exists is kept, except an address that has moved.</summary>
    public static int Write(KeyFolder data, KeyFolder credentials, string url, bool certificates)
    {
        var values = new Dictionary<string, string>
        {
            ["Plugin"] = "Modular.Payments.Alipay",
            ["Gateway"] = $"{url}/alipay/gateway.do",
            ["AppId"] = certificates ? AlipayMerchants.CertificateApp : AlipayMerchants.KeyApp,
            ["SellerId"] = AlipayMerchants.Seller,
            ["PrivateKey"] = data.Read(certificates ? "alipay-certificate-app-private.pem" : "alipay-app-private.pem"),
        };
        if (certificates)
        {
            values["AppCertificate"] = data.Read("alipay-app.crt");
            values["AlipayCertificate"] = data.Read("alipay-platform.crt");
            values["AlipayRootCertificate"] = data.Read("alipay-root.crt");
        }
        else
        {
            values["AlipayPublicKey"] = data.Read("alipay-platform-public.pem");
        }

        var written = 0;
        foreach (var (key, value) in values)
        {
            var name = Prefix + key;
            if (!credentials.Exists(name) || (key == "Gateway" && credentials.Read(name) != value))
            {
                credentials.Write(name, value);
                written++;
            }
        }

        return written;
    }
}

namespace Modular.Sandbox.Setup;

/// <summary>What the shop needs to pay here, one file per configuration key.</summary>
internal sealed class ShopCredentials(KeyFolder data, SandboxFile sandbox, KeyFolder credentials, string url, string refundUrl)
{
    // These say where the sandbox is, and follow it when it moves.
    private static readonly string[] Addresses = ["Gateway", "BaseUrl", "RefundBaseUrl", "OAuthAuthorizeUrl", "OAuthTokenUrl"];

    /// <summary>Returns how many files were written. What exists is kept, except an address that has moved.</summary>
    /// <param name="certificates">Alipay's certificate merchant instead of the one with keys.</param>
    public int Write(bool certificates)
    {
        var written = Write("alipay", Alipay(certificates));
        written += sandbox.AlipayDirect("Partner") is null ? 0 : Write("alipaydirect", AlipayDirect());
        return sandbox.WeChat("MchId") is null ? written : written + Write("wechatpay", WeChatV3()) + Write("wechatpayv2", WeChatV2());
    }

    private int Write(string provider, Dictionary<string, string> values)
    {
        var written = 0;
        foreach (var (key, value) in values)
        {
            var name = $"Modular__Providers__{provider}__{key}";
            if (!credentials.Exists(name) || (Addresses.Contains(key) && credentials.Read(name) != value))
            {
                credentials.Write(name, value);
                written++;
            }
        }

        return written;
    }

    private Dictionary<string, string> Alipay(bool certificates)
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

        return values;
    }

    private Dictionary<string, string> AlipayDirect() => new()
    {
        ["Plugin"] = "Modular.Payments.AlipayDirect",
        ["Gateway"] = $"{url}/alipaydirect/gateway.do",
        ["Partner"] = sandbox.AlipayDirect("Partner")!,
        ["SignType"] = "MD5",
        ["Key"] = sandbox.AlipayDirect("Key") ?? throw new FormatException("sandbox.json lacks Key of the merchant of AlipayDirect. Delete the merchant, and the next run makes a new one."),
    };

    private Dictionary<string, string> WeChatV3() => new(WeChat())
    {
        ["Plugin"] = "Modular.Payments.WeChatPay",
        ["MerchantSerialNo"] = Setting("MerchantSerialNo"),
        ["PrivateKey"] = data.Read(WeChatMerchantSetup.MerchantKeyFile),
        ["ApiV3Key"] = Setting("ApiV3Key"),
        ["PublicKeyId"] = Setting("PublicKeyId"),
        ["PublicKey"] = data.Read(WeChatMerchantSetup.PublicKeyFile),
    };

    private Dictionary<string, string> WeChatV2()
    {
        var values = new Dictionary<string, string>(WeChat())
        {
            ["Plugin"] = "Modular.Payments.WeChatPayV2",
            ["ApiKey"] = Setting("ApiKey"),
            ["SignType"] = "HMAC-SHA256",
        };
        if (data.Exists(WeChatTlsSetup.MerchantFile))
        {
            values["RefundBaseUrl"] = refundUrl;
            values["ClientCertificate"] = Convert.ToBase64String(data.ReadBytes(WeChatTlsSetup.MerchantFile));
        }

        return values;
    }

    private Dictionary<string, string> WeChat() => new()
    {
        ["BaseUrl"] = url,
        ["AppId"] = Setting("AppId"),
        ["MchId"] = Setting("MchId"),
        ["AppSecret"] = Setting("AppSecret"),
        ["OAuthAuthorizeUrl"] = $"{url}/connect/oauth2/authorize",
        ["OAuthTokenUrl"] = $"{url}/sns/oauth2/access_token",
    };

    private string Setting(string name) =>
        sandbox.WeChat(name) ?? throw new FormatException($"sandbox.json lacks {name} of the WeChat merchant. Delete the merchant, and the next run makes a new one.");
}

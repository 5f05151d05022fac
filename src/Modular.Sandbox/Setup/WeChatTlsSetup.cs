using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Setup;

/// <summary>
/// Makes an authority and what it issues: the certificate of the sandbox's https address and the merchant's API certificate, for the
/// key and under the serial number that API v3 knows it by. The authority's own key is forgotten at once, so that nobody can
/// issue a certificate that a shop with this authority among its trusted ones would believe.
/// </summary>
internal static class WeChatTlsSetup
{
    /// <summary>PKCS#12 with the merchant's number as the password, as WeChat Pay hands it out.</summary>
    public const string MerchantFile = "wechat-merchant.p12";

    private const string AuthorityFile = "wechat-authority.crt";
    private const string ServerFile = "wechat-server.crt";
    private const string ServerKey = "wechat-server";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int Years = 5;

    /// <summary>The section <c>Tls</c> of <c>sandbox.json</c>; the files that it names are in the folder then.</summary>
    public static JsonObject Create(KeyFolder folder, string mchId, string serialNo)
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = Request("CN=Sandbox CA,OU=WeChat Pay,O=Modular Sandbox,C=CN", authorityKey);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddYears(Years));

        using var serverKey = KeyPairs.Make(folder, ServerKey);
        var serverRequest = Request("CN=127.0.0.1,OU=WeChat Pay,O=Modular Sandbox,C=CN", serverKey, ServerAuthentication);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        serverRequest.CertificateExtensions.Add(names.Build());
        using var server = serverRequest.Create(authority, from, from.AddYears(Years), RandomNumberGenerator.GetBytes(16));

        using var merchantKey = RSA.Create();
        merchantKey.ImportFromPem(folder.Read(WeChatMerchantSetup.MerchantKeyFile));
        using var merchant = Request($"CN={mchId},OU=Modular Sandbox,O=微信商户系统,C=CN", merchantKey, ClientAuthentication)
            .Create(authority, from, from.AddYears(Years), Convert.FromHexString(serialNo));
        using var merchantWithKey = merchant.CopyWithPrivateKey(merchantKey);

        folder.Write(AuthorityFile, authority.ExportCertificatePem() + "\n");
        folder.Write(ServerFile, server.ExportCertificatePem() + "\n");
        folder.Write(MerchantFile, merchantWithKey.Export(X509ContentType.Pkcs12, mchId));
        return new JsonObject
        {
            ["Certificate"] = ServerFile,
            ["PrivateKey"] = ServerKey + "-private.pem",
            ["Authority"] = AuthorityFile,
        };
    }

    private static CertificateRequest Request(string name, RSA key, string? purpose = null)
    {
        var request = new CertificateRequest(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        }

        return request;
    }
}

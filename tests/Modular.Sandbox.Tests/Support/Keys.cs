using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Sandbox.Tests.Support;

/// <summary>Keys of both sides, made once for the whole run.</summary>
internal static class Keys
{
    public const string AppId = "2021999900000001";
    public const string CertificateAppId = "2021999900000002";
    public const string Seller = "2088999900000001";

    public static RSA App { get; } = RSA.Create(2048);

    public static RSA Alipay { get; } = RSA.Create(2048);

    public static RSA Stranger { get; } = RSA.Create(2048);

    public static string RootCertificate { get; }

    public static string AppCertificate { get; }

    public static string AlipayCertificate { get; }

    static Keys()
    {
        using var rootKey = RSA.Create(2048);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        var request = Request("CN=Root,O=Test,C=CN", rootKey);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = request.CreateSelfSigned(from, from.AddYears(1));
        RootCertificate = root.ExportCertificatePem();
        AppCertificate = Request("CN=App,O=Test,C=CN", App).Create(root, from, from.AddDays(99), [1, 2, 3]).ExportCertificatePem();
        AlipayCertificate = Request("CN=Alipay,O=Test,C=CN", Alipay).Create(root, from, from.AddDays(99), [4, 5, 6]).ExportCertificatePem();
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.Alipay;

/// <summary>One application that may call the gateway, with the keys of both sides as Alipay holds them.</summary>
internal sealed class Merchant
{
    private Merchant(MerchantOptions options, RSA appKey, RSA alipayKey, ModeCertificates? certificates) =>
        (AppId, SellerId, Name, AppKey, AlipayKey, Certificates) =
        (options.AppId, options.SellerId, options.Name.Length > 0 ? options.Name : options.AppId, appKey, alipayKey, certificates);

    public string AppId { get; }

    public string SellerId { get; }

    public string Name { get; }

    /// <summary>Verifies what the merchant sends.</summary>
    public RSA AppKey { get; }

    /// <summary>Signs what Alipay answers and announces.</summary>
    public RSA AlipayKey { get; }

    /// <summary>Null in key mode.</summary>
    public ModeCertificates? Certificates { get; }

    public string SellerEmail => $"seller-{SellerId[^Math.Min(4, SellerId.Length)..]}@sandbox.test";

    public static Merchant Read(MerchantOptions options, KeyText keys)
    {
        if (options.AppId.Length == 0 || options.SellerId.Length == 0)
        {
            throw new InvalidOperationException("A merchant of Sandbox:Alipay:Merchants lacks its AppId or SellerId.");
        }

        var alipayKey = keys.PrivateKey(options.AlipayPrivateKey);
        if (options.AppCertificate.Length == 0)
        {
            return new Merchant(options, keys.PublicKey(options.AppPublicKey), alipayKey, null);
        }

        var app = keys.Certificates(options.AppCertificate)[0];
        var alipay = keys.Certificates(options.AlipayCertificate)[0];
        var certificates = new ModeCertificates(
            CertificateSerial.Of(app),
            CertificateSerial.Of(alipay),
            CertificateSerial.OfRoots(keys.Certificates(options.AlipayRootCertificate)),
            alipay);
        return new Merchant(options, app.GetRSAPublicKey()!, alipayKey, certificates);
    }
}

/// <summary>What certificate mode adds: the serial numbers both sides name, and Alipay's own certificate.</summary>
internal sealed record ModeCertificates(string AppSerial, string AlipaySerial, string RootSerial, X509Certificate2 Alipay);

using System.Security.Cryptography;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>One contract with the legacy gateway, with the keys of both sides as Alipay holds them.</summary>
internal sealed class DirectMerchant
{
    private DirectMerchant(DirectMerchantOptions options, RSA? merchantKey, RSA? alipayKey) =>
        (Partner, Name, Md5Key, MerchantKey, AlipayKey, IsBasic, AntiPhishing, SelfTimeout, RefundsWithoutPassword) =
        (options.Partner, options.Name.Length > 0 ? options.Name : options.Partner, options.Key.Length > 0 ? options.Key : null,
            merchantKey, alipayKey, options.Product == "basic", options.AntiPhishing, options.SelfTimeout, options.RefundsWithoutPassword);

    public string Partner { get; }

    public string Name { get; }

    /// <summary>Null where the merchant has no security key.</summary>
    public string? Md5Key { get; }

    /// <summary>Verifies what the merchant signs with RSA; null where no public key was uploaded.</summary>
    public RSA? MerchantKey { get; }

    /// <summary>Signs for merchants that use RSA; there whenever <see cref="MerchantKey"/> is.</summary>
    public RSA? AlipayKey { get; }

    /// <summary>A payment is final at once: TRADE_FINISHED instead of TRADE_SUCCESS.</summary>
    public bool IsBasic { get; }

    public bool AntiPhishing { get; }

    public bool SelfTimeout { get; }

    public bool RefundsWithoutPassword { get; }

    public string SellerEmail => $"seller-{Partner[^4..]}@sandbox.test";

    public static DirectMerchant Read(DirectMerchantOptions options, KeyText keys)
    {
        if (options.Partner.Length != 16 || !options.Partner.StartsWith("2088", StringComparison.Ordinal) || !options.Partner.All(char.IsAsciiDigit))
        {
            throw new InvalidOperationException("A merchant of Sandbox:AlipayDirect:Merchants lacks its Partner, 16 digits that begin with 2088.");
        }

        if (options.Product is not ("advanced" or "basic"))
        {
            throw new InvalidOperationException("The Product of a merchant of Sandbox:AlipayDirect:Merchants is neither advanced nor basic.");
        }

        var hasRsa = options.MerchantPublicKey.Length > 0;
        if (options.Key.Length == 0 && !hasRsa)
        {
            throw new InvalidOperationException("A merchant of Sandbox:AlipayDirect:Merchants has neither Key (MD5) nor MerchantPublicKey and AlipayPrivateKey (RSA).");
        }

        return new DirectMerchant(
            options, hasRsa ? keys.PublicKey(options.MerchantPublicKey) : null, hasRsa ? keys.PrivateKey(options.AlipayPrivateKey) : null);
    }
}

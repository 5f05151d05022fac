using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect;

/// <summary>
/// The checked settings of one instance. <c>Partner</c> is always needed; <c>SignType</c> decides about the rest: <c>MD5</c> (the default)
/// needs <c>Key</c>, <c>RSA</c> needs <c>PrivateKey</c> and <c>AlipayPublicKey</c>, and the keys of the other one are not read. A setting
/// that is not known here is left alone, so that one file may serve several plugins.
/// </summary>
/// <param name="Gateway">Where browsers and calls go; default Alipay's own gateway.</param>
/// <param name="Partner">The contract's account, <c>partner</c>: 16 digits that begin with 2088.</param>
/// <param name="SellerId">The account that receives the money, <c>seller_id</c>; default <paramref name="Partner"/>.</param>
/// <param name="Signer">Signs and checks with the keys of <c>SignType</c>.</param>
/// <param name="Charset">The charset of everything that is sent, and of what Alipay sends back: <c>InputCharset</c>, default UTF-8.</param>
/// <param name="AntiPhishing">Whether each payment fetches a key that ties it to the shopper's address; only for contracts that ask for it.</param>
/// <param name="SendTimeout">
/// Whether payments carry their time limit, <c>it_b_pay</c>; default yes. A contract without it refuses such payments
/// (<c>SELF_TIMEOUT_NOT_SUPPORT</c>); then the shop alone ends them, by closing them when the order expires.
/// </param>
/// <param name="Redirect">
/// Whether the shopper follows an address instead of posting a form. The form is the default: it has no limit of length, and keeps the
/// subject out of histories and logs. The address is for front ends that cannot post one in the right charset. One that would be longer
/// than every browser takes becomes a form all the same.
/// </param>
/// <param name="DirectRefund">
/// How money goes back, <c>Refund</c>. <c>password</c>, the default: an operator confirms each refund on Alipay's page with the payment
/// password (<c>refund_fastpay_by_platform_pwd</c>). <c>direct</c>: the shop asks by itself (<c>refund_fastpay_by_platform_nopwd</c>), for which
/// Alipay wants a contract of its own. In both Alipay says by a notification what came of it.
/// </param>
internal sealed record AlipayDirectSettings(
    Uri Gateway,
    string Partner,
    string SellerId,
    Signer Signer,
    Charset Charset,
    bool AntiPhishing,
    bool SendTimeout,
    bool Redirect,
    bool DirectRefund)
{
    private const int KeyLength = 32;

    // Alipay's own key on this gateway has 1024 bits and never changes, and it took merchants' keys of that length.
    private const int MinimumKeyBits = 1024;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static AlipayDirectSettings Read(ProviderSettings settings)
    {
        var gateway = ReadGateway(settings);
        var partner = ReadPartner(settings);
        return new AlipayDirectSettings(
            gateway,
            partner,
            ReadSeller(settings) ?? partner,
            ReadSigner(settings),
            ReadCharset(settings),
            Switch(settings, "AntiPhishing", false),
            ReadSendTimeout(settings),
            Switch(settings, "Redirect", false),
            ReadRefund(settings));
    }

    public static Uri ReadGateway(ProviderSettings settings)
    {
        var gateway = settings.Url("Gateway", "https://mapi.alipay.com/gateway.do");
        return gateway.Query.Length == 0 && gateway.Fragment.Length == 0
            ? gateway
            : throw new ProviderSettingsException("Gateway has a query or a fragment: write the address alone, the plugin adds the parameters.");
    }

    public static string ReadPartner(ProviderSettings settings) => Account("Partner", settings.Required("Partner"));

    public static string? ReadSeller(ProviderSettings settings) => settings.Optional("SellerId") is { } seller ? Account("SellerId", seller) : null;

    private static string Account(string name, string text) =>
        text.Length == 16 && text.StartsWith("2088", StringComparison.Ordinal) && text.All(char.IsAsciiDigit)
            ? text
            : throw new ProviderSettingsException($"{name} is no account number: copy the 16 digits that begin with 2088 (PID) from the merchant centre, not the login address.");

    public static Charset ReadCharset(ProviderSettings settings) => settings.Optional("InputCharset") switch
    {
        null => Charset.Utf8,
        { } name when name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) => Charset.Utf8,
        { } name when name.Equals("gbk", StringComparison.OrdinalIgnoreCase) => Charset.Gbk,
        _ => throw new ProviderSettingsException("InputCharset is neither utf-8 nor gbk: write one of the two, or remove the setting for utf-8."),
    };

    /// <summary>Whether refunds are asked for without an operator.</summary>
    public static bool ReadRefund(ProviderSettings settings) => settings.Optional("Refund") switch
    {
        null => false,
        { } text when text.Equals("password", StringComparison.OrdinalIgnoreCase) => false,
        { } text when text.Equals("direct", StringComparison.OrdinalIgnoreCase) => true,
        _ => throw new ProviderSettingsException("Refund is neither password nor direct: write direct if the contract has refunds without a password, or remove the setting."),
    };

    /// <summary>Whether payments carry their time limit.</summary>
    public static bool ReadSendTimeout(ProviderSettings settings) => Switch(settings, "SendTimeout", true);

    private static bool Switch(ProviderSettings settings, string name, bool otherwise) => settings.Optional(name) switch
    {
        null => otherwise,
        { } text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        { } text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw new ProviderSettingsException($"{name} is neither true nor false: write one of the two."),
    };

    public static Signer ReadSigner(ProviderSettings settings) => settings.Optional("SignType") switch
    {
        null => ReadMd5(settings),
        { } name when name.Equals("MD5", StringComparison.OrdinalIgnoreCase) => ReadMd5(settings),
        { } name when name.Equals("RSA", StringComparison.OrdinalIgnoreCase) => ReadRsa(settings),
        _ => throw new ProviderSettingsException("SignType is neither MD5 nor RSA: write the one that is switched on in the merchant centre; DSA is not served."),
    };

    private static Md5Signer ReadMd5(ProviderSettings settings)
    {
        var key = settings.Required("Key");
        if (key.Length != KeyLength)
        {
            throw new ProviderSettingsException($"Key has {key.Length} characters: the security key (安全校验码) has exactly {KeyLength}, copy it whole from the merchant centre.");
        }

        return key.All(char.IsAsciiLetterOrDigit)
            ? new Md5Signer(Encoding.ASCII.GetBytes(key))
            : throw new ProviderSettingsException("Key has a character that is no ASCII letter or digit: copy the security key (安全校验码) again, without spaces or line breaks.");
    }

    private static RsaSigner ReadRsa(ProviderSettings settings)
    {
        var privateKey = settings.PrivateKey("PrivateKey", MinimumKeyBits);
        var alipayKey = settings.PublicKey("AlipayPublicKey", MinimumKeyBits);
        ProviderSettings.RefuseOwnKey("AlipayPublicKey", alipayKey, privateKey, "copy Alipay's own public key, which the merchant centre shows for the legacy gateway.");
        var signer = new RsaSigner(privateKey, alipayKey);
        try
        {
            // Some systems forbid SHA-1 altogether; better known now than at the first payment.
            _ = signer.IsAuthentic("a"u8, Encoding.ASCII.GetBytes(signer.Sign("a"u8)));
            return signer;
        }
        catch (CryptographicException e)
        {
            throw new ProviderSettingsException("SignType is RSA, which signs with SHA-1 on this gateway, and this machine refuses SHA-1: use MD5, or permit SHA-1 signatures in the system's cryptographic policy.", e);
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Signs requests and launches with the merchant's key: SHA-256 with RSA, PKCS#1 v1.5.</summary>
internal sealed class MerchantSigner(WeChatPaySettings settings, TimeProvider time)
{
    private const string NonceLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int NonceLength = 32;

    /// <summary>The value of <c>Authorization</c>. <paramref name="pathAndQuery"/> and <paramref name="body"/> are exactly what goes out.</summary>
    public string Authorization(string method, string pathAndQuery, ReadOnlySpan<byte> body)
    {
        var (timestamp, nonce) = Moment();
        using var canonical = CanonicalText.OfRequest(method, pathAndQuery, timestamp, nonce, body);
        return $"{SignatureCheck.Algorithm} mchid=\"{settings.MchId}\",nonce_str=\"{nonce}\",signature=\"{Sign(canonical)}\",timestamp=\"{timestamp}\",serial_no=\"{settings.MerchantSerialNo}\"";
    }

    /// <summary>Signs what opens WeChat's cashier on the shopper's device.</summary>
    public (string Timestamp, string Nonce, string Signature) SignLaunch(string package)
    {
        var (timestamp, nonce) = Moment();
        using var canonical = CanonicalText.OfLaunch(settings.AppId, timestamp, nonce, package);
        return (timestamp, nonce, Sign(canonical));
    }

    private (string Timestamp, string Nonce) Moment() =>
        (time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), RandomNumberGenerator.GetString(NonceLetters, NonceLength));

    private string Sign(in CanonicalText canonical)
    {
        Span<byte> signature = stackalloc byte[settings.PrivateKey.KeySize / 8];
        var length = settings.PrivateKey.SignData(canonical.Bytes, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return Convert.ToBase64String(signature[..length]);
    }
}

using System.Security.Cryptography;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Where a message comes from that names a key.</summary>
internal enum MessageOrigin
{
    /// <summary>It was sent to us, by whomever.</summary>
    Notification,

    /// <summary>It answers a call of ours, over a connection that we opened to WeChat Pay.</summary>
    Answer,
}

/// <summary>What came of looking for the key that a serial names. The hierarchy is closed.</summary>
internal abstract record KeyLookup
{
    private KeyLookup()
    {
    }

    /// <summary>The key may be believed now.</summary>
    internal sealed record Found(RSA Key) : KeyLookup;

    /// <summary>There is no such key.</summary>
    internal sealed record Unknown(string Detail) : KeyLookup;

    /// <summary>Whether there is such a key could not be found out.</summary>
    internal sealed record Unreachable(string Detail) : KeyLookup;
}

/// <summary>
/// WeChat Pay's keys by the serial that a message names: the configured public key and the platform certificates, both at
/// once, because during a migration WeChat Pay signs with either.
/// </summary>
internal sealed class TrustedKeys(WeChatPayPublicKey? publicKey, PlatformCertificates certificates)
{
    private readonly KeyLookup.Found? configured = publicKey is null ? null : new KeyLookup.Found(publicKey.Key);

    public ValueTask<KeyLookup> FindAsync(string serial, MessageOrigin origin, CancellationToken cancellationToken)
    {
        if (publicKey is not null && serial == publicKey.Id)
        {
            return ValueTask.FromResult<KeyLookup>(configured!);
        }

        if (KeySerial.IsPublicKeyId(serial))
        {
            return Unknown(publicKey is null
                ? $"The message was signed with WeChat Pay's public key {serial}: set PublicKeyId and PublicKey from the merchant console."
                : $"The message was signed with WeChat Pay's public key {serial}, configured is {publicKey.Id}: copy PublicKeyId and PublicKey from the merchant console again.");
        }

        return KeySerial.IsCertificate(serial)
            ? certificates.FindAsync(serial, origin, cancellationToken)
            : Unknown("The message's Wechatpay-Serial is neither the serial of a certificate nor the id of a public key.");
    }

    private static ValueTask<KeyLookup> Unknown(string detail) => ValueTask.FromResult<KeyLookup>(new KeyLookup.Unknown(detail));
}

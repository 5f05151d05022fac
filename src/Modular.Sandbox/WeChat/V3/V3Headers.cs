using System.Globalization;
using System.Text;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>The headers by which WeChat Pay signs an answer or a notification: RSA over timestamp, nonce and body.</summary>
internal static class V3Headers
{
    public const string SignatureType = "WECHATPAY2-SHA256-RSA2048";
    public const string Serial = "Wechatpay-Serial";
    public const string Signature = "Wechatpay-Signature";
    public const string Type = "Wechatpay-Signature-Type";

    /// <param name="signer">Whose signature it shall be; the serial number is that of <paramref name="key"/> all the same.</param>
    public static Dictionary<string, string> Sign(PlatformKey key, PlatformKey signer, string body, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Digits.Token(32);
        return new(StringComparer.Ordinal)
        {
            ["Wechatpay-Timestamp"] = timestamp,
            ["Wechatpay-Nonce"] = nonce,
            [Serial] = key.Serial,
            [Type] = SignatureType,
            [Signature] = signer.Sign(Encoding.UTF8.GetBytes($"{timestamp}\n{nonce}\n{body}\n")),
        };
    }
}

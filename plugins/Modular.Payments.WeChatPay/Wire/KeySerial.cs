namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// What <c>Wechatpay-Serial</c> may say. Anything else is refused before it is looked up anywhere, and what is looked up is
/// only ever a key of a dictionary.
/// </summary>
internal static class KeySerial
{
    private const string PublicKeyPrefix = "PUB_KEY_ID_";

    /// <summary>The id of WeChat Pay's public key: the prefix in capitals, then digits.</summary>
    public static bool IsPublicKeyId(string serial) =>
        serial.Length is > 11 and <= 64 && serial.StartsWith(PublicKeyPrefix, StringComparison.Ordinal)
        && !serial.AsSpan(PublicKeyPrefix.Length).ContainsAnyExceptInRange('0', '9');

    /// <summary>The serial of a platform certificate: 8 to 40 hex digits.</summary>
    public static bool IsCertificate(string serial) => serial.Length is >= 8 and <= 40 && serial.All(char.IsAsciiHexDigit);

    /// <summary>One spelling for serials that differ in case or in leading zeros, which some tools drop.</summary>
    public static string Normal(string serial) => serial.TrimStart('0').ToUpperInvariant();
}

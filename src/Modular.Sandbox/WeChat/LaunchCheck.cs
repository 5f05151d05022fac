using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox.WeChat;

/// <summary>What WeChat says instead of opening the cashier.</summary>
internal sealed class LaunchRefusal(string message) : Exception(message);

/// <summary>
/// Checks the parameters with which a page (JSAPI) or an app (APP) opens the cashier, and finds the order. They are signed by
/// the rules of the API that made the order: RSA over four lines for v3, the key of the merchant for v2.
/// </summary>
internal sealed class LaunchCheck(WeChatMerchants merchants, TimeProvider time)
{
    private const string PrepayPrefix = "prepay_id=";

    private static readonly string[] JsapiNames = ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"];
    private static readonly string[] AppNames = ["appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"];

    /// <summary>The parameters of <c>getBrandWCPayRequest</c>; anything wrong is a <see cref="LaunchRefusal"/>.</summary>
    public (WeChatTrade Trade, PrepaySession Session) Jsapi(WeChatLedger ledger, IReadOnlyDictionary<string, string> parameters)
    {
        RequireAll(parameters, JsapiNames);
        var package = parameters["package"];
        if (!package.StartsWith(PrepayPrefix, StringComparison.Ordinal))
        {
            throw new LaunchRefusal("支付参数package格式错误，应为prepay_id=***");
        }

        var found = Find(ledger, package[PrepayPrefix.Length..], WeChatProduct.Jsapi, parameters["appId"], parameters["timeStamp"]);
        var signType = parameters["signType"];
        if (signType != (found.Trade.Api == WeChatApi.V3 ? "RSA" : found.Trade.SignType))
        {
            throw new LaunchRefusal("支付参数signType与下单时不一致");
        }

        var lines = new[] { parameters["appId"], parameters["timeStamp"], parameters["nonceStr"], package };
        return Verified(found, lines, parameters.Where(parameter => parameter.Key is "appId" or "timeStamp" or "nonceStr" or "package" or "signType"), parameters["paySign"]);
    }

    /// <summary>The parameters of an app's <c>PayReq</c>; anything wrong is a <see cref="LaunchRefusal"/>.</summary>
    public (WeChatTrade Trade, PrepaySession Session) App(WeChatLedger ledger, IReadOnlyDictionary<string, string> parameters)
    {
        RequireAll(parameters, AppNames);
        if (parameters["package"] != "Sign=WXPay")
        {
            throw new LaunchRefusal("支付参数package格式错误，应为Sign=WXPay");
        }

        var found = Find(ledger, parameters["prepayid"], WeChatProduct.App, parameters["appid"], parameters["timestamp"]);
        if (parameters["partnerid"] != found.Trade.MchId)
        {
            throw new LaunchRefusal("支付参数partnerid与下单商户不一致");
        }

        var lines = new[] { parameters["appid"], parameters["timestamp"], parameters["noncestr"], parameters["prepayid"] };
        return Verified(found, lines, parameters.Where(parameter => parameter.Key != "sign" && AppNames.Contains(parameter.Key)), parameters["sign"]);
    }

    private static void RequireAll(IReadOnlyDictionary<string, string> parameters, string[] names)
    {
        if (names.FirstOrDefault(name => string.IsNullOrEmpty(parameters.GetValueOrDefault(name))) is { } missing)
        {
            throw new LaunchRefusal($"调用支付JSAPI缺少参数：{missing}");
        }
    }

    private (WeChatTrade Trade, PrepaySession Session) Find(WeChatLedger ledger, string prepayId, string product, string appId, string seconds)
    {
        // Milliseconds are the classic mistake: thirteen digits.
        if (seconds.Length != 10 || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw new LaunchRefusal("支付参数timeStamp应为以秒为单位的字符串");
        }

        if (ledger.BySession(prepayId) is not { } found || found.Session.PrepayId != prepayId || found.Trade.Product != product)
        {
            throw new LaunchRefusal("支付参数prepay_id无效");
        }

        if (found.Trade.AppId != appId)
        {
            throw new LaunchRefusal("支付参数appid与下单时不一致");
        }

        return found.Session.IsOver(time.GetUtcNow()) ? throw new LaunchRefusal("prepay_id已过期，请重新下单") : found;
    }

    private (WeChatTrade Trade, PrepaySession Session) Verified(
        (WeChatTrade Trade, PrepaySession Session) found, string[] lines, IEnumerable<KeyValuePair<string, string>> fields, string sign)
    {
        var merchant = merchants.Of(found.Trade);
        var isRight = found.Trade.Api == WeChatApi.V3
            ? IsRsa(merchant, string.Concat(lines.Select(line => line + "\n")), sign)
            : CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(V2Signature.Sign(fields, merchant.ApiV2Key, found.Trade.SignType)), Encoding.UTF8.GetBytes(sign));
        return isRight ? found : throw new LaunchRefusal("支付验证签名失败");
    }

    private static bool IsRsa(WeChatMerchant merchant, string text, string sign)
    {
        var signature = new byte[sign.Length];
        return merchant.RequestKey is not null
            && Convert.TryFromBase64String(sign, signature, out var length)
            && merchant.RequestKey.VerifyData(Encoding.UTF8.GetBytes(text), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

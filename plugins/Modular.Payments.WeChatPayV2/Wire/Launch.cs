using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Makes what the shopper's browser or app does with an order. Launches are signed for the present moment and need no network.</summary>
internal sealed class Launch(WeChatPayV2Settings settings, TimeProvider time)
{
    public PaymentAction Of(Prepaid order, StartRequest request) =>
        order.Type == TradeType.Native ? new PaymentAction.QrCode(order.Value)
        : order.Type == TradeType.Mweb ? new PaymentAction.Redirect(Cashier(order.Value, request))
        : order.Type == TradeType.Jsapi ? new PaymentAction.Invoke("wechat-jsapi", InPage(order.Value))
        : new PaymentAction.Invoke("wechat-app", InApp(order.Value));

    private static Uri Cashier(string mwebUrl, StartRequest request) =>
        new($"{mwebUrl}{(mwebUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}redirect_url={Uri.EscapeDataString(ReturnLink.Of(request))}");

    /// <summary>The parameters of <c>getBrandWCPayRequest</c>. Their names are spelled otherwise than those of the app, and the spelling is signed.</summary>
    private Dictionary<string, string> InPage(string prepayId) => Sign(
        "paySign",
        ("appId", settings.AppId),
        ("timeStamp", Timestamp()),
        ("nonceStr", Gateway.Nonce()),
        ("package", $"prepay_id={prepayId}"),
        ("signType", settings.Signer.Algorithm.Name));

    /// <summary>The parameters of the app SDK's <c>PayReq</c>; the algorithm is that of the order and is not named.</summary>
    private Dictionary<string, string> InApp(string prepayId) => Sign(
        "sign",
        ("appid", settings.AppId),
        ("partnerid", settings.MchId),
        ("prepayid", prepayId),
        ("package", "Sign=WXPay"),
        ("noncestr", Gateway.Nonce()),
        ("timestamp", Timestamp()));

    private Dictionary<string, string> Sign(string signature, params (string Name, string? Value)[] parameters)
    {
        var signed = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value!, StringComparer.Ordinal);
        signed[signature] = settings.Signer.Sign(MessageFields.ToSend(parameters));
        return signed;
    }

    // Seconds, as a text: iOS refuses a number.
    private string Timestamp() => time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}

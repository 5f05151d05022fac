using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Makes of what WeChat Pay prepared the action that the shopper's browser or app takes. No network.</summary>
internal sealed class Launcher(WeChatPaySettings settings, MerchantSigner signer)
{
    public StartAnswer.Started Launch(StartRequest request, WeChatProduct product, Prepared prepared)
    {
        PaymentAction action =
            product == WeChatProduct.Native ? new PaymentAction.QrCode(prepared.Value)
            : product == WeChatProduct.H5 ? new PaymentAction.Redirect(ReturnAddress.Append(prepared.Value, request))
            : product == WeChatProduct.Jsapi ? Bridge(prepared.Value)
            : Application(prepared.Value);
        return new StartAnswer.Started(action, prepared.Write(product));
    }

    /// <summary>What <c>WeixinJSBridge</c> takes. The sign type itself is not signed, and <c>timeStamp</c> must be text.</summary>
    private PaymentAction.Invoke Bridge(string prepayId)
    {
        var package = $"prepay_id={prepayId}";
        var (timestamp, nonce, signature) = signer.SignLaunch(package);
        return new PaymentAction.Invoke("wechat-jsapi", new Dictionary<string, string>
        {
            ["appId"] = settings.AppId,
            ["timeStamp"] = timestamp,
            ["nonceStr"] = nonce,
            ["package"] = package,
            ["signType"] = "RSA",
            ["paySign"] = signature,
        });
    }

    /// <summary>What WeChat's SDK for apps takes; here the bare prepay id is signed, and the names are in lower case.</summary>
    private PaymentAction.Invoke Application(string prepayId)
    {
        var (timestamp, nonce, signature) = signer.SignLaunch(prepayId);
        return new PaymentAction.Invoke("wechat-app", new Dictionary<string, string>
        {
            ["appid"] = settings.AppId,
            ["partnerid"] = settings.MchId,
            ["prepayid"] = prepayId,
            ["package"] = "Sign=WXPay",
            ["noncestr"] = nonce,
            ["timestamp"] = timestamp,
            ["sign"] = signature,
        });
    }
}

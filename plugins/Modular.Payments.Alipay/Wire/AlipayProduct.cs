using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>One of Alipay's ways to pay.</summary>
/// <param name="Method">The API method.</param>
/// <param name="Code">The <c>product_code</c>.</param>
/// <param name="TakesSeller">Whether the method takes <c>seller_id</c>, with which Alipay itself refuses a wrong account.</param>
/// <param name="TakesQuitUrl">Whether the method takes <c>quit_url</c>.</param>
internal sealed record AlipayProduct(string Method, string Code, bool TakesSeller, bool TakesQuitUrl)
{
    public static readonly AlipayProduct Page = new("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY", false, false);
    public static readonly AlipayProduct Wap = new("alipay.trade.wap.pay", "QUICK_WAP_WAY", true, true);
    public static readonly AlipayProduct Precreate = new("alipay.trade.precreate", "FACE_TO_FACE_PAYMENT", true, false);
    public static readonly AlipayProduct App = new("alipay.trade.app.pay", "QUICK_MSECURITY_PAY", true, false);

    /// <summary>The product of a scene; null when Alipay has none for it.</summary>
    public static AlipayProduct? Of(PaymentScene scene) => scene switch
    {
        PaymentScene.Pc => Page,
        PaymentScene.Mobile => Wap,
        PaymentScene.Qr => Precreate,
        PaymentScene.App => App,
        _ => null,
    };
}

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The cashier does not open, for a reason of its own.</summary>
/// <param name="reason">What the shopper reads.</param>
/// <param name="hint">For the person who has to repair it.</param>
internal sealed class CashierRefusal(string reason, string hint) : Exception(reason)
{
    public string Hint => hint;

    public static CashierRefusal Unknown() => new("订单不存在", "The sandbox has given out no such code or link.");

    public static CashierRefusal Replaced() => new("二维码已失效，请刷新后重新扫码", "The order was placed again, and its older code is dead.");

    public static CashierRefusal Expired() => new("二维码已过期，请刷新后重新扫码", "The code has outlived its time.");

    public static CashierRefusal PageNotRegistered() =>
        new("当前页面的URL未注册", "The page is in none of the directories that the merchant registered for JSAPI; they are compared with upper and lower case.");
}

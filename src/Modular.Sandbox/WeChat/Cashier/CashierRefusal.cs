namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The cashier does not let the shopper pay.</summary>
internal sealed class CashierRefusal(string reason, string hint) : Exception(reason)
{
    /// <summary>For the person who has to repair it.</summary>
    public string Hint => hint;

    public static CashierRefusal Unknown() => new("订单不存在", "The sandbox has given out no such prepay session or code.");

    public static CashierRefusal Replaced() => new("二维码已失效，请刷新后重新扫码", "The order was placed again, and its older code is dead.");

    public static CashierRefusal Expired() => new("订单已过期，请重新下单", "The prepay session is two hours old, or the order's own time is over.");

    public static CashierRefusal Closed() => new("订单已关闭，请重新下单", "The merchant closed this order.");

    public static CashierRefusal Paid() => new("该订单已支付，请勿重复支付", "This order is paid.");

    public static CashierRefusal OtherShopper() => new("该订单已由其他微信用户打开", "Whoever opened the order first is the only one who can pay it.");
}

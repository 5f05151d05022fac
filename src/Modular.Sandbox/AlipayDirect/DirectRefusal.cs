namespace Modular.Sandbox.AlipayDirect;

/// <summary>
/// The gateway says no. An exception, because a refusal leaves whatever depth finds it and always becomes the same thing:
/// a code, as XML or, where a browser asked, as a page with an explanation.
/// </summary>
internal sealed class DirectRefusal(string code, string reason) : Exception
{
    public string Code => code;

    /// <summary>For a person, in Chinese as the gateway explains itself. Answers in XML have no room for it.</summary>
    public string Reason => reason;

    public static DirectRefusal Argument(string parameter) => new("ILLEGAL_ARGUMENT", $"参数不正确：{parameter}");

    public static DirectRefusal NoSuchTrade() => new("TRADE_NOT_EXIST", "交易不存在");

    public static DirectRefusal NotPayable() => new("TRADE_NOT_ALLOWED_PAY", "交易不允许支付");

    /// <summary>The gateway's own spelling.</summary>
    public static DirectRefusal WrongState() => new("TRADE_STATUS_NOT_AVAILD", "交易状态不合法");

    public static DirectRefusal Unavailable() => new("SYSTEM_ERROR", "系统繁忙，请稍后再试");
}

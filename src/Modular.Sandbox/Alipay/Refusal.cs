namespace Modular.Sandbox.Alipay;

/// <summary>
/// The gateway says no. An exception, because a refusal leaves whatever depth finds it and always becomes the same thing:
/// a code with its message, as JSON or, where a browser asked, as a page.
/// </summary>
internal sealed class Refusal(string code, string message, string subCode, string subMessage) : Exception
{
    public string Code => code;

    public string CodeMessage => message;

    public string SubCode => subCode;

    public string SubMessage => subMessage;

    public static Refusal Missing(string what, string subMessage) =>
        new("40001", "Missing Required Arguments", $"isv.missing-{what}", subMessage);

    public static Refusal Invalid(string what, string subMessage) =>
        new("40002", "Invalid Arguments", $"isv.invalid-{what}", subMessage);

    public static Refusal Business(string subCode, string subMessage) => new("40004", "Business Failed", subCode, subMessage);

    public static Refusal Parameter(string subMessage) => Business("ACQ.INVALID_PARAMETER", subMessage);

    public static Refusal NoSuchTrade() => Business("ACQ.TRADE_NOT_EXIST", "交易不存在");

    public static Refusal Unavailable() =>
        new("20000", "Service Currently Unavailable", "isp.unknow-error", "系统繁忙");
}

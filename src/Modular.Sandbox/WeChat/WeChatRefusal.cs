namespace Modular.Sandbox.WeChat;

/// <summary>
/// WeChat Pay says no. An exception, because a refusal leaves whatever depth finds it; API v3 tells it by a status and a code,
/// API v2 by an err_code, a page by the sentence alone.
/// </summary>
internal sealed class WeChatRefusal(int status, string code, string v2Code, string message) : Exception(message)
{
    /// <summary>The HTTP status of API v3.</summary>
    public int Status => status;

    /// <summary>The code of API v3.</summary>
    public string Code => code;

    /// <summary>The err_code of API v2.</summary>
    public string V2Code => v2Code;

    /// <summary>Which field of a v3 request it is about.</summary>
    public RefusalDetail? Detail { get; init; }

    public static WeChatRefusal Paid(string v3Code) => new(400, v3Code, "ORDERPAID", "该订单已支付");

    public static WeChatRefusal Closed() => new(400, "ORDER_CLOSED", "ORDERCLOSED", "该订单已关闭");

    /// <summary>The number belongs to an order of other terms.</summary>
    public static WeChatRefusal Reused(string v3Code) => v3Code == "INVALID_REQUEST"
        ? new(400, v3Code, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        : new(403, v3Code, "OUT_TRADE_NO_USED", "201 商户订单号重复");

    public static WeChatRefusal NoSuchOrder() => new(404, "ORDER_NOT_EXIST", "ORDERNOTEXIST", "订单不存在");

    /// <summary>There is no such trade, or nobody has paid it.</summary>
    public static WeChatRefusal NothingToRefund() => new(404, "RESOURCE_NOT_EXISTS", "ORDERNOTEXIST", "订单不存在或未支付，请检查后再试");

    public static WeChatRefusal NoSuchRefund() => new(404, "RESOURCE_NOT_EXISTS", "REFUNDNOTEXIST", "退款单不存在");

    /// <summary>The number belongs to a refund of other terms.</summary>
    public static WeChatRefusal OtherRefund(bool otherAmount) => otherAmount
        ? Refund("REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致，请核实后再试")
        : Refund("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");

    /// <summary>A refund against a rule. API v3 has one code for all of them.</summary>
    public static WeChatRefusal Refund(string v2Code, string message) => new(400, "INVALID_REQUEST", v2Code, message);

    /// <summary>The day has no transactions.</summary>
    public static WeChatRefusal NoBill() => new(400, "NO_STATEMENT_EXIST", "No Bill Exist", "请求的账单文件不存在");

    public static WeChatRefusal BillInTheMaking() => new(400, "STATEMENT_CREATING", "bill generating", "账单文件正在生成中，请稍后再试");

    /// <summary>Somebody else has opened the order, or it names somebody else.</summary>
    public static WeChatRefusal OtherPayer() => new(400, "INVALID_REQUEST", "INVALID_REQUEST", "当前支付账号与下单账号不一致，请核实后再支付");

    /// <param name="field">A JSON pointer below <c>/body</c>, or the name of a parameter.</param>
    public static WeChatRefusal Parameter(string field, string? value, string issue, string message, string location = "body") =>
        new(400, "PARAM_ERROR", "PARAM_ERROR", message) { Detail = new RefusalDetail(field, value, issue, location) };

    public static WeChatRefusal Signature(string message) => new(401, "SIGN_ERROR", "SIGNERROR", message);

    public static WeChatRefusal Unavailable() => new(500, "SYSTEM_ERROR", "SYSTEMERROR", "系统异常，请稍后重试");
}

/// <param name="Location">body, url or query.</param>
internal sealed record RefusalDetail(string Field, string? Value, string Issue, string Location);

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>
/// The conditions under which a browser is let through <c>checkmweb</c>, with the sentences that the real page shows. What is
/// wrong is a <see cref="CashierRefusal"/>.
/// </summary>
internal static class H5Gate
{
    /// <param name="domains">The hosts that the merchant registered for H5.</param>
    public static void Check(HttpRequest request, IReadOnlyList<string> domains)
    {
        if (UserAgent.IsWeChat(request))
        {
            throw new CashierRefusal("请在微信外打开订单，进行支付", "Inside WeChat the shop must use JSAPI.");
        }

        var referer = request.Headers.Referer.ToString();
        if (referer.Length == 0)
        {
            throw new CashierRefusal("商家参数格式有误，请联系商家解决", "No Referer: the link must be followed from a page of the shop.");
        }

        if (!IsRegistered(referer, domains))
        {
            throw new CashierRefusal("商家存在未配置的参数，请联系商家解决", "The page before is on a host that is no registered H5 domain of the merchant.");
        }

        if (RedirectUrl(request) is { Length: > 0 } redirect && !IsRegistered(redirect, domains))
        {
            throw Foreign(request);
        }
    }

    public static void CheckTime(PrepaySession session, DateTimeOffset now)
    {
        if (session.IsOver(now))
        {
            throw new CashierRefusal("支付请求已失效，请重新发起支付", "The link is good for a few minutes after the order was placed.");
        }
    }

    public static void CheckClient(HttpRequest request, WeChatTrade trade)
    {
        if (request.HttpContext.Connection.RemoteIpAddress?.MapToIPv4().ToString() != trade.ClientIp)
        {
            throw new CashierRefusal("由于商家传入的H5交易参数有误，请联系商家解决", "The order names another client address than this browser comes from.");
        }
    }

    /// <summary>Another shopper than the first, or a redirect_url to a stranger's host. The two systems word it differently.</summary>
    public static CashierRefusal Foreign(HttpRequest request) => new(
        UserAgent.IsApple(request) ? "签名验证失败" : "系统繁忙，请稍后再试",
        "The order was opened by another shopper, or redirect_url leads to a host that is no registered H5 domain.");

    public static string RedirectUrl(HttpRequest request) => request.Query["redirect_url"].ToString();

    /// <summary>Whether an address is on a registered host, whatever its port.</summary>
    public static bool IsRegistered(string address, IReadOnlyList<string> domains) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
        && domains.Contains(uri.Host, StringComparer.OrdinalIgnoreCase);
}

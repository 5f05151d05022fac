namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>A refusal of the H5 gate: what it says, and what to do about it.</summary>
internal sealed record GateRefusal(string Reason, string Hint);

/// <summary>
/// The conditions under which a browser is let through <c>checkmweb</c>, with the sentences that the real page shows.
/// </summary>
internal static class H5Gate
{
    public static readonly GateRefusal Expired = new("支付请求已失效，请重新发起支付", "The link is good for five minutes after the order was placed.");

    public static readonly GateRefusal WrongIp = new(
        "由于商家传入的H5交易参数有误，请联系商家解决", "The client address of the order is not the address that this browser comes from.");

    public static GateRefusal? Check(HttpRequest request, IReadOnlyCollection<string> domains)
    {
        if (UserAgent.IsWeChat(request))
        {
            return new("请在微信外打开订单，进行支付", "Inside WeChat the shop must use JSAPI.");
        }

        var referer = request.Headers.Referer.ToString();
        if (referer.Length == 0)
        {
            return new("商家参数格式有误，请联系商家解决", "No Referer: the link must be followed from a page of the shop.");
        }

        if (HostOf(referer) is not { } host || !IsRegistered(host, domains))
        {
            return new("商家存在未配置的参数，请联系商家解决", "The page before is on a host that is no registered H5 domain of the merchant.");
        }

        var redirect = request.Query["redirect_url"].ToString();
        return redirect.Length == 0 || (HostOf(redirect) is { } target && IsRegistered(target, domains)) ? null : Foreign(request);
    }

    /// <summary>Another shopper than the first, or a redirect_url to somebody else's host; the two systems word it differently.</summary>
    public static GateRefusal Foreign(HttpRequest request) => new(
        UserAgent.IsApple(request) ? "签名验证失败" : "系统繁忙，请稍后再试",
        "The order was opened by another shopper, or redirect_url leads to a host that is no registered H5 domain.");

    public static string? HostOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 ? uri.Host : null;

    public static bool IsRegistered(string host, IReadOnlyCollection<string> domains) => domains.Contains(host, StringComparer.OrdinalIgnoreCase);
}

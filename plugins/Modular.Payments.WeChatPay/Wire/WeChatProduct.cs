using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>One of WeChat Pay's ways to pay.</summary>
/// <param name="Name">The last part of the path.</param>
/// <param name="Answer">The member of the answer that holds what the shopper pays with.</param>
/// <param name="Life">How long that lives at WeChat Pay, whatever the order's own expiry is.</param>
internal sealed record WeChatProduct(string Name, string Answer, TimeSpan Life)
{
    public static readonly WeChatProduct Native = new("native", "code_url", TimeSpan.FromHours(2));
    public static readonly WeChatProduct Jsapi = new("jsapi", "prepay_id", TimeSpan.FromHours(2));
    public static readonly WeChatProduct H5 = new("h5", "h5_url", TimeSpan.FromMinutes(5));
    public static readonly WeChatProduct App = new("app", "prepay_id", TimeSpan.FromHours(2));

    public string Path => $"/v3/pay/transactions/{Name}";

    /// <summary>The product of a scene; null when WeChat Pay has none for it.</summary>
    public static WeChatProduct? Of(PaymentScene scene) => scene switch
    {
        PaymentScene.Qr => Native,
        PaymentScene.Wechat => Jsapi,
        PaymentScene.Mobile => H5,
        PaymentScene.App => App,
        _ => null,
    };

    /// <summary>
    /// Whether <paramref name="value"/> can be what WeChat Pay answered: visible ASCII of bounded length, and for H5 an address
    /// that a browser may be sent to. Plain http is for loopback, where a sandbox listens.
    /// </summary>
    public bool Takes(string? value) =>
        value is { Length: > 0 and <= 900 } && value.All(c => c is > ' ' and < '\u007f')
        && (this == H5 ? IsCashier(value) : this == Native || value.Length <= 128);

    private static bool IsCashier(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Fragment.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}

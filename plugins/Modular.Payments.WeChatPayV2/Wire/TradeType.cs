using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>One of WeChat Pay's ways to pay.</summary>
/// <param name="Code">The <c>trade_type</c>.</param>
/// <param name="Yields">The field of the answer that the shopper pays with.</param>
/// <param name="Lifetime">How long that is used: WeChat Pay's own two hours (five minutes for <c>mweb_url</c>) less a margin for the shopper's hands and two clocks.</param>
internal sealed record TradeType(string Code, string Yields, TimeSpan Lifetime)
{
    private static readonly TimeSpan NearlyTwoHours = TimeSpan.FromMinutes(115);

    public static readonly TradeType Native = new("NATIVE", "code_url", NearlyTwoHours);
    public static readonly TradeType Jsapi = new("JSAPI", "prepay_id", NearlyTwoHours);
    public static readonly TradeType Mweb = new("MWEB", "mweb_url", TimeSpan.FromMinutes(4));
    public static readonly TradeType App = new("APP", "prepay_id", NearlyTwoHours);

    /// <summary>The type of a scene; null when WeChat Pay has none for it.</summary>
    public static TradeType? Of(PaymentScene scene) => scene switch
    {
        PaymentScene.Qr => Native,
        PaymentScene.Wechat => Jsapi,
        PaymentScene.Mobile => Mweb,
        PaymentScene.App => App,
        _ => null,
    };

    /// <summary>Whether <paramref name="text"/> has the shape of what <see cref="Yields"/> should hold, within lengths that a resume can keep.</summary>
    public bool IsUsable(string text) => Yields switch
    {
        "prepay_id" => text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'),
        "code_url" => text.Length is > 0 and <= 768 && text.All(IsVisible),
        _ => text.Length is > 0 and <= 768 && text.All(IsVisible) && IsCashier(text),
    };

    private static bool IsVisible(char c) => c is > ' ' and < '\x7f';

    // The browser is sent there; plain http is for a gateway on this machine only.
    private static bool IsCashier(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}

namespace Modular.Sandbox.WeChat;

/// <summary>The addresses that a payer is sent to.</summary>
internal sealed class WeChatLinks(PublicAddress address)
{
    /// <summary>What the merchant shows as a QR code.</summary>
    public static string CodeUrl(PrepaySession session) => $"weixin://wxpay/bizpayurl?pr={session.Token}";

    /// <summary>Where a browser can play the phone that scans the code.</summary>
    public string Scan(PrepaySession session) => $"{address.Base}/wechat/scan/{session.Token}";

    /// <summary>Where a merchant's mobile page leads to.</summary>
    public string H5(PrepaySession session) =>
        $"{address.Base}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={session.PrepayId}&package={session.Token}";
}

using System.Net;
using System.Text.Json;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>The body of an order call, which differs a little from product to product.</summary>
internal static class OrderBody
{
    public static IReadOnlyList<BodyField> Fields(string product) =>
    [
        BodyField.Text("appid", 32, isRequired: true),
        BodyField.Text("mchid", 32, isRequired: true),
        BodyField.Text("description", 127, isRequired: true),
        BodyField.Text("out_trade_no", 32, isRequired: true, least: 6, IsOutTradeNo),
        BodyField.Text("notify_url", 255, isRequired: true, isRight: IsNotifyUrl),
        BodyField.Object("amount", true, BodyField.Number("total", 1, isRequired: true), BodyField.Text("currency", 16, isRight: text => text == "CNY")),
        BodyField.Text("time_expire", 64, isRight: text => Rfc3339.Read(text) is not null),
        BodyField.Text("attach", 128),
        BodyField.Text("goods_tag", 32),
        BodyField.Flag("support_fapiao"),
        BodyField.Object("settle_info", false, BodyField.Flag("profit_sharing")),
        Detail,
        SceneInfo(product == WeChatProduct.H5),
        .. product == WeChatProduct.Jsapi ? [BodyField.Object("payer", true, BodyField.Text("openid", 128, isRequired: true))] : Array.Empty<BodyField>(),
    ];

    /// <summary>
    /// What a second order must repeat, member by member whatever their order. Without the end, which only the first order fixes.
    /// </summary>
    public static string Terms(JsonElement body) => Canonical(body, "time_expire");

    private static BodyField Detail { get; } = BodyField.Object(
        "detail",
        false,
        BodyField.Number("cost_price", 0),
        BodyField.Text("invoice_id", 32),
        BodyField.Array(
            "goods_detail",
            BodyField.Text("merchant_goods_id", 32, isRequired: true),
            BodyField.Text("wechatpay_goods_id", 32),
            BodyField.Text("goods_name", 256),
            BodyField.Number("quantity", 1, isRequired: true),
            BodyField.Number("unit_price", 0, isRequired: true)));

    private static BodyField SceneInfo(bool isH5) => BodyField.Object(
        "scene_info",
        isH5,
        BodyField.Text("payer_client_ip", 45, isRequired: true, isRight: text => IPAddress.TryParse(text, out _)),
        BodyField.Text("device_id", 32),
        BodyField.Object(
            "store_info",
            false,
            BodyField.Text("id", 32, isRequired: true),
            BodyField.Text("name", 256),
            BodyField.Text("area_code", 32),
            BodyField.Text("address", 512)),
        BodyField.Object(
            "h5_info",
            isH5,
            BodyField.Text("type", 32, isRequired: true, isRight: text => text is "Wap" or "iOS" or "Android"),
            BodyField.Text("app_name", 64),
            BodyField.Text("app_url", 128),
            BodyField.Text("bundle_id", 128),
            BodyField.Text("package_name", 128)));

    private static bool IsOutTradeNo(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-|*".Contains(letter, StringComparison.Ordinal));

    /// <summary>The real host wants https and a public host; a sandbox is there for the machine that it runs on.</summary>
    public static bool IsNotifyUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    private static string Canonical(JsonElement node, string leftOut = "") => node.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', node.EnumerateObject()
            .Where(member => member.Name != leftOut)
            .OrderBy(member => member.Name, StringComparer.Ordinal)
            .Select(member => $"{JsonSerializer.Serialize(member.Name)}:{Canonical(member.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', node.EnumerateArray().Select(item => Canonical(item))) + "]",
        JsonValueKind.String => JsonSerializer.Serialize(node.GetString()),
        _ => node.GetRawText(),
    };
}

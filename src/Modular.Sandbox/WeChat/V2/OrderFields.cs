using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>The fields of <c>/pay/unifiedorder</c> and what each kind of trade needs besides.</summary>
internal sealed class OrderFields(IOptions<SandboxOptions> options, TimeProvider time)
{
    public const string Jsapi = "JSAPI";
    public const string Native = "NATIVE";
    public const string App = "APP";
    public const string Mweb = "MWEB";

    private readonly V2Options settings = options.Value.WeChat.V2;
    private readonly TimeSpan shortestExpiry = Durations.Parse(options.Value.WeChat.V2.ShortestExpiry);

    public IReadOnlyList<FieldRule> Rules { get; } =
    [
        new("body", options.Value.WeChat.V2.LongestBody, IsRequired: true),
        new("out_trade_no", 32, IsRequired: true, FieldRules.IsOutTradeNo),
        new("total_fee", 11, IsRequired: true, FieldRules.IsFen),
        new("spbill_create_ip", 64, IsRequired: true, FieldRules.IsAddress),
        new("notify_url", 256, IsRequired: true, FieldRules.IsNotifyUrl),
        new("trade_type", 16, IsRequired: true, type => type is Jsapi or Native or App or Mweb),
        new("device_info", 32),
        new("detail", 6144, IsRight: FieldRules.IsJsonObject),
        new("attach", 127),
        new("fee_type", 16, IsRight: currency => currency == "CNY"),
        new("time_start", 14, IsRight: FieldRules.IsWallClock),
        new("time_expire", 14, IsRight: FieldRules.IsWallClock),
        new("goods_tag", 32),
        new("product_id", 32),
        new("limit_pay", 32, IsRight: limit => limit == "no_credit"),
        new("openid", 128),
        new("receipt", 8, IsRight: FieldRules.IsFlag),
        new("profit_sharing", 16, IsRight: FieldRules.IsFlag),
        new("scene_info", 256, IsRight: FieldRules.IsJsonObject),
    ];

    /// <summary>Checks what depends on the kind of trade and on the time of day.</summary>
    public void CheckTogether(V2Call call)
    {
        var needed = call["trade_type"] switch
        {
            Jsapi => "openid",
            Mweb => "scene_info",
            Native when settings.ProductIdRequired => "product_id",
            _ => null,
        };
        if (needed is not null && call[needed].Length == 0)
        {
            throw FieldRules.Missing(needed);
        }

        if (call["trade_type"] == Mweb && !SceneInfo.IsH5(call["scene_info"]))
        {
            throw V2Refusal.Business("PARAM_ERROR", "scene_info参数格式错误");
        }

        if (ExpiresAt(call) is { } end && end - time.GetUtcNow() < shortestExpiry)
        {
            throw V2Refusal.Business("PARAM_ERROR", "time_expire时间过短");
        }
    }

    /// <summary>Null where the merchant names no end.</summary>
    public static DateTimeOffset? ExpiresAt(V2Call call) => Beijing.Read(call["time_expire"], FieldRules.WallClock);
}

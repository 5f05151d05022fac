using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Modular.Payments.WeChatPayV2.Doctor;

/// <summary>What WeChat Pay's v2 notifications are known to carry, for telling its own fields from those that others add.</summary>
internal static partial class NotificationFields
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "appid", "attach", "bank_type", "cash_fee", "cash_fee_type", "coupon_count", "coupon_fee", "device_info", "err_code", "err_code_des",
        "fee_type", "is_subscribe", "mch_id", "nonce_str", "openid", "out_trade_no", "promotion_detail", "result_code", "return_code",
        "return_msg", "settlement_total_fee", "sign", "sign_type", "sub_appid", "sub_is_subscribe", "sub_mch_id", "sub_openid", "time_end",
        "total_fee", "trade_state", "trade_state_desc", "trade_type", "transaction_id", "version", "rate", "req_info");

    /// <summary>Fields that come without a value at times. By the rules they are never signed; some senders sign them.</summary>
    public static IReadOnlyList<string> MayBeEmpty { get; } = ["attach", "device_info", "err_code", "err_code_des", "return_msg", "sub_appid", "sub_openid", "sub_mch_id", "sub_is_subscribe", "fee_type", "cash_fee_type", "coupon_fee", "promotion_detail"];

    public static bool Knows(string name) => Known.Contains(name) || Coupon().IsMatch(name);

    [GeneratedRegex(@"^coupon_(id|type|fee)_[0-9]{1,3}$", RegexOptions.CultureInvariant)]
    private static partial Regex Coupon();
}

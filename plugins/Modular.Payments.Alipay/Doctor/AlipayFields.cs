using System.Collections.Frozen;
using System.Text;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Payments.Alipay.Doctor;

/// <summary>What Alipay's notifications and returns are known to carry, for telling its own parameters from those that others add.</summary>
internal static class AlipayFields
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "app_id", "auth_app_id", "alipay_cert_sn", "body", "buyer_id", "buyer_logon_id", "buyer_open_id", "buyer_pay_amount", "buyer_user_id",
        "channel", "charset", "chargeback_amount", "discount_goods_detail", "enterprise_pay_info", "fund_bill_list", "fund_change", "gmt_close",
        "gmt_create", "gmt_payment", "gmt_refund", "invoice_amount", "mdiscount_amount", "method", "msg_method", "notify_action_type", "notify_id",
        "notify_time", "notify_type", "out_biz_no", "out_channel_type", "out_request_no", "out_trade_no", "passback_params", "point_amount", "price",
        "quantity", "receipt_amount", "refund_fee", "refund_reason", "refund_status", "seller_email", "seller_id", "send_back_fee",
        "send_pay_date", "sign", "sign_type", "store_name", "subject", "timestamp", "total_amount", "trade_no", "trade_status",
        "utc_timestamp", "version", "voucher_detail_list", "biz_content", "hb_fq_pay_info", "discount_amount");

    /// <summary>Parameters that come without a value at times; frameworks drop them then.</summary>
    public static IReadOnlyList<string> MayBeEmpty { get; } =
    [
        "body", "passback_params", "out_biz_no", "refund_fee", "gmt_close", "gmt_refund", "gmt_payment", "buyer_logon_id", "buyer_id", "seller_email",
        "voucher_detail_list", "discount_goods_detail", "buyer_open_id", "buyer_user_id", "store_name", "refund_reason", "fund_bill_list", "point_amount",
        "send_back_fee", "out_request_no", "mdiscount_amount", "enterprise_pay_info", "subject", "channel", "invoice_amount", "receipt_amount",
        "buyer_pay_amount", "hb_fq_pay_info", "method",
    ];

    public static bool Knows(string name) => Known.Contains(name);

    /// <summary>The charset that the message declares; UTF-8 when it declares none or one that Alipay does not use.</summary>
    public static Encoding CharsetOf(FieldMessage message) => message["charset"]?.ToUpperInvariant() switch
    {
        "GBK" or "GB2312" => ByteText.StrictGbk,
        "GB18030" => ByteText.StrictGb18030,
        _ => ByteText.StrictUtf8,
    };

    /// <summary>Whether the message is one of the legacy gateway (mapi), which names no application and signs in other ways.</summary>
    public static bool IsLegacy(FieldMessage message) =>
        message["app_id"] is null && message["charset"] is null
        && message[FieldMessage.SignType] is "MD5" or "DSA" or "RSA"
        && (message["notify_type"] is not null || message["is_success"] is not null)
        && (message["total_fee"] is not null || message["use_coupon"] is not null || message["exterface"] is not null || message["is_total_fee_adjust"] is not null);
}

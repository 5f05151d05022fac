using System.Collections.Frozen;
using System.Text;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Doctor;

/// <summary>What the legacy gateway's notifications and returns are known to carry, for telling its own parameters from those that others add.</summary>
internal static class DirectFields
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "_input_charset", "agent_user_id", "batch_no", "body", "business_scene", "buyer_email", "buyer_id", "discount", "exterface",
        "extra_common_param", "gmt_close", "gmt_create", "gmt_payment", "gmt_refund", "is_success", "is_total_fee_adjust", "notify_action_type",
        "notify_id", "notify_time", "notify_type", "out_channel_amount", "out_channel_inst", "out_channel_type", "out_trade_no", "payment_type",
        "price", "quantity", "refund_status", "result_details", "seller_email", "seller_id", "sign", "sign_type", "subject", "success_num",
        "total_fee", "trade_no", "trade_status", "use_coupon");

    /// <summary>Parameters that come without a value at times; frameworks drop them then.</summary>
    public static IReadOnlyList<string> MayBeEmpty { get; } =
    [
        "body", "extra_common_param", "buyer_email", "buyer_id", "agent_user_id", "discount", "refund_status", "gmt_refund", "gmt_close", "gmt_payment",
        "out_channel_type", "out_channel_amount", "out_channel_inst", "business_scene", "seller_email", "subject", "notify_action_type",
    ];

    public static bool Knows(string name) => Known.Contains(name);

    /// <summary>The charset that the message names, or the instance's own: messages come in the charset in which the payment was started.</summary>
    public static Encoding CharsetOf(FieldMessage message, Encoding own) =>
        message["_input_charset"] is { Length: > 0 } name && Charset.Named(name) is { } charset ? charset.Encoding : own;

    /// <summary>Whether the message has what only this gateway's messages have.</summary>
    public static bool IsLegacy(FieldMessage message) =>
        message["notify_id"] is not null && (message["total_fee"] is not null || message["exterface"] is not null || message["is_total_fee_adjust"] is not null || message["result_details"] is not null);

    /// <summary>Whether the message is one of the open platform, which names an application and has other amounts.</summary>
    public static bool IsOpenPlatform(FieldMessage message) =>
        !IsLegacy(message) && message["app_id"] is not null
        && message[FieldMessage.SignType] is "RSA2" or "RSA"
        && (message["auth_app_id"] is not null || message["charset"] is not null || message["total_amount"] is not null);

    /// <summary>Whether the message is one of the old gateway for phones, which wraps its fields in XML and signs them unsorted.</summary>
    public static bool IsOldMobile(FieldMessage message) => !IsLegacy(message) && message["notify_data"] is not null && message["sec_id"] is not null;

    /// <summary>As <see cref="CanonicalText.Ambiguous"/>, and no name twice: the plugin refuses both, whatever the signature says.</summary>
    public static bool IsReadInOneWay(FieldMessage message) =>
        message.Fields.All(field => field.Name is FieldMessage.Sign or FieldMessage.SignType || !LooksLikeTwo(field.Value))
        && message.Fields.Select(field => field.Name).Distinct(StringComparer.Ordinal).Count() == message.Fields.Length;

    private static bool LooksLikeTwo(string value) =>
        value.IndexOf('&', StringComparison.Ordinal) is var ampersand and >= 0 && value.IndexOf('=', ampersand) >= 0;
}

using System.Text.Json.Nodes;
using Modular.Sandbox.WeChat.V3;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>What a notification of API v3 is about.</summary>
/// <param name="EventType">What has happened.</param>
/// <param name="Type">The original_type of the content.</param>
/// <param name="AssociatedData">For which the content is encrypted.</param>
/// <param name="Summary">For people.</param>
/// <param name="Content">What is encrypted.</param>
internal sealed record V3News(string EventType, string Type, string AssociatedData, string Summary, JsonObject Content)
{
    public static V3News Of(WeChatTrade trade, WeChatOptions settings) =>
        new("TRANSACTION.SUCCESS", "transaction", settings.AssociatedData, "支付成功", TransactionNode.Of(trade));

    public static V3News Of(WeChatTrade trade, WeChatRefund refund) =>
        new("REFUND." + refund.Status, "refund", "refund", Summarise(refund.Status), RefundNode.OfNotification(trade, refund));

    private static string Summarise(string status) => status switch
    {
        RefundStatus.Success => "退款成功",
        RefundStatus.Closed => "退款关闭",
        _ => "退款异常",
    };
}

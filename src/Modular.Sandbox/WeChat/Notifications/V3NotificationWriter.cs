using Microsoft.Extensions.Options;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.WeChat.V3;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>Announces payments of orders, and ends of refunds, that came by API v3. A merchant without an APIv3 key is told nothing.</summary>
internal sealed class V3NotificationWriter(IOptions<SandboxOptions> options, WeChatMerchants merchants, TimeProvider time) : INotificationWriter
{
    private readonly WeChatOptions settings = options.Value.WeChat;
    private readonly DeliveryRules rules = DeliveryRules.Read(options.Value.WeChat.RetrySchedule, options.Value.WeChat.AckTimeout);

    public string Api => WeChatApi.V3;

    public IEnvelope? Write(WeChatTrade trade, string id) => merchants.Of(trade) is { ApiV3Key.Length: > 0 } merchant
        ? new V3Envelope(settings, rules, merchant, id, time.GetUtcNow(), V3News.Of(trade, settings))
        : null;

    public IEnvelope? Write(WeChatTrade trade, WeChatRefund refund, string id) => merchants.Of(trade) is { ApiV3Key.Length: > 0 } merchant
        ? new V3Envelope(settings, rules, merchant, id, time.GetUtcNow(), V3News.Of(trade, refund))
        : null;
}

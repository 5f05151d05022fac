using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.WeChat.Notifications;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Announces payments of orders, and ends of refunds, that came by API v2.</summary>
internal sealed class V2NotificationWriter(IOptions<SandboxOptions> options, WeChatMerchants merchants) : INotificationWriter
{
    private readonly DeliveryRules rules = DeliveryRules.Read(options.Value.WeChat.V2RetrySchedule, options.Value.WeChat.AckTimeout);

    public string Api => WeChatApi.V2;

    public IEnvelope? Write(WeChatTrade trade, string id) =>
        new V2Envelope(rules, V2NotifyBody.Fields(trade), merchants.Of(trade).ApiV2Key, trade.SignType);

    public IEnvelope? Write(WeChatTrade trade, WeChatRefund refund, string id) =>
        merchants.Of(trade) is { ApiV2Key.Length: > 0 } merchant ? new V2RefundEnvelope(rules, merchant, RefundFields.OfNotification(trade, refund)) : null;
}

/// <summary>Signed XML, acknowledged by XML.</summary>
internal sealed class V2Envelope(DeliveryRules rules, Dictionary<string, string> fields, string key, string algorithm) : IEnvelope
{
    public DeliveryRules Rules => rules;

    public IReadOnlyDictionary<string, string> Fields => fields;

    public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now)
    {
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(V2NotifyBody.Write(fields, key, algorithm, faults)));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/xml");
    }

    public bool IsAcknowledged(int status, string answer) => V2Acknowledgement.IsOne(status, Encoding.UTF8.GetBytes(answer));
}

using System.Security.Cryptography;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>Tells the merchant of a payment, which is the only change of a trade that WeChat Pay announces.</summary>
internal sealed class WeChatAnnouncer(IEnumerable<INotificationWriter> writers, Courier courier, TimeProvider time)
{
    private readonly Dictionary<string, INotificationWriter> byApi = writers.ToDictionary(writer => writer.Api, StringComparer.Ordinal);

    /// <summary>Returns at once; callers hold the lock of the trades.</summary>
    public void Announce(WeChatTrade trade)
    {
        if (Write(trade) is { } notification)
        {
            courier.Send(notification);
        }
    }

    /// <summary>The news of a trade, not yet on its way. Null where nobody can be told.</summary>
    public Notification? Write(WeChatTrade trade)
    {
        var id = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
        if (byApi.GetValueOrDefault(trade.Api)?.Write(trade, id) is not { } envelope)
        {
            return null;
        }

        return new Notification
        {
            Id = id,
            Gateway = "wechat",
            AppId = trade.AppId,
            OutTradeNo = trade.OutTradeNo,
            News = trade.State,
            Url = trade.NotifyUrl,
            CreatedAt = time.GetUtcNow(),
            Envelope = envelope,
        };
    }
}

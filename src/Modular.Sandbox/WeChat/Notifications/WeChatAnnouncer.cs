using System.Security.Cryptography;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>Tells the merchant of a payment and of the end of a refund, which is all that WeChat Pay announces.</summary>
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

    /// <summary>The same of a refund that names an address; in the words of the API that asked for it.</summary>
    public void Announce(WeChatTrade trade, WeChatRefund refund)
    {
        var id = NewId();
        if (refund.NotifyUrl.Length > 0 && byApi.GetValueOrDefault(refund.Api)?.Write(trade, refund, id) is { } envelope)
        {
            courier.Send(Wrapped(trade, id, "REFUND." + refund.Status, refund.NotifyUrl, envelope));
        }
    }

    /// <summary>The news of a trade, not yet on its way. Null where nobody can be told.</summary>
    /// <param name="wrap">Changes what is sent.</param>
    public Notification? Write(WeChatTrade trade, Func<IEnvelope, IEnvelope>? wrap = null)
    {
        var id = NewId();
        if (byApi.GetValueOrDefault(trade.Api)?.Write(trade, id) is not { } envelope)
        {
            return null;
        }

        return Wrapped(trade, id, trade.State, trade.NotifyUrl, wrap is null ? envelope : wrap(envelope));
    }

    private static string NewId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    private Notification Wrapped(WeChatTrade trade, string id, string news, string url, IEnvelope envelope) => new()
    {
        Id = id,
        Gateway = "wechat",
        AppId = trade.AppId,
        OutTradeNo = trade.OutTradeNo,
        News = news,
        Url = url,
        CreatedAt = time.GetUtcNow(),
        Envelope = envelope,
    };
}

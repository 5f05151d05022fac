using Microsoft.Extensions.Options;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>What notify_verify knows: the ids of notifications until they are acknowledged, and those of returns for a minute.</summary>
internal sealed class NotifyIds(IOptions<SandboxOptions> options, PostBox box, TimeProvider time)
{
    public const string Gateway = "alipaydirect";

    private readonly ExpiringIds<DirectTrade> returns = new(Durations.Parse(options.Value.AlipayDirect.ReturnIdLifetime), time);

    public string New()
    {
        var now = time.GetUtcNow();
        return $"{Beijing.Compact(now, "yyyyMMdd")}00222{Beijing.Compact(now, "HHmmss")}{Digits.Random(15)}";
    }

    public string NewForReturn(DirectTrade trade)
    {
        var id = New();
        returns.Add(id, trade);
        return id;
    }

    /// <summary>
    /// <c>true</c>, <c>false</c> for what has expired, or <c>invalid</c> for what is unknown, another partner's or acknowledged before.
    /// </summary>
    public string Verify(string partner, string id)
    {
        if (box.Find(id) is { Gateway: Gateway } notification)
        {
            lock (notification.Gate)
            {
                return notification.AppId == partner && notification.State != DeliveryState.Acknowledged ? "true" : "invalid";
            }
        }

        return returns.Find(id) is var (trade, isAlive) && trade.Partner == partner ? (isAlive ? "true" : "false") : "invalid";
    }

    /// <summary>The merchant's number of the trade that the id is about; null for an unknown id.</summary>
    public string? OutTradeNo(string id) =>
        box.Find(id) is { Gateway: Gateway } notification ? notification.OutTradeNo : returns.Find(id)?.Value.OutTradeNo;
}

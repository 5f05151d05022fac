using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Alipay.Notifications;

/// <summary>Decides which changes of a trade are told to the merchant, and hands the news to the courier.</summary>
internal sealed class Announcer(
    IOptions<SandboxOptions> options, Merchants merchants, NotificationBody body, FaultBoard faults, Courier courier, TimeProvider time)
{
    private readonly AlipayOptions settings = options.Value.Alipay;

    public void Announce(Trade trade, Refund? refund = null)
    {
        if (trade.NotifyUrl.Length == 0 || !(refund is not null || IsTold(trade)))
        {
            return;
        }

        // The older news gets its number first, as it would have in an honest order.
        var reorder = trade.Status == TradeStatus.Success && refund is null && faults.Notify(trade.OutTradeNo).Reorder == true;
        var stale = reorder ? Write(trade, TradeStatus.Waiting, null, null) : null;
        courier.Send(Write(trade, trade.Status, refund, stale));
    }

    private bool IsTold(Trade trade) => trade.Status switch
    {
        TradeStatus.Success => true,
        TradeStatus.Waiting => Lists(settings.NotifyWaiting, trade.Product),
        TradeStatus.Closed => Lists(settings.NotifyClosed, trade.Product),
        TradeStatus.Finished => Lists(settings.NotifyFinished, trade.Product),
        _ => false,
    };

    private static bool Lists(string products, string product) =>
        products.Split(',', StringSplitOptions.TrimEntries).Contains(product, StringComparer.OrdinalIgnoreCase);

    private Notification Write(Trade trade, string status, Refund? refund, Notification? follower)
    {
        var now = time.GetUtcNow();
        var notifyId = $"{Beijing.Compact(now, "yyyyMMdd")}00222{Beijing.Compact(now, "HHmmss")}{Digits.Random(15)}";
        var merchant = merchants.Of(trade);
        var fields = NotificationFields.Of(trade, status, refund, merchant, notifyId, settings.NotifyEmptyFields);
        return new Notification
        {
            Id = notifyId,
            Gateway = "alipay",
            AppId = trade.AppId,
            OutTradeNo = trade.OutTradeNo,
            News = status,
            Url = trade.NotifyUrl,
            CreatedAt = now,
            Follower = follower,
            Envelope = new AlipayEnvelope(body, settings, merchant, fields, trade.Charset),
        };
    }
}

using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.AlipayDirect.Notifications;

/// <summary>Decides which changes of a trade are told to the merchant, and hands the news to the courier.</summary>
internal sealed class DirectAnnouncer(
    IOptions<SandboxOptions> options, DirectMerchants merchants, NotifyIds ids, FaultBoard faults, Courier courier, TimeProvider time)
{
    private readonly AlipayDirectOptions settings = options.Value.AlipayDirect;
    private readonly DeliveryRules rules = DeliveryRules.Read(options.Value.AlipayDirect.RetrySchedule, options.Value.AlipayDirect.AckTimeout);

    public void Announce(DirectTrade trade)
    {
        if (trade.NotifyUrl.Length == 0 || !(trade.IsPaid || (trade.Status == TradeStatus.Closed && settings.NotifyClosed)))
        {
            return;
        }

        // The older news gets its number first, as it would have in an honest order.
        var stale = trade.IsPaid && faults.Notify(trade.OutTradeNo).Reorder == true ? Write(trade, TradeStatus.Waiting, null) : null;
        courier.Send(Write(trade, trade.Status, stale));
    }

    /// <summary>What became of a batch, to the address that the batch named.</summary>
    public void AnnounceRefunds(DirectTrade first, string batchNo, string url, string charset, string signType, IReadOnlyList<RefundResult> results)
    {
        if (url.Length == 0)
        {
            return;
        }

        var (notifyId, merchant) = (ids.New(), merchants.Of(first));
        courier.Send(new Notification
        {
            Id = notifyId,
            Gateway = NotifyIds.Gateway,
            AppId = first.Partner,
            OutTradeNo = first.OutTradeNo,
            News = "batch_refund_notify",
            Url = url,
            CreatedAt = time.GetUtcNow(),
            Envelope = new DirectEnvelope(rules, settings, merchant, DirectFields.OfBatch(batchNo, results, notifyId), charset, signType),
        });
    }

    private Notification Write(DirectTrade trade, string status, Notification? follower)
    {
        var notifyId = ids.New();
        var merchant = merchants.Of(trade);
        var fields = DirectFields.Of(trade, status, merchant, notifyId);
        return new Notification
        {
            Id = notifyId,
            Gateway = NotifyIds.Gateway,
            AppId = trade.Partner,
            OutTradeNo = trade.OutTradeNo,
            News = status,
            Url = trade.NotifyUrl,
            CreatedAt = time.GetUtcNow(),
            Follower = follower,
            Envelope = new DirectEnvelope(rules, settings, merchant, fields, trade.Charset, trade.SignType),
        };
    }
}

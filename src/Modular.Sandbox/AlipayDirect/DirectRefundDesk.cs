using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Notifications;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>Gives money back, by batches or at the console, and tells the merchant. Works while the book is locked.</summary>
internal sealed class DirectRefundDesk(DirectDesk desk, DirectAnnouncer announcer, FaultBoard faults, TimeProvider time)
{
    /// <summary>Why the gateway refuses a batch before it makes it, or null. The merchant's money is counted only when it is made.</summary>
    public static string? Refusal(DirectLedger ledger, RefundBatch batch)
    {
        if (ledger.All.Any(trade => trade.Partner == batch.Partner && trade.Refunds.Exists(refund => refund.BatchNo == batch.BatchNo)))
        {
            return "DUPLICATE_BATCH_NO";
        }

        return batch.Items.Select(item => Refusal(ledger.ByTradeNo(batch.Partner, item.TradeNo), item.Fen)).FirstOrDefault(code => code is not null);
    }

    /// <summary>Makes a batch that was not refused. What ends at once is announced together, what a fault delays when it ends.</summary>
    public IReadOnlyList<RefundResult> Make(DirectLedger ledger, RefundBatch batch)
    {
        var results = new List<RefundResult>();
        foreach (var item in batch.Items)
        {
            var trade = ledger.ByTradeNo(batch.Partner, item.TradeNo)!;
            var fault = faults.Trade(trade.OutTradeNo);
            var now = time.GetUtcNow();
            var refund = new DirectRefund(batch.BatchNo, item.Fen, item.Reason)
            {
                At = now,
                DueAt = fault.RefundDelaySeconds is { } delay ? now + TimeSpan.FromSeconds(delay) : null,
                NotifyUrl = batch.NotifyUrl,
                Charset = batch.Charset,
                SignType = batch.SignType,
            };
            trade.Refunds.Add(refund);
            if (refund.DueAt is null)
            {
                results.Add(End(trade, refund));
            }
            else
            {
                desk.Watch(trade);
            }
        }

        if (results.Count > 0)
        {
            announcer.AnnounceRefunds(ledger.ByTradeNo(batch.Partner, batch.Items[0].TradeNo)!, batch.BatchNo, batch.NotifyUrl, batch.Charset, batch.SignType, results);
        }

        return results;
    }

    /// <summary>Somebody gives money back at Alipay's console: no batch of the merchant's, and no notification of one.</summary>
    public void GiveBackAtConsole(DirectTrade trade, long? fen)
    {
        var rest = trade.PaidFen - trade.ClaimedFen;
        if (Refusal(trade, fen ?? rest) is { } code)
        {
            throw new DirectRefusal(code, "交易状态或退款金额不正确");
        }

        var refund = new DirectRefund($"{Beijing.Compact(time.GetUtcNow(), "yyyyMMdd")}{Digits.Random(10)}", fen ?? rest, "") { At = time.GetUtcNow() };
        trade.Refunds.Add(refund);
        End(trade, refund);
    }

    /// <summary>Ends what is in process: all of it, or what is due.</summary>
    public void Settle(DirectTrade trade, bool isForced)
    {
        foreach (var refund in trade.Refunds.Where(refund => refund.IsPending && (isForced || refund.DueAt <= time.GetUtcNow())).ToList())
        {
            announcer.AnnounceRefunds(trade, refund.BatchNo, refund.NotifyUrl, refund.Charset, refund.SignType, [End(trade, refund)]);
        }
    }

    private static string? Refusal(DirectTrade? trade, long fen) =>
        trade is not { Exists: true } ? "NOT_THIS_PARTNERS_TRADE"
        : trade.Status != TradeStatus.Success ? "TRADE_STATUS_ERROR"
        : fen > trade.PaidFen - trade.ClaimedFen || fen <= 0 ? "REASON_TRADE_REFUND_FEE_ERR"
        : null;

    private RefundResult End(DirectTrade trade, DirectRefund refund)
    {
        (refund.Outcome, refund.At, refund.DueAt) = (OutcomeOf(trade), time.GetUtcNow(), null);
        if (refund.IsDone)
        {
            desk.GivenBack(trade);
        }

        return new RefundResult(trade.TradeNo, refund.Fen, refund.Outcome);
    }

    private string OutcomeOf(DirectTrade trade) =>
        trade.Status != TradeStatus.Success ? "TRADE_STATUS_ERROR"
        : faults.Trade(trade.OutTradeNo).SellerShort == true ? "TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH"
        : DirectRefund.Success;
}
